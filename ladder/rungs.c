/* SPDX-License-Identifier: MIT */
/* The table of ladders that stand in a tree, as text and back. */
#include "ladder/rungs.h"

#include <prov/device.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 100000

/* --- names */

static bool
is_list_name(const char *name)
{
    struct prov_mac phone;
    return strcmp(name, "ITLFile.tlv") == 0 || strcmp(name, "CTLFile.tlv") == 0 ||
           ((name[0] == 'I' || name[0] == 'C') && (prov_mac_of_file(name, "ITL", ".tlv", &phone) ||
                                                   prov_mac_of_file(name, "CTL", ".tlv", &phone)));
}

/* NAME.TIMESTAMP or NAME.TIMESTAMP.COUNT, as in the archive. */
static bool
is_rung_of(const char *file, const char *name)
{
    size_t len = strlen(name), digits;
    if (strncmp(file, name, len) != 0 || file[len] != '.')
        return false;
    digits = strspn(file + len + 1, "0123456789");
    const char *rest = file + len + 1 + digits;
    if (digits == 0 || *rest == '\0')
        return digits > 0;
    return *rest == '.' && rest[1] != '\0' && strspn(rest + 1, "0123456789") == strlen(rest + 1);
}

static bool
is_row(const struct ladder_row *row)
{
    bool good = is_list_name(row->name) && row->count >= 2 && row->count <= LADDER_RUNGS_MAX;
    for (size_t i = 0; good && i < row->count; i++)
        good = is_rung_of(row->file[i], row->name) && ladder_row_find(row, row->file[i]) == i;
    return good;
}

/* --- reading */

struct reader {
    struct prov_span rest;
    size_t line; /* 1: the first */
    struct ladder_table *table;
    size_t room;
    bool ended;
};

static int
bad_line(const struct reader *reader, const char *what, struct prov_error *err)
{
    return prov_fail(err, PROV_E_FORMAT, "line %zu: %s", reader->line, what);
}

/* The next word of the line, cut off from it; an empty one at its end. */
static struct prov_span
next_word(struct prov_span *line)
{
    const uint8_t *blank = line->len > 0 ? memchr(line->data, ' ', line->len) : NULL;
    size_t len = blank != NULL ? (size_t)(blank - line->data) : line->len;
    struct prov_span word = {line->data, len};
    size_t skip = blank != NULL ? len + 1 : len;
    line->data += skip;
    line->len -= skip;
    return word;
}

static bool
copy_word(struct prov_span word, char *out, size_t size)
{
    if (word.len == 0 || word.len >= size || memchr(word.data, '\0', word.len) != NULL)
        return false;
    memcpy(out, word.data, word.len);
    out[word.len] = '\0';
    return true;
}

static int
add_row(struct reader *reader, const struct ladder_row *row, struct prov_error *err)
{
    struct ladder_table *table = reader->table;
    if (table->count == ROWS_MAX)
        return prov_fail(err, PROV_E_LIMIT, "more than %d lists", ROWS_MAX);
    if (table->count == reader->room) {
        size_t room = reader->room > 0 ? 2 * reader->room : 4;
        struct ladder_row *more = reallocarray(table->at, room, sizeof *more);
        if (more == NULL)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        table->at = more;
        reader->room = room;
    }
    table->at[table->count++] = *row;
    return PROV_OK;
}

static int
read_row(struct reader *reader, struct prov_span line, struct prov_error *err)
{
    struct ladder_row row = {.count = 0};
    if (!copy_word(next_word(&line), row.name, sizeof row.name))
        return bad_line(reader, "no trust list", err);
    while (line.len > 0) {
        if (row.count == LADDER_RUNGS_MAX ||
            !copy_word(next_word(&line), row.file[row.count], LADDER_FILE_SIZE))
            return bad_line(reader, "not one of its rungs, or too many", err);
        row.count++;
    }
    return is_row(&row) ? add_row(reader, &row, err)
                        : bad_line(reader, "not a trust list with two or more rungs", err);
}

static int
read_end(struct reader *reader, struct prov_span line, struct prov_error *err)
{
    char text[16], wanted[32];
    snprintf(wanted, sizeof wanted, "%zu", reader->table->count);
    (void)next_word(&line);
    reader->ended = copy_word(line, text, sizeof text) && strcmp(text, wanted) == 0;
    return reader->ended ? PROV_OK : bad_line(reader, "it counts other lists than are there", err);
}

static int
read_line(struct reader *reader, struct prov_error *err)
{
    static const char end[] = "end ";
    const uint8_t *feed = memchr(reader->rest.data, '\n', reader->rest.len);
    reader->line++;
    if (feed == NULL)
        return bad_line(reader, "it does not end", err);
    struct prov_span line = {reader->rest.data, (size_t)(feed - reader->rest.data)};
    reader->rest.data += line.len + 1;
    reader->rest.len -= line.len + 1;
    if (reader->ended)
        return bad_line(reader, "more after the end", err);
    if (line.len == 0 || line.data[0] == '#')
        return PROV_OK;
    if (line.len >= strlen(end) && memcmp(line.data, end, strlen(end)) == 0)
        return read_end(reader, line, err);
    return read_row(reader, line, err);
}

static int
compare_rows(const void *a, const void *b)
{
    return strcmp(((const struct ladder_row *)a)->name, ((const struct ladder_row *)b)->name);
}

static int
sort_rows(struct ladder_table *table, struct prov_error *err)
{
    if (table->count > 0)
        qsort(table->at, table->count, sizeof *table->at, compare_rows);
    for (size_t i = 1; i < table->count; i++)
        if (compare_rows(&table->at[i - 1], &table->at[i]) == 0)
            return prov_fail(err, PROV_E_FORMAT, "%s stands in it twice", table->at[i].name);
    return PROV_OK;
}

int
ladder_table_read(struct prov_span text, struct ladder_table *out, struct prov_error *err)
{
    struct ladder_table table = {.count = 0};
    struct reader reader = {.rest = text, .table = &table};
    int rc = text.len <= LADDER_TABLE_MAX
                 ? PROV_OK
                 : prov_fail(err, PROV_E_LIMIT, "larger than %d bytes", LADDER_TABLE_MAX);
    while (rc == PROV_OK && reader.rest.len > 0)
        rc = read_line(&reader, err);
    if (rc == PROV_OK && !reader.ended)
        rc = prov_fail(err, PROV_E_FORMAT, "its last line is missing");
    if (rc == PROV_OK)
        rc = sort_rows(&table, err);
    if (rc != PROV_OK) {
        ladder_table_release(&table);
        return rc;
    }
    *out = table;
    return PROV_OK;
}

/* --- writing */

static int
put_text(struct prov_bytes *bytes, const char *before, const char *text, struct prov_error *err)
{
    int rc = prov_bytes_put(bytes, before, strlen(before), err);
    return rc == PROV_OK ? prov_bytes_put(bytes, text, strlen(text), err) : rc;
}

static int
put_row(struct prov_bytes *bytes, const struct ladder_row *row, struct prov_error *err)
{
    if (!is_row(row))
        return prov_fail(err, PROV_E_ARGUMENT, "%s: not a trust list with two or more rungs",
                         row->name);
    int rc = put_text(bytes, "", row->name, err);
    for (size_t i = 0; rc == PROV_OK && i < row->count; i++)
        rc = put_text(bytes, " ", row->file[i], err);
    return rc == PROV_OK ? put_text(bytes, "\n", "", err) : rc;
}

int
ladder_table_write(const struct ladder_table *table, struct prov_bytes **out,
                   struct prov_error *err)
{
    char end[32];
    struct prov_bytes *bytes = prov_bytes_new(LADDER_TABLE_MAX);
    int rc = bytes != NULL ? PROV_OK : prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; rc == PROV_OK && i < table->count; i++)
        rc = put_row(bytes, &table->at[i], err);
    snprintf(end, sizeof end, "end %zu\n", table->count);
    if (rc == PROV_OK)
        rc = put_text(bytes, "", end, err);
    if (rc != PROV_OK) {
        prov_bytes_free(bytes);
        return rc;
    }
    *out = bytes;
    return PROV_OK;
}

/* --- looking things up */

void
ladder_table_release(struct ladder_table *table)
{
    free(table->at);
    *table = (struct ladder_table){.count = 0};
}

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

size_t
ladder_row_find(const struct ladder_row *row, const char *file)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->file[i], file) == 0)
            return i;
    return LADDER_NO_LIST;
}
