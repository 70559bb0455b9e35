/* SPDX-License-Identifier: MIT */
/* What phones are proven to hold, as it is kept in the file `proven` in the archive folder. A proof
 * says: at this time the phone held this list, so it holds that one or a later one. */
#ifndef PROVBUILD_FLEET_PROOFS_H
#define PROVBUILD_FLEET_PROOFS_H

#include "provbuild/lists/published.h"

enum proof_how {
    PROOF_SEEN,     /* --seen: somebody read the list's checksum off the phone */
    PROOF_SIGNED,   /* it took a certificate that this list names, with its own key (provd) */
    PROOF_FORGOTTEN /* --forget: it is taken to hold the list, whatever it holds */
};

struct proof {
    struct prov_mac phone;
    enum list_kind kind;
    enum proof_how how;
    char file[INVENTORY_NAME_SIZE]; /* of the list, in the archive */
    uint8_t sha256[LIST_SHA256_LEN];
    int64_t time; /* seconds since 1970 */
};

/* A list that was published once more after newer ones. Phones may hold it again from then on. */
struct proof_again {
    char file[INVENTORY_NAME_SIZE];
    int64_t time;
};

struct proofs {
    unsigned long written; /* so often */
    size_t count;          /* in ascending order of phones and kinds, one of each */
    struct proof *at;
    size_t again_count;
    struct proof_again *again;
};

/* A file that is not there is empty. PROV_E_FORMAT if it is damaged. To be released in any case. */
int proofs_read(const char *archive, struct proofs *out, struct prov_error *err) PROV_CHECKED;
/* Written atomically, where it differs. */
int proofs_write(const char *archive, struct proofs *proofs, struct prov_error *err) PROV_CHECKED;
void proofs_release(struct proofs *proofs);

/* In the place of what was known of this phone and kind. */
int proofs_put(struct proofs *proofs, const struct proof *proof,
               struct prov_error *err) PROV_CHECKED;
/* That the list of this file is published again now is news for a phone: it was proven to hold
 * something since that was noted last, or was forgotten since, but before now. */
bool proofs_lack_again(const struct proofs *proofs, const char *file, int64_t now);
/* The list of this file is published again now. */
int proofs_note_again(struct proofs *proofs, const char *file, int64_t time,
                      struct prov_error *err) PROV_CHECKED;

#endif
