/* SPDX-License-Identifier: MIT */
/* Why a phone does not come up: causes by what is known of it, the most likely first. */
#ifndef PROVCHECK_WHY_CAUSES_H
#define PROVCHECK_WHY_CAUSES_H

#include "provcheck/why/facts.h"

/* In the order in which they would stop a phone: of two that are as sure, the earlier one counts.
 */
enum why_cause {
    /* files on this machine */
    WHY_ODD_NAME,
    WHY_NO_CONFIGURATION,
    WHY_SOURCE_FAULT,
    WHY_NO_CERTIFICATE,
    WHY_NOT_BUILT,
    WHY_UNREADABLE,

    /* the way to the server */
    WHY_OTHER_NAME,
    WHY_NOT_ALLOWED,
    WHY_NEVER_ASKED,

    /* transfers */
    WHY_SERVER_FAILED,
    WHY_SERVER_REFUSED,
    WHY_TRANSFER_CUT,
    WHY_SERVER_BUSY,
    WHY_RESTART_NEEDED,

    /* trust lists */
    WHY_LIST_TOO_LARGE,
    WHY_LIST_WITHOUT_SERVER,
    WHY_MODE_WITHOUT_LIST,
    WHY_LIST_IGNORED,
    WHY_LIST_REFUSED,

    /* the configuration that it is given */
    WHY_HTTPS_CERTIFICATE,
    WHY_PHONE_CERTIFICATE,
    WHY_UNSIGNED,
    WHY_SIGNER_UNKNOWN,
    WHY_DIGEST_UNKNOWN,
    WHY_KEY_UNFIT,
    WHY_SIGNATURE_BROKEN,
    WHY_INNER_NAME,
    WHY_TIMESTAMP,
    WHY_NOT_SIGNED_FILE,
    WHY_ENCRYPTED_MISSING,
    WHY_OTHER_CERTIFICATE,
    WHY_TOO_LARGE,
    WHY_MALFORMED,
    WHY_HOLDS_NO_LIST,
    WHY_NOT_GIVEN,
    WHY_CONFIG_ERROR,
    WHY_NO_SERVER,
    WHY_DOES_NOT_PARSE,
    WHY_FOREIGN_LIST,
    WHY_NOTHING_USABLE,
    WHY_LOAD_MISSING,

    /* its PBX */
    WHY_NO_PBX_HOST,
    WHY_PBX_AWAY,
    WHY_PBX_MUTE,
    WHY_PBX_TLS_FAILS,
    WHY_PBX_NOT_LISTED,

    WHY_STALE,
    WHY_CAUSES /* how many there are */
};

enum why_sureness { WHY_NOT_SO, WHY_POSSIBLE, WHY_LIKELY, WHY_CERTAIN };

/* "possible", "likely", "certain". */
const char *why_sureness_name(enum why_sureness sureness);

struct why_words {
    const char *id;
    const char *why;  /* what it means for the phone */
    const char *mend; /* what to do */
    bool erases;      /* where nothing else is left: erase the phone's lists by hand */
    const char *source;
};

const struct why_words *why_words(enum why_cause cause);

struct why_found {
    enum why_cause cause;
    enum why_sureness sureness;
    char evidence[2 * WHY_TEXT_MAX];
};

struct why_causes {
    size_t count;
    struct why_found at[WHY_CAUSES];
};

/* All that explain these facts, the most likely first. */
void why_causes_find(const struct why_facts *facts, struct why_causes *out);

#endif
