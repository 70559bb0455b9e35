/* SPDX-License-Identifier: MIT */
/* The inventory of the archive as a value, and as text and back. */
#include "provbuild/lists/inventory.h"

#include "cli/array.h"
#include "cli/lines.h"

#include <stdlib.h>
#include <string.h>

#define DAMAGED " damaged"

const char *
inventory_file_of(enum inventory_record which)
{
    static const char *const files[] = {
        [INVENTORY_UNDER_WAY] = "under-way", [INVENTORY_PROVEN] = "proven"};
    return files[which];
}

/* --- lines */

static int
compare(const void *file, const void *line)
{
    return strcmp(file, ((const struct inventory_line *)line)->file);
}

/* Where the file is, or belongs. */
static size_t
place_of(const struct inventory *inventory, const char *file, bool *there)
{
    return array_place(file, inventory->at, inventory->count, sizeof *inventory->at, compare,
                       there);
}

const struct inventory_line *
inventory_find(const struct inventory *inventory, const char *file)
{
    bool there = false;
    size_t place = place_of(inventory, file, &there);
    return there ? &inventory->at[place] : NULL;
}

int
inventory_put(struct inventory *inventory, const struct inventory_line *line,
              struct prov_error *err)
{
    bool there = false;
    size_t place = place_of(inventory, line->file, &there);
    struct inventory_line *at = inventory->at;
    if (!there)
        at = array_open(at, inventory->count, place, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    inventory->at = at;
    inventory->count += there ? 0 : 1;
    at[place] = *line;
    return PROV_OK;
}

static bool
same_record(const struct inventory_noted *a, const struct inventory_noted *b)
{
    return a->noted == b->noted &&
           (!a->noted ||
            (a->written == b->written && memcmp(a->sha256, b->sha256, INVENTORY_SHA256_LEN) == 0));
}

bool
inventory_same(const struct inventory *a, const struct inventory *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->at[i].file, b->at[i].file) == 0 && a->at[i].damaged == b->at[i].damaged &&
               memcmp(a->at[i].sha256, b->at[i].sha256, INVENTORY_SHA256_LEN) == 0;
    for (size_t i = 0; same && i < INVENTORY_RECORDS; i++)
        same = same_record(&a->records[i], &b->records[i]);
    return same;
}

void
inventory_release(struct inventory *inventory)
{
    free(inventory->at);
    *inventory = (struct inventory){0};
}

/* --- text */

static void
put_lines(const void *context, FILE *to)
{
    const struct inventory *inventory = context;
    fputs("# SHA-256 of every trust list in the archive. Not to be edited.\n", to);
    for (size_t i = 0; i < inventory->count; i++) {
        const struct inventory_line *line = &inventory->at[i];
        char hex[PROV_HEX_SIZE(INVENTORY_SHA256_LEN)];
        prov_hex(line->sha256, sizeof line->sha256, hex, sizeof hex);
        fprintf(to, "%s %s%s\n", hex, line->file, line->damaged ? DAMAGED : "");
    }
    for (size_t i = 0; i < INVENTORY_RECORDS; i++) {
        const struct inventory_noted *record = &inventory->records[i];
        char hex[PROV_HEX_SIZE(INVENTORY_SHA256_LEN)];
        prov_hex(record->sha256, sizeof record->sha256, hex, sizeof hex);
        if (record->noted)
            fprintf(to, "%s %s.%lu\n", hex, inventory_file_of((enum inventory_record)i),
                    record->written);
    }
}

int
inventory_text(const struct inventory *inventory, struct prov_bytes **out, struct prov_error *err)
{
    return lines_text(put_lines, inventory, out, err);
}

/* FILE.WRITTEN */
static bool
take_record(struct inventory *inventory, const struct inventory_line *line)
{
    const char *digits = strchr(line->file, '.');
    for (size_t i = 0; digits != NULL && i < INVENTORY_RECORDS; i++) {
        const char *file = inventory_file_of((enum inventory_record)i);
        size_t len = strlen(file);
        if ((size_t)(digits - line->file) != len || strncmp(line->file, file, len) != 0)
            continue;
        struct inventory_noted *record = &inventory->records[i];
        *record = (struct inventory_noted){.noted = true, .written = strtoul(digits + 1, NULL, 10)};
        memcpy(record->sha256, line->sha256, sizeof record->sha256);
        return true;
    }
    return false;
}

static int
take_line(void *context, char *text, struct prov_error *err)
{
    struct inventory_line line = {.damaged = false};
    size_t len = 0;
    char *file = strchr(text, ' ');
    if (file != NULL)
        *file++ = '\0';
    if (file == NULL || !prov_hex_read(text, line.sha256, sizeof line.sha256, &len) ||
        len != sizeof line.sha256)
        return prov_fail(err, PROV_E_FORMAT, "a line without the digest of a list");
    len = strcspn(file, " ");
    line.damaged = strcmp(file + len, DAMAGED) == 0;
    if (len == 0 || len >= sizeof line.file || (file[len] != '\0' && !line.damaged))
        return prov_fail(err, PROV_E_FORMAT, "a line without the name of a list");
    memcpy(line.file, file, len);
    return take_record(context, &line) ? PROV_OK : inventory_put(context, &line, err);
}

int
inventory_read(struct prov_span text, struct inventory *out, struct prov_error *err)
{
    struct inventory inventory = {0};
    int rc = lines_take_all(text, take_line, &inventory, err);
    if (rc != PROV_OK) {
        inventory_release(&inventory);
        return rc;
    }
    *out = inventory;
    return PROV_OK;
}
