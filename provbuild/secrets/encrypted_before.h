/* SPDX-License-Identifier: MIT */
/* Which phones' configurations were ever published encrypted: those never go back to clear text
 * but by name. The tree shows it only as long as nothing is lost, so it is also kept in the file
 * `encrypted-phones` in the archive folder, from before the first of them is visible; and what the
 * ledger saw go out counts. */
#ifndef PROVBUILD_SECRETS_ENCRYPTED_BEFORE_H
#define PROVBUILD_SECRETS_ENCRYPTED_BEFORE_H

#include "provbuild/run/run.h"

enum evidence_state {
    EVIDENCE_NONE,
    EVIDENCE_CLEAR,     /* in clear text by --force SEP<MAC>; older deliveries do not count */
    EVIDENCE_ENCRYPTED, /* once published encrypted */
    EVIDENCE_UNKNOWN    /* nobody knows: tree and record were lost */
};

struct evidence_phone {
    struct prov_mac phone;
    enum evidence_state state;
};

struct evidence {
    bool recorded; /* the record was there */
    bool lost;     /* it was not, and the tree lost what would tell */
    bool changed;
    size_t count, room; /* in ascending order */
    struct evidence_phone *at;
};

/* Reads the record. `lost`: trust lists that were published do not stand. To be released, also
 * after a failure. */
int evidence_read(const struct run *run, bool lost, struct evidence *out,
                  struct prov_error *err) PROV_CHECKED;
void evidence_release(struct evidence *evidence);

enum evidence_state evidence_of(const struct evidence *evidence, const struct prov_mac *phone);
/* True if its configuration may be secret although there is no certificate now. */
bool evidence_closed(const struct evidence *evidence, const struct prov_mac *phone);
int evidence_note(struct evidence *evidence, const struct prov_mac *phone,
                  enum evidence_state state, struct prov_error *err) PROV_CHECKED;

/* Notes each phone that the ledger saw fetch an encrypted configuration in `seen`, which is empty.
 * No ledger is no failure. */
int evidence_from_ledger(const struct run *run, struct evidence *seen,
                         struct prov_error *err) PROV_CHECKED;

/* Writes the record where it changed; it is on the disk when this returns. Without an archive
 * nothing is kept: then what stands and the ledger are all that tells. */
int evidence_write(const struct run *run, struct evidence *evidence,
                   struct prov_error *err) PROV_CHECKED;

#endif
