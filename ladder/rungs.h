/* SPDX-License-Identifier: MIT */
/* The table of ladders that stand in a tree: which files are given in turns under which name. Who
 * builds the tree writes it, who serves it reads it; both kinds of lists change with it at once.
 *
 *     # comment
 *     ITLFile.tlv ITLFile.tlv.1795258194 ITLFile.tlv.1795258197
 *     CTLFile.tlv CTLFile.tlv.1795258194 CTLFile.tlv.1795258197
 *     newest ITL SEP001122334455
 *     end 3
 *
 * A list's name, then its rungs, the newest last; and phones that are proven to hold the newest
 * list of a kind, and are given no other one. The lines are those of cli/lines.h. */
#ifndef LADDER_RUNGS_H
#define LADDER_RUNGS_H

#include "ladder/judge.h"

#include <prov/bytes.h>
#include <prov/device.h>

#define LADDER_FOLDER                                                                              \
    ".ladder" /* below the root of the tree; the table and the rungs are in it                     \
               */
#define LADDER_TABLE "rungs"
#define LADDER_TABLE_MAX (16 * 1024 * 1024) /* bytes */
#define LADDER_NAME_SIZE 24                 /* ITLSEP<MAC>.tlv and its NUL */
#define LADDER_FILE_SIZE 48                 /* the same with a timestamp and a count */

/* One list that is given in turns. */
struct ladder_row {
    char name[LADDER_NAME_SIZE];
    size_t count; /* 2 to LADDER_RUNGS_MAX */
    char file[LADDER_RUNGS_MAX][LADDER_FILE_SIZE];
};

/* A phone that is proven to hold the newest list of this kind. */
struct ladder_proven {
    enum ladder_kind kind;
    struct prov_mac phone;
};

struct ladder_table {
    size_t count; /* in ascending order of their names */
    struct ladder_row *at;
    size_t proven_count; /* in ascending order of kinds and phones */
    struct ladder_proven *proven;
};

/* The list whose rung a file is by its name: LIST.TIMESTAMP or LIST.TIMESTAMP.COUNT, as in the
 * archive. False for any other name. */
bool ladder_list_of_rung(const char *file, char name[static LADDER_NAME_SIZE]);

/* PROV_E_FORMAT with the line for anything but such a table, PROV_E_LIMIT, PROV_E_MEMORY. To be
 * released by the caller. */
int ladder_table_read(struct prov_span text, struct ladder_table *out,
                      struct prov_error *err) PROV_CHECKED;
/* The same backwards; the caller frees `*out`. PROV_E_ARGUMENT for a row that would not be read. */
int ladder_table_write(const struct ladder_table *table, struct prov_bytes **out,
                       struct prov_error *err) PROV_CHECKED;
void ladder_table_release(struct ladder_table *table);

/* Each adds a copy; before the table is written or looked at, ladder_table_sort(). */
int ladder_table_add(struct ladder_table *table, const struct ladder_row *row,
                     struct prov_error *err) PROV_CHECKED;
int ladder_table_add_proven(struct ladder_table *table, const struct ladder_proven *proven,
                            struct prov_error *err) PROV_CHECKED;
/* PROV_E_FORMAT if a list stands in it twice. */
int ladder_table_sort(struct ladder_table *table, struct prov_error *err) PROV_CHECKED;

/* NULL if the list is not given in turns. */
const struct ladder_row *ladder_table_find(const struct ladder_table *table, const char *name);
bool ladder_table_proves(const struct ladder_table *table, enum ladder_kind kind,
                         const struct prov_mac *phone);
/* Which rung the file is; LADDER_NO_LIST if it is none. */
size_t ladder_row_find(const struct ladder_row *row, const char *file);

#endif
