/* SPDX-License-Identifier: MIT */
/* What the files of this room share. */
#ifndef FAMILIES_INTERNAL_H
#define FAMILIES_INTERNAL_H

#include "families/dictionary.h"

struct dictionary {
    size_t count, room;
    struct element *at;           /* in the order of their paths */
    const struct element **named; /* the same in the order of their names, whatever their case */
    size_t text_count;
    char **texts; /* of the files, taken apart: what the lines point into */
};

/* Adds the lines of a file, in the order of their reading. */
int dictionary_add(struct dictionary *dictionary, struct prov_span lines, const char *name,
                   struct prov_error *err) PROV_CHECKED;
/* Brings them into order once all are there; of those with one path the last stays. */
int dictionary_sort(struct dictionary *dictionary, struct prov_error *err) PROV_CHECKED;

#endif
