/* SPDX-License-Identifier: MIT */
/* What the files of this room share: the rules by which causes are found, and who gathers what. */
#ifndef PROVCHECK_WHY_INTERNAL_H
#define PROVCHECK_WHY_INTERNAL_H

#include "provcheck/why/causes.h"
#include "provcheck/why/pattern.h"

/* What a rule looks at. */
struct why_view {
    const struct why_facts *facts;
    struct why_pattern pattern;
};

#define WHY_EVIDENCE_MAX sizeof(((struct why_found *)0)->evidence)

/* Whether a cause explains the facts; if so, it writes the evidence. */
typedef enum why_sureness why_rule(const struct why_view *view,
                                   char evidence[static WHY_EVIDENCE_MAX]);

/* --- say.c */

/* Appends to the evidence; printf. */
void why_say(char evidence[static WHY_EVIDENCE_MAX], const char *format, ...) PROV_PRINTF(2, 3);
/* Appends "it asked for NAME at TIME over tftp from ADDRESS". */
void why_say_asked(char evidence[static WHY_EVIDENCE_MAX], const struct why_request *request);

/* True if a list is served to it by which it asks for signed files. */
bool why_lists_sign(const struct why_facts *facts);

/* --- rules_files.c */
why_rule why_odd_name, why_no_configuration, why_source_fault, why_no_certificate, why_not_built,
    why_unreadable, why_stale;

/* --- rules_requests.c */
why_rule why_other_name, why_not_allowed, why_never_asked, why_server_failed, why_server_refused,
    why_transfer_cut, why_server_busy, why_restart_needed, why_list_ignored, why_does_not_parse,
    why_foreign_list, why_nothing_usable;

/* --- rules_boot.c */
why_rule why_list_refused, why_https_certificate, why_phone_certificate, why_unsigned,
    why_key_unfit, why_encrypted_missing, why_other_certificate, why_holds_no_list, why_not_given,
    why_load_missing;
/* Its boot stops in this way. */
enum why_sureness why_stops(const struct why_view *view, enum boot_result result,
                            char evidence[static WHY_EVIDENCE_MAX]);
/* It refuses its configuration, for one of the reasons that phones know: `word` is the phone's. */
enum why_sureness why_refused_for(const struct why_view *view, const char *word,
                                  char evidence[static WHY_EVIDENCE_MAX]);

/* --- rules_config.c */
why_rule why_mode_without_list, why_config_error, why_no_server;
/* This came of asking its PBX. */
enum why_sureness why_pbx_is(const struct why_view *view, enum why_pbx_state state,
                             char evidence[static WHY_EVIDENCE_MAX]);

#endif
