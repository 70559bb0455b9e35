/* SPDX-License-Identifier: MIT */
/* All causes, each with what shows it; those that hold are put in order by how sure they are. */
#include "provcheck/why/internal.h"

#include <stdlib.h>

/* By a rule of its own, or by one thing that shows it. */
static const struct {
    why_rule *rule;
    const char *refusal;
    enum boot_result stop;
    enum why_pbx_state pbx;
} rows[WHY_CAUSES] = {
    [WHY_ODD_NAME] = {.rule = why_odd_name},
    [WHY_NO_CONFIGURATION] = {.rule = why_no_configuration},
    [WHY_SOURCE_FAULT] = {.rule = why_source_fault},
    [WHY_NO_CERTIFICATE] = {.rule = why_no_certificate},
    [WHY_NOT_BUILT] = {.rule = why_not_built},
    [WHY_UNREADABLE] = {.rule = why_unreadable},
    [WHY_OTHER_NAME] = {.rule = why_other_name},
    [WHY_NOT_ALLOWED] = {.rule = why_not_allowed},
    [WHY_NEVER_ASKED] = {.rule = why_never_asked},
    [WHY_SERVER_FAILED] = {.rule = why_server_failed},
    [WHY_SERVER_REFUSED] = {.rule = why_server_refused},
    [WHY_TRANSFER_CUT] = {.rule = why_transfer_cut},
    [WHY_SERVER_BUSY] = {.rule = why_server_busy},
    [WHY_RESTART_NEEDED] = {.rule = why_restart_needed},
    [WHY_LIST_TOO_LARGE] = {.stop = BOOT_LIST_TOO_LARGE},
    [WHY_LIST_WITHOUT_SERVER] = {.stop = BOOT_NOT_ASKED},
    [WHY_MODE_WITHOUT_LIST] = {.rule = why_mode_without_list},
    [WHY_LIST_IGNORED] = {.rule = why_list_ignored},
    [WHY_LIST_REFUSED] = {.rule = why_list_refused},
    [WHY_HTTPS_CERTIFICATE] = {.rule = why_https_certificate},
    [WHY_PHONE_CERTIFICATE] = {.rule = why_phone_certificate},
    [WHY_UNSIGNED] = {.rule = why_unsigned},
    [WHY_SIGNER_UNKNOWN] = {.refusal = "signer not in CTL or ITL"},
    [WHY_DIGEST_UNKNOWN] = {.refusal = "bad digest algorithm"},
    [WHY_KEY_UNFIT] = {.rule = why_key_unfit},
    [WHY_SIGNATURE_BROKEN] = {.refusal = "signature failed"},
    [WHY_INNER_NAME] = {.refusal = "wrong file name"},
    [WHY_TIMESTAMP] = {.refusal = "timestamp failed"},
    [WHY_NOT_SIGNED_FILE] = {.refusal = "format error"},
    [WHY_ENCRYPTED_MISSING] = {.rule = why_encrypted_missing},
    [WHY_OTHER_CERTIFICATE] = {.rule = why_other_certificate},
    [WHY_TOO_LARGE] = {.stop = BOOT_FILE_TOO_LARGE},
    [WHY_MALFORMED] = {.stop = BOOT_MALFORMED},
    [WHY_HOLDS_NO_LIST] = {.rule = why_holds_no_list},
    [WHY_NOT_GIVEN] = {.rule = why_not_given},
    [WHY_CONFIG_ERROR] = {.rule = why_config_error},
    [WHY_NO_SERVER] = {.rule = why_no_server},
    [WHY_DOES_NOT_PARSE] = {.rule = why_does_not_parse},
    [WHY_FOREIGN_LIST] = {.rule = why_foreign_list},
    [WHY_NOTHING_USABLE] = {.rule = why_nothing_usable},
    [WHY_LOAD_MISSING] = {.rule = why_load_missing},
    [WHY_NO_PBX_HOST] = {.pbx = WHY_PBX_NO_HOST},
    [WHY_PBX_AWAY] = {.pbx = WHY_PBX_UNREACHABLE},
    [WHY_PBX_MUTE] = {.pbx = WHY_PBX_SILENT},
    [WHY_PBX_TLS_FAILS] = {.pbx = WHY_PBX_TLS},
    [WHY_PBX_NOT_LISTED] = {.pbx = WHY_PBX_UNLISTED},
    [WHY_STALE] = {.rule = why_stale},
};

const char *
why_sureness_name(enum why_sureness sureness)
{
    static const char *const sure[] = {"not so", "possible", "likely", "certain"};
    return sure[sureness];
}

static int
by_sureness(const void *a, const void *b)
{
    const struct why_found *x = a, *y = b;
    return x->sureness != y->sureness ? (int)y->sureness - (int)x->sureness
                                      : (int)x->cause - (int)y->cause;
}

static enum why_sureness
judge(const struct why_view *view, enum why_cause cause, char evidence[static WHY_EVIDENCE_MAX])
{
    if (rows[cause].rule != NULL)
        return rows[cause].rule(view, evidence);
    if (rows[cause].refusal != NULL)
        return why_refused_for(view, rows[cause].refusal, evidence);
    if (rows[cause].pbx != WHY_PBX_NOT_ASKED)
        return why_pbx_is(view, rows[cause].pbx, evidence);
    return why_stops(view, rows[cause].stop, evidence);
}

void
why_causes_find(const struct why_facts *facts, struct why_causes *out)
{
    struct why_view view = {.facts = facts};
    why_pattern_find(facts, &view.pattern);
    out->count = 0;
    for (enum why_cause cause = 0; cause < WHY_CAUSES; cause++) {
        struct why_found *found = &out->at[out->count];
        *found = (struct why_found){.cause = cause};
        found->sureness = judge(&view, cause, found->evidence);
        out->count += found->sureness != WHY_NOT_SO;
    }
    qsort(out->at, out->count, sizeof out->at[0], by_sureness);
}
