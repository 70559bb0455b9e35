/* SPDX-License-Identifier: MIT */
/* All trust lists that were ever published, found by what the ledger keeps of them. */
#ifndef PROVBUILD_LISTS_HISTORY_H
#define PROVBUILD_LISTS_HISTORY_H

#include <prov.h>

#define HISTORY_SHA256_LEN 32

struct past_list {
    char *name; /* ITLFile.tlv, CTLSEP<MAC>.tlv, … */
    char *file; /* in the archive, or the name again where it stands in the tree alone */
    uint8_t sha256[HISTORY_SHA256_LEN];
    struct prov_trustlist *list;
};

struct history {
    size_t count;
    struct past_list *at;
};

/* Reads the archive (NULL: none) and what stands in the tree; what cannot be read is left out: a
 * phone that holds it holds nothing known. */
int history_read(const char *archive, const char *tree, struct history *out,
                 struct prov_error *err) PROV_CHECKED;
void history_release(struct history *history);

/* NULL if no list is known that has this digest. */
const struct past_list *history_find(const struct history *history,
                                     const uint8_t sha256[HISTORY_SHA256_LEN]);
/* The newest list of this name; NULL if there is none. */
const struct past_list *history_newest(const struct history *history, const char *name);
/* When it was signed, in seconds since 1970; 0 where it does not say. */
int64_t history_time(const struct prov_trustlist *list);

#endif
