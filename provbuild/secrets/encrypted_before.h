/* SPDX-License-Identifier: MIT */
/* Which phones' configurations were ever published encrypted: those never go back to clear text
 * but by name. The tree shows it only as long as nothing is lost, so it is also kept in the file
 * `encrypted-phones` in the archive folder, from before the first of them is visible; and what the
 * ledger saw go out counts. */
#ifndef PROVBUILD_SECRETS_ENCRYPTED_BEFORE_H
#define PROVBUILD_SECRETS_ENCRYPTED_BEFORE_H

#include "provbuild/run/run.h"

enum encrypted_state {
    ENCRYPTED_NEVER,
    ENCRYPTED_NO_MORE, /* in clear text by --force SEP<MAC>; older deliveries do not count */
    ENCRYPTED_ONCE,    /* published encrypted */
    ENCRYPTED_UNKNOWN, /* nobody knows: tree and record were lost */
    ENCRYPTED_STATES
};

struct encrypted_before {
    bool recorded; /* the record was there */
    bool lost;     /* it was not, and the tree lost what would tell */
    bool changed;
    struct phones in[ENCRYPTED_STATES]; /* each phone in one of them, those never in none */
};

/* Reads the record. `lost`: trust lists that were published do not stand. To be released, also
 * after a failure. */
int encrypted_read(const struct run *run, bool lost, struct encrypted_before *out,
                   struct prov_error *err) PROV_CHECKED;
void encrypted_release(struct encrypted_before *encrypted);

enum encrypted_state encrypted_state_of(const struct encrypted_before *encrypted,
                                        const struct prov_mac *phone);
/* True if its configuration may be secret although there is no certificate now. */
bool encrypted_may_be_secret(const struct encrypted_before *encrypted,
                             const struct prov_mac *phone);
int encrypted_note(struct encrypted_before *encrypted, const struct prov_mac *phone,
                   enum encrypted_state state, struct prov_error *err) PROV_CHECKED;

/* Notes each phone that the ledger saw fetch an encrypted configuration in `seen`, which is empty.
 * No ledger is no failure. */
int encrypted_by_ledger(const struct run *run, struct encrypted_before *seen,
                        struct prov_error *err) PROV_CHECKED;

/* Writes the record where it changed; it is on the disk when this returns. Without an archive
 * nothing is kept: then what stands and the ledger are all that tells. */
int encrypted_write(const struct run *run, struct encrypted_before *encrypted,
                    struct prov_error *err) PROV_CHECKED;

#endif
