/* SPDX-License-Identifier: MIT */
/* Gathers all facts, in the order in which one helps to find the next. */
#include "provcheck/why/reading.h"

/* By its load, or by what it was heard to speak. */
static void
find_family(struct why_facts *facts)
{
    facts->family = facts->config.load[0] != '\0' ? family_of_load(facts->config.load) : NULL;
    facts->family_by = facts->family != NULL ? "by the load that its configuration names" : NULL;
    if (facts->family == NULL && facts->places[WHY_TREE].files[WHY_TEXT].there) {
        facts->family = family_find("7940");
        facts->family_by = "since a SIP<MAC>.cnf stands for it";
    }
    if (facts->family != NULL)
        facts->erasing = facts->family->erasing;
}

int
why_gather(const struct why_question *question, struct why_facts *out, struct prov_error *err)
{
    const struct settings *settings = question->settings;
    *out = (struct why_facts){.phone = question->phone, .now = question->now};
    out->places[WHY_SOURCE].path = settings->source;
    out->places[WHY_TREE].path = settings->tftpboot;
    out->places[WHY_SECURE].path = settings->secure;
    out->user = settings->user;
    out->encryption_required = settings->build.encryption == SETTINGS_ENCRYPTION_REQUIRED;
    out->certificate_wanted =
        settings->https.count > 0 && !settings->secure_root_open && !settings->expired_makers;
    int rc = why_read_files(question, out, err);
    if (rc != PROV_OK)
        return rc;
    why_read_ledger(question, out);
    why_read_lists(question, out);
    why_read_config(question, out);
    find_family(out);
    rc = why_play_boot(question, out, err);
    if (rc == PROV_OK && question->pbx_timeout > 0)
        rc = why_ask_pbx(question, out, err);
    return rc;
}
