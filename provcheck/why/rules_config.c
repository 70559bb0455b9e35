/* SPDX-License-Identifier: MIT */
/* Causes that show in what its configuration says, and in the PBX that this leads to. */
#include "provcheck/why/internal.h"

enum why_sureness
why_mode_without_list(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    if (!facts->config.read || facts->config.security_mode < 2)
        return WHY_NOT_SO;
    for (size_t kind = 0; kind < TRUST_KINDS; kind++)
        if (facts->lists[kind].stands || facts->lists[kind].holding != WHY_HOLDS_UNKNOWN)
            return WHY_NOT_SO;
    why_say(evidence, "%s: deviceSecurityMode is %u, and no list stands in %s", facts->config.path,
            facts->config.security_mode, facts->places[WHY_TREE].path);
    return WHY_CERTAIN;
}

enum why_sureness
why_config_error(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_config *config = &view->facts->config;
    for (size_t i = 0; i < config->error_count; i++) {
        const struct why_error *error = &config->errors[i];
        why_say(evidence, "%s%s:%u: %s: %s", i > 0 ? "; " : "", config->path, error->line,
                error->id, error->what);
    }
    return config->error_count > 0 ? WHY_LIKELY : WHY_NOT_SO;
}

enum why_sureness
why_no_server(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_config *config = &view->facts->config;
    if (!config->read || config->server_count > 0)
        return WHY_NOT_SO;
    why_say(evidence, "%s: no processNodeName of callManagerGroup names a server", config->path);
    return WHY_LIKELY;
}

/* --- its PBX */

enum why_sureness
why_pbx_is(const struct why_view *view, enum why_pbx_state state,
           char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_pbx *pbx = &view->facts->pbx;
    if (pbx->state != state)
        return WHY_NOT_SO;
    why_say(evidence, "%s, which %s names: %s", pbx->server, view->facts->config.path, pbx->text);
    return WHY_LIKELY;
}
