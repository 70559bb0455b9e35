/* SPDX-License-Identifier: MIT */
/* A trust list as phones judge it: who signed it, whom it trusts, when it was signed, and what it
 * says besides. All that decides whether a phone goes on from one list to another is a value here,
 * so that it can be worked out without certificates, files or a disk. */
#ifndef LADDER_LIST_H
#define LADDER_LIST_H

#include <prov/error.h>
#include <prov/trustlist.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LADDER_ID_LEN 32
#define LADDER_SASTS_MAX                                                                           \
    8 /* real lists have two; whatever a list holds beyond is not looked at                        \
       */

/* A signer of lists as phones tell signers apart: by issuer and serial number, byte for byte, and
 * by its key (phones.md, section 5). SHA-256 over these. */
struct ladder_signer {
    uint8_t id[LADDER_ID_LEN];
};

struct ladder_list {
    uint8_t sha256[LADDER_ID_LEN]; /* of the whole file */
    struct ladder_signer signer;
    size_t sast_count;
    struct ladder_signer sasts[LADDER_SASTS_MAX]; /* whom it names in role SAST */
    int64_t time;                                 /* seconds since 1970; 0 where it does not say */
    uint8_t records[LADDER_ID_LEN];               /* SHA-256 over all records but SAST's */
    uint8_t form[LADDER_ID_LEN]; /* SHA-256 over version, digest and name in its header, and
                                    whether it names the certificate that serves as proof */
    bool proves; /* it names the certificate that serves as proof; bridges never do */
    bool serves; /* it names a certificate for files, so that its phones ask for signed ones */
};

/* What `list` is to phones. Its signature has been verified. `proof` (may be NULL) is the DER of a
 * certificate whose record does not count among `records`. PROV_E_SIGNER where no record of it is
 * the signer's. */
int ladder_list_of(const struct prov_trustlist *list, const struct prov_identity *proof,
                   struct ladder_list *out, struct prov_error *err) PROV_CHECKED;

/* The same of one whose signature is yet to be made. */
int ladder_list_drafted(const struct prov_trustlist *list, const struct prov_identity *proof,
                        struct ladder_list *out, struct prov_error *err) PROV_CHECKED;

bool ladder_signer_equal(const struct ladder_signer *a, const struct ladder_signer *b);
bool ladder_names(const struct ladder_list *list, const struct ladder_signer *signer);
/* Both trust the same signers. */
bool ladder_same_sasts(const struct ladder_list *a, const struct ladder_list *b);
/* Both say the same, and differ at most in time and signature. */
bool ladder_says_the_same(const struct ladder_list *a, const struct ladder_list *b);
/* The same file. */
bool ladder_list_equal(const struct ladder_list *a, const struct ladder_list *b);

enum ladder_kind { LADDER_CTL, LADDER_ITL, LADDER_KINDS };

/* Lists by their kind: those that stand, the newest last; or those that are held, in any order. */
struct ladder_lists {
    size_t count[LADDER_KINDS];
    const struct ladder_list *at[LADDER_KINDS];
};

/* What a phone holds: a CTL, an ITL, both or nothing (NULL). */
struct ladder_pair {
    const struct ladder_list *list[LADDER_KINDS];
};

/* True if a phone that holds `pair` installs `next` in the place of the list of its kind
 * (phones.md, section 5). A phone without any list takes the first on faith. The list that it holds
 * already it does not install again. `heeds_time`: it refuses a list that is not newer than the one
 * of its kind that it holds; not all do. */
bool ladder_takes(const struct ladder_pair *pair, enum ladder_kind kind,
                  const struct ladder_list *next, bool heeds_time);

#endif
