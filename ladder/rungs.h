/* SPDX-License-Identifier: MIT */
/* The table of ladders that stand in a tree: which files are given in turns under which name. Who
 * builds the tree writes it, who serves it reads it; both kinds of lists change with it at once.
 *
 *     # comment
 *     ITLFile.tlv ITLFile.tlv.1795258194 ITLFile.tlv.1795258197
 *     CTLFile.tlv CTLFile.tlv.1795258194 CTLFile.tlv.1795258197
 *     end 2
 *
 * A list's name, then its rungs, the newest last; the last line counts the lists, so that what is
 * left of a spoilt table never passes for all of it. */
#ifndef LADDER_RUNGS_H
#define LADDER_RUNGS_H

#include "ladder/judge.h"

#include <prov/bytes.h>

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

struct ladder_table {
    size_t count; /* in ascending order of their names */
    struct ladder_row *at;
};

/* PROV_E_FORMAT with the line for anything but such a table, PROV_E_LIMIT, PROV_E_MEMORY. To be
 * released by the caller. */
int ladder_table_read(struct prov_span text, struct ladder_table *out,
                      struct prov_error *err) PROV_CHECKED;
/* The same backwards; the caller frees `*out`. PROV_E_ARGUMENT for a row that would not be read. */
int ladder_table_write(const struct ladder_table *table, struct prov_bytes **out,
                       struct prov_error *err) PROV_CHECKED;
void ladder_table_release(struct ladder_table *table);

/* NULL if the list is not given in turns. */
const struct ladder_row *ladder_table_find(const struct ladder_table *table, const char *name);
/* Which rung the file is; LADDER_NO_LIST if it is none. */
size_t ladder_row_find(const struct ladder_row *row, const char *file);

#endif
