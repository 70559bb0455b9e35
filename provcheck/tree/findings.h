/* SPDX-License-Identifier: MIT */
/* What can be wrong with a tree, as a table, and what was found in one. */
#ifndef PROVCHECK_TREE_FINDINGS_H
#define PROVCHECK_TREE_FINDINGS_H

#include "checks/finding.h"
#include "settings/settings.h"
#include "tree/list_rules.h"

#include <prov.h>

#include <stdbool.h>
#include <stddef.h>

enum finding {
    /* those of enum list_rule, and then those of enum check_rule */
    FIRST_CHECK = LIST_RULES,

    /* trust lists */
    LIST_CONFLICT = LIST_RULES + CHECK_RULES,
    LIST_CTL_ITL,
    LIST_VERSION,
    NO_LIST,

    /* signed and encrypted files */
    SIGNED_UNREADABLE,
    SIGNED_SIGNER,
    SIGNED_ROLE,
    SIGNED_SIGNATURE,
    SIGNED_NAME,
    SIGNED_FUTURE,
    SIGNED_DIGEST,
    ENCRYPTED_UNREADABLE,
    STUB_ALONE,
    ENCRYPTED_ALONE,
    PAIR_SIGNERS,
    CERTIFICATE_HASH,
    DEVICE_CERTIFICATE,

    /* configurations */
    CONFIG_UNSIGNED,
    CONFIG_BESIDE_ENCRYPTED,
    CLEAR_PASSWORD,
    TEXT_PASSWORD,
    LOAD_MISSING,
    LOCALE_MISSING,
    FILE_MISSING,
    ROLE_CAPF,
    ROLE_TVS,
    ROLE_APP_SERVER,
    ROLE_CCM,

    /* certificates and keys */
    CERTIFICATE_UNREADABLE,
    CERTIFICATE_DENIED,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_EXPIRES,
    PHONE_EXPIRED,
    PHONE_EXPIRES,
    HTTPS_NOT_EC,
    HTTPS_UNLISTED,
    KEY_IN_TREE,
    KEY_EXPOSED,

    /* files */
    CASE_TWIN,
    DOT_FILE,
    LINK_OUTSIDE,
    LINK_BROKEN,
    NOT_A_FILE,
    UNREADABLE,
    EMPTY,
    TOO_LARGE,
    LARGE,
    NAME_IMPOSSIBLE,
    NAME_DENIED,
    TWIN_DIFFERS,
    SECURE_EXPOSED,
    SECURE_SIGNED,

    FINDINGS /* how many kinds there are */
};

struct findings;

/* What is kept of what is found. */
struct findings_filter {
    bool strict; /* notes, too */
    size_t ignore_count;
    const struct settings_ignore *ignores;
    int64_t now; /* seconds since 1970 */
};

/* Why what is to be left out cannot be: there is no such finding, or it is an error, which is left
 * out for a single file until a day alone. NULL: it can be. */
const char *findings_fault_of_ignore(const struct settings_ignore *ignore);

/* NULL when memory is short. What the filter points at is borrowed. */
struct findings *findings_new(const struct findings_filter *filter);
void findings_free(struct findings *findings);

/* Notes a finding (or a rule of trust lists that is broken) about `file`, which stands below
 * `folder` (NULL: the path is whole): what is wrong in this case. Both may hold bytes of any kind.
 */
void findings_add(struct findings *findings, enum finding kind, const char *folder,
                  const char *file, const char *what, ...) PROV_PRINTF(5, 6);
/* The same for what a file that phones parse breaks. */
void findings_add_check(struct findings *findings, const char *folder, const char *file,
                        const struct check_finding *finding);

size_t findings_count(const struct findings *findings);
/* How many were left out as the filter says, notes apart. */
size_t findings_left_out(const struct findings *findings);

/* The words for a kind of finding. */
const struct rule_words *finding_words(enum finding kind);

/* Prints them in the order of their files, one line each, or as one JSON object. False if memory
 * was short for that or for a finding. */
bool findings_print(struct findings *findings, bool json);

#endif
