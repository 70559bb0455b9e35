/* SPDX-License-Identifier: MIT */
/* All causes, each with its rule; those that hold are put in order by how sure they are. */
#include "provcheck/why/internal.h"

#include <stdlib.h>

static why_rule *const rules[WHY_CAUSES] = {
    [WHY_ODD_NAME] = why_odd_name,
    [WHY_NO_CONFIGURATION] = why_no_configuration,
    [WHY_SOURCE_FAULT] = why_source_fault,
    [WHY_NO_CERTIFICATE] = why_no_certificate,
    [WHY_NOT_BUILT] = why_not_built,
    [WHY_UNREADABLE] = why_unreadable,
    [WHY_OTHER_NAME] = why_other_name,
    [WHY_NOT_ALLOWED] = why_not_allowed,
    [WHY_NEVER_ASKED] = why_never_asked,
    [WHY_SERVER_FAILED] = why_server_failed,
    [WHY_SERVER_REFUSED] = why_server_refused,
    [WHY_TRANSFER_CUT] = why_transfer_cut,
    [WHY_SERVER_BUSY] = why_server_busy,
    [WHY_RESTART_NEEDED] = why_restart_needed,
    [WHY_LIST_TOO_LARGE] = why_list_too_large,
    [WHY_LIST_WITHOUT_SERVER] = why_list_without_server,
    [WHY_MODE_WITHOUT_LIST] = why_mode_without_list,
    [WHY_LIST_IGNORED] = why_list_ignored,
    [WHY_LIST_REFUSED] = why_list_refused,
    [WHY_HTTPS_CERTIFICATE] = why_https_certificate,
    [WHY_PHONE_CERTIFICATE] = why_phone_certificate,
    [WHY_UNSIGNED] = why_unsigned,
    [WHY_SIGNER_UNKNOWN] = why_signer_unknown,
    [WHY_DIGEST_UNKNOWN] = why_digest_unknown,
    [WHY_KEY_TOO_LARGE] = why_key_too_large,
    [WHY_SIGNATURE_BROKEN] = why_signature_broken,
    [WHY_INNER_NAME] = why_inner_name,
    [WHY_TIMESTAMP] = why_timestamp,
    [WHY_NOT_SIGNED_FILE] = why_not_signed_file,
    [WHY_ENCRYPTED_MISSING] = why_encrypted_missing,
    [WHY_OTHER_CERTIFICATE] = why_other_certificate,
    [WHY_TOO_LARGE] = why_too_large,
    [WHY_MALFORMED] = why_malformed,
    [WHY_HOLDS_NO_LIST] = why_holds_no_list,
    [WHY_NOT_GIVEN] = why_not_given,
    [WHY_CONFIG_ERROR] = why_config_error,
    [WHY_NO_SERVER] = why_no_server,
    [WHY_DOES_NOT_PARSE] = why_does_not_parse,
    [WHY_FOREIGN_LIST] = why_foreign_list,
    [WHY_NOTHING_USABLE] = why_nothing_usable,
    [WHY_LOAD_MISSING] = why_load_missing,
    [WHY_NO_PBX_HOST] = why_no_pbx_host,
    [WHY_PBX_AWAY] = why_pbx_away,
    [WHY_PBX_MUTE] = why_pbx_mute,
    [WHY_PBX_TLS_FAILS] = why_pbx_tls_fails,
    [WHY_PBX_NOT_LISTED] = why_pbx_not_listed,
    [WHY_STALE] = why_stale,
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

void
why_causes_find(const struct why_facts *facts, struct why_causes *out)
{
    struct why_view view = {.facts = facts};
    why_pattern_find(facts, &view.pattern);
    out->count = 0;
    for (enum why_cause cause = 0; cause < WHY_CAUSES; cause++) {
        struct why_found *found = &out->at[out->count];
        *found = (struct why_found){.cause = cause};
        found->sureness = rules[cause](&view, found->evidence);
        out->count += found->sureness != WHY_NOT_SO;
    }
    qsort(out->at, out->count, sizeof out->at[0], by_sureness);
}
