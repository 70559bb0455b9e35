/* SPDX-License-Identifier: MIT */
/* One phone's boot: what it asks for next, and what it makes of the answer. It knows no sockets, so
 * that one phone and thousands of them boot by the same rules. */
#ifndef PROVCHECK_PHONE_BOOT_H
#define PROVCHECK_PHONE_BOOT_H

#include "families/family.h"
#include "families/load.h"
#include "provcheck/fetch/fetch.h"
#include "provcheck/phone/trust.h"

#include <prov.h>

#include <stdbool.h>

enum boot_result {
    BOOT_RUNNING,
    BOOT_UP,
    BOOT_LIST_REFUSED, /* comes up, but no longer follows the trust lists */
    BOOT_UNREACHABLE,
    BOOT_NOT_DELIVERED,
    BOOT_NO_CONFIG,
    BOOT_NOT_ASKED,
    BOOT_NOT_VERIFIED,
    BOOT_MALFORMED,
    BOOT_NO_ENCRYPTED,
    BOOT_NOT_DECRYPTED,
    BOOT_LIST_TOO_LARGE,
    BOOT_FILE_TOO_LARGE,
    BOOT_NO_SERVER,   /* its configuration names no server to register at */
    BOOT_NOT_TRUSTED, /* or one over TLS that no list of the phone vouches for */
    BOOT_RESULTS
};

/* For tables and JSON: "trust list refused". */
const char *boot_result_name(enum boot_result result);

enum step_kind {
    STEP_ACCEPTED,
    STEP_ABSENT,
    STEP_FALLBACK, /* the next transport is tried */
    STEP_WARNING,  /* the phone goes on, or may not */
    STEP_REFUSED,
    STEP_STATUS, /* the text is a message on the phone's screen */
    STEP_KINDS
};

/* "accepted", "absent", … */
const char *step_kind_name(enum step_kind kind);

struct step {
    enum step_kind kind;
    const char *file; /* as asked for; empty: none in particular */
    const char *via;  /* transport; empty: none */
    const char *text;
};

typedef void boot_listener(void *context, const struct step *step);

/* A phone as it is switched on. */
struct boot_phone {
    const struct family *family;
    const struct load *load; /* that it runs, unless its configuration names one; NULL: not known */
    bool whole_firmware;     /* all files of its firmware are asked for, not the list alone */
    struct prov_mac mac;
    const struct prov_identity *device; /* its key, certificate or both; NULL: not at hand */
    int64_t now;
    boot_listener *listener; /* NULL: nobody listens */
    void *context;
};

struct boot;

/* `trust` is what the phone holds, and is changed by what it installs. Both arguments must outlive
 * the boot. NULL when memory is short. */
struct boot *boot_new(const struct boot_phone *phone, struct trust *trust);
void boot_free(struct boot *boot);

/* What it asks for; false if its boot is over. `out` is valid until the answer. */
bool boot_next(struct boot *boot, struct fetch_request *out);
/* What came of it; `content` is read at once. */
void boot_answer(struct boot *boot, enum fetch_outcome outcome, struct prov_span content,
                 const char *text);

enum boot_result boot_result(const struct boot *boot);

#endif
