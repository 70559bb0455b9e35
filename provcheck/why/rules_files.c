/* SPDX-License-Identifier: MIT */
/* Causes that show in the folders of this machine: no configuration, or none that can be served. */
#include "provcheck/why/internal.h"

static bool
is_served(const struct why_facts *facts)
{
    return why_has_configuration(&facts->places[WHY_TREE]) ||
           why_has_configuration(&facts->places[WHY_SECURE]);
}

/* In the source folder alone. */
static bool
is_only_source(const struct why_facts *facts)
{
    return why_has_configuration(&facts->places[WHY_SOURCE]) && !is_served(facts);
}

static bool
has_odd_name(const struct why_facts *facts)
{
    for (enum why_folder folder = 0; folder < WHY_FOLDERS; folder++)
        if (facts->places[folder].odd[0] != '\0')
            return true;
    return false;
}

enum why_sureness
why_odd_name(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    char name[WHY_NAME_SIZE];
    if (is_served(facts) || why_has_configuration(&facts->places[WHY_SOURCE]) ||
        !has_odd_name(facts))
        return WHY_NOT_SO;
    for (enum why_folder folder = 0; folder < WHY_FOLDERS; folder++)
        if (facts->places[folder].odd[0] != '\0')
            why_say(evidence, "%s/%s stands there, and the phone asks for %s",
                    facts->places[folder].path, facts->places[folder].odd,
                    why_file_name(WHY_CLEAR, &facts->phone, name));
    return WHY_CERTAIN;
}

enum why_sureness
why_no_configuration(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    char name[WHY_NAME_SIZE], time[WHY_TIME_SIZE];
    if (is_served(facts) || why_has_configuration(&facts->places[WHY_SOURCE]) ||
        has_odd_name(facts))
        return WHY_NOT_SO;
    why_say(evidence, "there is no %s in", why_file_name(WHY_CLEAR, &facts->phone, name));
    for (enum why_folder folder = 0; folder < WHY_FOLDERS; folder++)
        if (facts->places[folder].path != NULL)
            why_say(evidence, " %s", facts->places[folder].path);
    if (facts->seen)
        why_say(evidence, "; it last asked at %s from %s", why_time_text(facts->last_seen, time),
                facts->address);
    return WHY_CERTAIN;
}

enum why_sureness
why_source_fault(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    if (!why_has_configuration(&facts->places[WHY_SOURCE]) || facts->source_fault[0] == '\0')
        return WHY_NOT_SO;
    why_say(evidence, "%s: %s", facts->places[WHY_SOURCE].path, facts->source_fault);
    if (!is_served(facts))
        return WHY_CERTAIN;
    why_say(evidence, "; so an older configuration is served");
    return WHY_LIKELY;
}

enum why_sureness
why_no_certificate(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    if (!is_only_source(facts) || !facts->encryption_required || facts->has_certificate)
        return WHY_NOT_SO;
    why_say(evidence,
            "section sign says encryption = required, and there is no certificate of SEP%s in the "
            "folder of devices",
            facts->phone.text);
    return WHY_CERTAIN;
}

enum why_sureness
why_not_built(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    char unused[WHY_EVIDENCE_MAX] = "";
    if (!is_only_source(facts) || facts->source_fault[0] != '\0' ||
        why_no_certificate(view, unused) != WHY_NOT_SO)
        return WHY_NOT_SO;
    why_say(evidence, "its configuration is in %s, and not in %s", facts->places[WHY_SOURCE].path,
            facts->places[WHY_TREE].path);
    return WHY_CERTAIN;
}

enum why_sureness
why_unreadable(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    char name[WHY_NAME_SIZE];
    enum why_sureness sureness = WHY_NOT_SO;
    for (enum why_folder folder = WHY_TREE; folder <= WHY_SECURE; folder++)
        for (enum why_file file = 0; file < WHY_FILES; file++)
            if (facts->places[folder].files[file].unreadable) {
                why_say(evidence, "%s%s/%s may not be read by the server's user %s",
                        sureness != WHY_NOT_SO ? "; " : "", facts->places[folder].path,
                        why_file_name(file, &facts->phone, name),
                        facts->user != NULL ? facts->user : "");
                sureness = WHY_CERTAIN;
            }
    return sureness;
}

enum why_sureness
why_stale(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    char time[WHY_TIME_SIZE];
    if (facts->build != WHY_BUILD_STALE || facts->source_fault[0] != '\0')
        return WHY_NOT_SO;
    why_say(evidence, "its configuration in %s says something else since %s than what is served",
            facts->places[WHY_SOURCE].path,
            why_time_text(facts->places[WHY_SOURCE].files[WHY_CLEAR].changed, time));
    return WHY_POSSIBLE;
}
