/* SPDX-License-Identifier: MIT */
/* Causes that show when the phone's boot is played with the files that stand, and in requests that
 * ended as that boot would. */
#include "provcheck/why/internal.h"

#include <string.h>

#define STUB_WAIT 30 /* seconds after the stub in which it asks for the encrypted file */

static bool
stops_with(const struct why_view *view, enum boot_result result)
{
    return view->facts->boot.played && view->facts->boot.result == result;
}

static void
say_stop(const struct why_boot *boot, char evidence[static WHY_EVIDENCE_MAX])
{
    why_say(evidence, "%s%s%s", boot->file, boot->file[0] != '\0' ? ": " : "", boot->text);
}

/* The lists that it was given decide, and it may hold others. */
static enum why_sureness
as_sure_as_lists(const struct why_facts *facts)
{
    for (size_t kind = 0; kind < TRUST_KINDS; kind++)
        if (facts->lists[kind].holding == WHY_HOLDS_PERHAPS ||
            facts->lists[kind].holding == WHY_HOLDS)
            return WHY_LIKELY;
    return WHY_CERTAIN;
}

static void
say_lists(const struct why_facts *facts, char evidence[static WHY_EVIDENCE_MAX])
{
    char time[WHY_TIME_SIZE];
    for (size_t kind = 0; kind < TRUST_KINDS; kind++) {
        const struct why_list *list = &facts->lists[kind];
        if (list->holding == WHY_HOLDS_UNKNOWN || list->is_newest)
            continue;
        why_say(evidence, "; the %s that it was given at %s is an older one",
                kind == TRUST_CTL ? "CTL" : "ITL", why_time_text(list->given, time));
    }
}

/* What it refuses, for one of the reasons that phones know: `word` is the phone's. */
enum why_sureness
why_refused_for(const struct why_view *view, const char *word,
                char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    if (!stops_with(view, BOOT_NOT_VERIFIED) || strstr(facts->boot.text, word) == NULL)
        return WHY_NOT_SO;
    say_stop(&facts->boot, evidence);
    say_lists(facts, evidence);
    return as_sure_as_lists(facts);
}

enum why_sureness
why_stops(const struct why_view *view, enum boot_result result,
          char evidence[static WHY_EVIDENCE_MAX])
{
    if (!stops_with(view, result))
        return WHY_NOT_SO;
    say_stop(&view->facts->boot, evidence);
    return WHY_CERTAIN;
}

/* --- trust lists */

/* It comes up all the same, with the list that it holds, so this alone is no reason. */
enum why_sureness
why_list_refused(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    if (!facts->boot.played || facts->boot.list[0] == '\0')
        return WHY_NOT_SO;
    why_say(evidence, "%s", facts->boot.list);
    say_lists(facts, evidence);
    return stops_with(view, BOOT_NOT_VERIFIED) ? WHY_LIKELY : WHY_POSSIBLE;
}

/* --- over HTTPS */

enum why_sureness
why_https_certificate(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    if (!stops_with(view, BOOT_NO_CONFIG) || facts->boot.https[0] == '\0')
        return WHY_NOT_SO;
    why_say(evidence, "%s; elsewhere than over HTTPS there is no configuration for it",
            facts->boot.https);
    return WHY_CERTAIN;
}

enum why_sureness
why_phone_certificate(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    char time[WHY_TIME_SIZE];
    if (!facts->certificate_wanted || facts->certificate_ends == 0 ||
        facts->certificate_ends > facts->now || why_has_configuration(&facts->places[WHY_TREE]))
        return WHY_NOT_SO;
    why_say(evidence, "its certificate expired at %s, and its configuration is served over HTTPS",
            why_time_text(facts->certificate_ends, time));
    return WHY_LIKELY;
}

/* --- what is not there */

/* The last request for a configuration was for this file, which was missing, and still is. */
static const struct why_request *
still_misses(const struct why_view *view, enum why_file file)
{
    const struct why_request *config = view->pattern.config;
    return config != NULL && config->file == file && config->outcome == WHY_MISSING &&
                   !view->facts->places[WHY_TREE].files[file].there && !view->pattern.changed
               ? config
               : NULL;
}

enum why_sureness
why_unsigned(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    const struct why_stands *files = facts->places[WHY_TREE].files;
    const struct why_request *request = still_misses(view, WHY_SIGNED);
    char name[WHY_NAME_SIZE];
    bool would_stop = stops_with(view, BOOT_NO_CONFIG) && why_lists_sign(facts);
    if (!files[WHY_CLEAR].there || files[WHY_SIGNED].there || (!would_stop && request == NULL))
        return WHY_NOT_SO;
    if (request != NULL)
        why_say_asked(evidence, request);
    else
        why_say(evidence, "its lists make it ask for %s",
                why_file_name(WHY_SIGNED, &facts->phone, name));
    why_say(evidence, ", and %s stands there alone", why_file_name(WHY_CLEAR, &facts->phone, name));
    return request != NULL ? WHY_CERTAIN : as_sure_as_lists(facts);
}

enum why_sureness
why_encrypted_missing(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_request *request = still_misses(view, WHY_ENCRYPTED);
    if (request == NULL)
        return why_stops(view, BOOT_NO_ENCRYPTED, evidence);
    why_say_asked(evidence, request);
    why_say(evidence, ", to which its stub leads, and it is not there");
    return WHY_CERTAIN;
}

/* It asked for the plain name, which a phone does that holds no list for files. */
static const struct why_request *
holds_no_list(const struct why_view *view)
{
    const struct why_stands *files = view->facts->places[WHY_TREE].files;
    const struct why_request *request = still_misses(view, WHY_CLEAR);
    return files[WHY_SIGNED].there || files[WHY_ENCRYPTED].there ? request : NULL;
}

enum why_sureness
why_holds_no_list(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_request *request = holds_no_list(view);
    if (request == NULL)
        return WHY_NOT_SO;
    why_say_asked(evidence, request);
    why_say(evidence, ", so it holds no list with a TFTP record, and only signed files stand "
                      "there");
    return WHY_CERTAIN;
}

/* Something stands for it, and nothing that it asks for. */
enum why_sureness
why_not_given(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    char unused[WHY_EVIDENCE_MAX] = "";
    bool stands = why_has_configuration(&facts->places[WHY_TREE]) ||
                  why_has_configuration(&facts->places[WHY_SECURE]);
    if (!stands || !stops_with(view, BOOT_NO_CONFIG) || why_unsigned(view, unused) != WHY_NOT_SO ||
        facts->boot.https[0] != '\0')
        return WHY_NOT_SO;
    why_say(evidence, "%s", facts->boot.text);
    say_lists(facts, evidence);
    return as_sure_as_lists(facts);
}

/* --- what it refuses */

enum why_sureness
why_key_unfit(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    enum why_sureness sureness = why_refused_for(view, "bad modulus length", evidence);
    return sureness != WHY_NOT_SO ? sureness
                                  : why_refused_for(view, "bad signature algorithm", evidence);
}

/* --- what it cannot open or read */

/* The stub was delivered, and nothing was asked for after it: the phone went to CAPF instead. */
static const struct why_request *
stops_at_stub(const struct why_view *view)
{
    const struct why_request *config = view->pattern.config;
    return config != NULL && config->file == WHY_SIGNED && config->outcome == WHY_DELIVERED &&
                   strcmp(config->transport, "https") != 0 && !view->pattern.changed &&
                   view->facts->places[WHY_TREE].files[WHY_ENCRYPTED].there &&
                   view->facts->now - config->time >= STUB_WAIT
               ? config
               : NULL;
}

enum why_sureness
why_other_certificate(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_request *request = stops_at_stub(view);
    if (request == NULL)
        return why_stops(view, BOOT_NOT_DECRYPTED, evidence);
    why_say_asked(evidence, request);
    why_say(evidence, ", which leads to the encrypted file, and did not ask for that");
    if (!stops_with(view, BOOT_NOT_DECRYPTED))
        return WHY_LIKELY;
    why_say(evidence, "; ");
    say_stop(&view->facts->boot, evidence);
    return WHY_CERTAIN;
}

/* A phone that runs the load already does not fetch it, so only one that starts again and again is
 * told of it. */
enum why_sureness
why_load_missing(const struct why_view *view, char evidence[static WHY_EVIDENCE_MAX])
{
    const struct why_facts *facts = view->facts;
    if (!facts->boot.played || facts->boot.load[0] == '\0' || view->pattern.rhythm != WHY_RESTARTS)
        return WHY_NOT_SO;
    why_say(evidence, "%s; it started %zu times in a row", facts->boot.load, view->pattern.times);
    return WHY_LIKELY;
}
