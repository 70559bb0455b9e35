/* SPDX-License-Identifier: MIT */
/* What the archive held when lists were last published: the names of its lists and records and
 * their digests, kept beside the tree and signed by the SAST that signs the lists. So an archive
 * that is not mounted, or an older copy of it, is told from one that never had more. */
#ifndef PROVBUILD_LISTS_INVENTORY_H
#define PROVBUILD_LISTS_INVENTORY_H

#include <prov.h>

#include <stdbool.h>

#define INVENTORY_SHA256_LEN 32
#define INVENTORY_NAME_SIZE 64 /* CTLSEP<MAC>.tlv with a timestamp and a count */

struct inventory_line {
    char file[INVENTORY_NAME_SIZE];
    bool damaged; /* no list could be read from it, and it was accepted so */
    uint8_t sha256[INVENTORY_SHA256_LEN]; /* zeros: damaged, and the file could not be read */
};

/* Files that are written again and again (records.h): where the keys of changes lie, and what
 * phones are proven to hold. */
enum inventory_record { INVENTORY_UNDER_WAY, INVENTORY_PROVEN, INVENTORY_RECORDS };

struct inventory_noted {
    bool noted;            /* it was there, and said something */
    unsigned long written; /* so often by then */
    uint8_t sha256[INVENTORY_SHA256_LEN];
};

struct inventory {
    size_t count, room; /* in ascending order of their files */
    struct inventory_line *at;
    struct inventory_noted records[INVENTORY_RECORDS];
};

/* "under-way", "proven" */
const char *inventory_file_of(enum inventory_record which);

/* NULL if it is not there. */
const struct inventory_line *inventory_find(const struct inventory *inventory, const char *file);
/* In the place of what was known of this file. */
int inventory_put(struct inventory *inventory, const struct inventory_line *line,
                  struct prov_error *err) PROV_CHECKED;
bool inventory_same(const struct inventory *a, const struct inventory *b);
void inventory_release(struct inventory *inventory);

/* The text of the inventory and back: PROV_E_FORMAT for anything else, or for part of it. */
int inventory_text(const struct inventory *inventory, struct prov_bytes **out,
                   struct prov_error *err) PROV_CHECKED;
int inventory_read(struct prov_span text, struct inventory *out,
                   struct prov_error *err) PROV_CHECKED;

#endif
