/* SPDX-License-Identifier: MIT */
/* The table of ladders that stand in a tree, as text and back. */
#include "ladder/rungs.h"

#include "cli/array.h"
#include "cli/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 100000
#define PROVEN_MAX (2 * ROWS_MAX)
#define NEWEST "newest"

static const char *const kinds[LADDER_KINDS] = {[LADDER_CTL] = "CTL", [LADDER_ITL] = "ITL"};

/* --- names */

static bool
is_list_name(const char *name)
{
    struct prov_mac phone;
    return strcmp(name, "ITLFile.tlv") == 0 || strcmp(name, "CTLFile.tlv") == 0 ||
           ((name[0] == 'I' || name[0] == 'C') && (prov_mac_of_file(name, "ITL", ".tlv", &phone) ||
                                                   prov_mac_of_file(name, "CTL", ".tlv", &phone)));
}

/* TIMESTAMP or TIMESTAMP.COUNT */
static bool
is_stamp(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;
    if (digits == 0 || *rest == '\0')
        return digits > 0;
    return *rest == '.' && rest[1] != '\0' && strspn(rest + 1, "0123456789") == strlen(rest + 1);
}

bool
ladder_list_of_rung(const char *file, char name[static LADDER_NAME_SIZE])
{
    const char *end = strstr(file, ".tlv.");
    size_t len = end != NULL ? (size_t)(end - file) + strlen(".tlv") : LADDER_NAME_SIZE;
    if (len >= LADDER_NAME_SIZE || strlen(file) >= LADDER_FILE_SIZE)
        return false;
    memcpy(name, file, len);
    name[len] = '\0';
    return is_list_name(name) && is_stamp(file + len + 1);
}

static bool
is_row(const struct ladder_row *row)
{
    char name[LADDER_NAME_SIZE];
    bool good = row->count >= 2 && row->count <= LADDER_RUNGS_MAX;
    for (size_t i = 0; good && i < row->count; i++)
        good = ladder_list_of_rung(row->file[i], name) && strcmp(name, row->name) == 0 &&
               ladder_row_find(row, row->file[i]) == i;
    return good;
}

/* --- in memory */

int
ladder_table_add(struct ladder_table *table, const struct ladder_row *row, struct prov_error *err)
{
    if (table->count == ROWS_MAX)
        return prov_fail(err, PROV_E_LIMIT, "more than %d lists", ROWS_MAX);
    struct ladder_row *at = array_room(table->at, table->count, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    table->at = at;
    at[table->count++] = *row;
    return PROV_OK;
}

int
ladder_table_add_proven(struct ladder_table *table, const struct ladder_proven *proven,
                        struct prov_error *err)
{
    if (table->proven_count == PROVEN_MAX)
        return prov_fail(err, PROV_E_LIMIT, "more than %d phones", PROVEN_MAX);
    struct ladder_proven *at = array_room(table->proven, table->proven_count, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    table->proven = at;
    at[table->proven_count++] = *proven;
    return PROV_OK;
}

static int
compare_rows(const void *a, const void *b)
{
    return strcmp(((const struct ladder_row *)a)->name, ((const struct ladder_row *)b)->name);
}

static int
compare_proven(const void *a, const void *b)
{
    const struct ladder_proven *left = a, *right = b;
    return left->kind != right->kind ? (int)left->kind - (int)right->kind
                                     : strcmp(left->phone.text, right->phone.text);
}

int
ladder_table_sort(struct ladder_table *table, struct prov_error *err)
{
    if (table->count > 0)
        qsort(table->at, table->count, sizeof *table->at, compare_rows);
    if (table->proven_count > 0)
        qsort(table->proven, table->proven_count, sizeof *table->proven, compare_proven);
    for (size_t i = 1; i < table->count; i++)
        if (compare_rows(&table->at[i - 1], &table->at[i]) == 0)
            return prov_fail(err, PROV_E_FORMAT, "%s stands in it twice", table->at[i].name);
    return PROV_OK;
}

void
ladder_table_release(struct ladder_table *table)
{
    free(table->at);
    free(table->proven);
    *table = (struct ladder_table){.count = 0};
}

/* --- reading */

static int
take_proven(struct ladder_table *table, char *rest, struct prov_error *err)
{
    struct ladder_proven proven = {.kind = LADDER_CTL};
    const char *kind = strsep(&rest, " ");
    while (proven.kind < LADDER_KINDS && strcmp(kind, kinds[proven.kind]) != 0)
        proven.kind++;
    if (proven.kind == LADDER_KINDS || rest == NULL ||
        !prov_mac_of_file(rest, "", "", &proven.phone))
        return prov_fail(err, PROV_E_FORMAT, "no kind of list and phone follow " NEWEST);
    return ladder_table_add_proven(table, &proven, err);
}

static int
take_line(void *context, char *line, struct prov_error *err)
{
    struct ladder_row row = {.count = 0};
    char *rest = line;
    const char *name = strsep(&rest, " ");
    if (strcmp(name, NEWEST) == 0 && rest != NULL)
        return take_proven(context, rest, err);
    bool fits = snprintf(row.name, sizeof row.name, "%s", name) < (int)sizeof row.name;
    while (fits && rest != NULL && row.count < LADDER_RUNGS_MAX) {
        fits = snprintf(row.file[row.count], LADDER_FILE_SIZE, "%s", strsep(&rest, " ")) <
               LADDER_FILE_SIZE;
        row.count++;
    }
    if (!fits || rest != NULL || !is_row(&row))
        return prov_fail(err, PROV_E_FORMAT,
                         "'%.40s' is not a trust list with two rungs or more, or has too many",
                         name);
    return ladder_table_add(context, &row, err);
}

int
ladder_table_read(struct prov_span text, struct ladder_table *out, struct prov_error *err)
{
    struct ladder_table table = {.count = 0};
    int rc = text.len <= LADDER_TABLE_MAX
                 ? lines_take_all(text, take_line, &table, err)
                 : prov_fail(err, PROV_E_LIMIT, "larger than %d bytes", LADDER_TABLE_MAX);
    if (rc == PROV_OK)
        rc = ladder_table_sort(&table, err);
    if (rc != PROV_OK) {
        ladder_table_release(&table);
        return rc;
    }
    *out = table;
    return PROV_OK;
}

/* --- writing */

static void
put_lines(const void *context, FILE *to)
{
    const struct ladder_table *table = context;
    for (size_t i = 0; i < table->count; i++) {
        fputs(table->at[i].name, to);
        for (size_t k = 0; k < table->at[i].count; k++)
            fprintf(to, " %s", table->at[i].file[k]);
        putc('\n', to);
    }
    for (size_t i = 0; i < table->proven_count; i++)
        fprintf(to, NEWEST " %s SEP%s\n", kinds[table->proven[i].kind],
                table->proven[i].phone.text);
}

int
ladder_table_write(const struct ladder_table *table, struct prov_bytes **out,
                   struct prov_error *err)
{
    for (size_t i = 0; i < table->count; i++)
        if (!is_row(&table->at[i]))
            return prov_fail(err, PROV_E_ARGUMENT, "%s: not a trust list with two or more rungs",
                             table->at[i].name);
    return lines_text(put_lines, table, out, err);
}

/* --- looking things up */

static int
compare_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct ladder_row *)row)->name);
}

const struct ladder_row *
ladder_table_find(const struct ladder_table *table, const char *name)
{
    if (table->count == 0)
        return NULL;
    return bsearch(name, table->at, table->count, sizeof *table->at, compare_name);
}

bool
ladder_table_proves(const struct ladder_table *table, enum ladder_kind kind,
                    const struct prov_mac *phone)
{
    const struct ladder_proven wanted = {kind, *phone};
    return table->proven_count > 0 && bsearch(&wanted, table->proven, table->proven_count,
                                              sizeof wanted, compare_proven) != NULL;
}

size_t
ladder_row_find(const struct ladder_row *row, const char *file)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->file[i], file) == 0)
            return i;
    return LADDER_NO_LIST;
}
