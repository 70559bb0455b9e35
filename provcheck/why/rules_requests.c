/* SPDX-License-Identifier: MIT */
/* Causes that show in what the phone asked for, and in what it did not ask for. */
#include "provcheck/why/internal.h"

#include <string.h>

#define NEXT_WAIT 5  /* seconds in which it asks elsewhere */
#define LIST_WAIT 60 /* seconds after its lists in which a phone asks for its configuration */

/* --- names and addresses */

enum why_sureness
why_other_name(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    const struct why_stranger *other = &facts->stranger;
    char time[WHY_TIME_SIZE];
    if (!other->found || view->pattern.settled || (facts->seen && other->last <= facts->last_seen))
        return WHY_NOT_SO;
    why_say(evidence, "SEP%s asked, last at %s from %s, %s, and has no configuration",
            other->phone.text, why_time_text(other->last, time), other->address,
            other->at_its_address ? "where this phone was before" : "which is nearly this name");
    return WHY_LIKELY;
}

enum why_sureness
why_not_allowed(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    char time[WHY_TIME_SIZE];
    if (!facts->seen || facts->address_allowed)
        return WHY_NOT_SO;
    why_say(evidence, "it last asked at %s from %s, which is in no network of allow",
            why_time_text(facts->last_seen, time), facts->address);
    return WHY_CERTAIN;
}

enum why_sureness
why_never_asked(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    if (facts->ledger != WHY_LEDGER_READ || facts->seen)
        return WHY_NOT_SO;
    why_say(evidence, "the ledger has no request in the name SEP%s%s", facts->phone.text,
            facts->allows_some
                ? ", and requests from outside of the networks of allow are not in it"
                : "");
    return facts->stranger.found ? WHY_LIKELY : WHY_CERTAIN;
}

/* --- transfers */

/* The last request for a configuration ended so, and that is still all there is to say. */
static const struct why_request *
last_ended(const struct why_view *view, enum why_outcome outcome)
{
    const struct why_request *config = view->pattern.config;
    return config != NULL && config->outcome == outcome && !view->pattern.changed &&
                   view->facts->now - config->time >= NEXT_WAIT
               ? config
               : NULL;
}

enum why_sureness
why_server_failed(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_request *request = last_ended(view, WHY_FAILED);
    if (request == NULL)
        return WHY_NOT_SO;
    why_say_asked(evidence, request);
    why_say(evidence, ", and the server could not read the file");
    return WHY_CERTAIN;
}

enum why_sureness
why_server_refused(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_request *request = last_ended(view, WHY_REFUSED);
    if (request == NULL)
        return WHY_NOT_SO;
    why_say_asked(evidence, request);
    why_say(evidence, ", and was refused");
    return WHY_CERTAIN;
}

enum why_sureness
why_server_busy(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_request *request = last_ended(view, WHY_BUSY);
    if (request == NULL)
        return WHY_NOT_SO;
    why_say_asked(evidence, request);
    why_say(evidence, ", and was told to come again");
    return WHY_POSSIBLE;
}

/* Once may be chance: somebody pulled the plug. */
enum why_sureness
why_transfer_cut(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    size_t cut = 0;
    for (size_t i = facts->request_count; i-- > 0 && facts->requests[i].outcome == WHY_CUT;)
        cut++;
    if (cut < 2)
        return WHY_NOT_SO;
    why_say(evidence, "its last %zu transfers did not come to their end: ", cut);
    why_say_asked(evidence, view->pattern.last);
    return WHY_LIKELY;
}

enum why_sureness
why_restart_needed(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_request *config = view->pattern.config;
    if (config == NULL || !view->pattern.changed ||
        (config->outcome != WHY_MISSING && config->outcome != WHY_FAILED &&
         config->outcome != WHY_REFUSED))
        return WHY_NOT_SO;
    why_say_asked(evidence, config);
    why_say(evidence, ", when it could not be given; what stands there now is newer");
    return WHY_LIKELY;
}

/* --- what follows what */

/* Phones of this kind ask for nothing more if their CTL lacks the server. */
static bool
may_need_server(const struct why_view *view)
{
    const struct family *family = view->facts->family;
    return family != NULL ? family->ctl_needs_tftp
                          : strcmp(view->pattern.last->transport, "tftp") == 0;
}

enum why_sureness
why_list_ignored(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_pattern *pattern = &view->pattern;
    if (pattern->list == NULL || pattern->last != pattern->list || !may_need_server(view) ||
        view->facts->now - pattern->last->time < LIST_WAIT)
        return WHY_NOT_SO;
    if (pattern->config != NULL && pattern->list->time - pattern->config->time < LIST_WAIT)
        return WHY_NOT_SO;
    why_say_asked(evidence, pattern->list);
    why_say(evidence, ", and for no configuration after it");
    return WHY_LIKELY;
}

/* The last configuration was delivered, and asked for again and again. */
static bool
goes_round(const struct why_view *view, enum why_rhythm rhythm,
           char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_pattern *pattern = &view->pattern;
    if (pattern->config == NULL || pattern->rhythm != rhythm ||
        pattern->config->outcome != WHY_DELIVERED || pattern->changed)
        return false;
    why_say_asked(evidence, pattern->config);
    why_say(evidence, ", got it, and had asked for it %zu times in a row, %s apart", pattern->times,
            rhythm == WHY_EVERY_15 ? "about 15 seconds" : "about 45 seconds");
    return true;
}

enum why_sureness
why_does_not_parse(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    return goes_round(view, WHY_EVERY_15, evidence) ? WHY_LIKELY : WHY_NOT_SO;
}

/* It asks for signed files, so it holds a list; it gets one that its list would pass if it was the
 * one from here, and cannot use it. */
enum why_sureness
why_foreign_list(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_request *config = view->pattern.config;
    bool is_signed =
        config != NULL && (config->file == WHY_SIGNED || config->file == WHY_ENCRYPTED);
    return is_signed && goes_round(view, WHY_EVERY_45, evidence) ? WHY_LIKELY : WHY_NOT_SO;
}

enum why_sureness
why_nothing_usable(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_request *config = view->pattern.config;
    bool is_clear = config != NULL && (config->file == WHY_CLEAR || config->file == WHY_TEXT);
    return is_clear && goes_round(view, WHY_EVERY_45, evidence) ? WHY_LIKELY : WHY_NOT_SO;
}
