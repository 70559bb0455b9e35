/* SPDX-License-Identifier: MIT */
/* The record of what is under way, as it is kept in the archive. */
#include "provbuild/change/record.h"

#include "cli/lines.h"
#include "cli/program.h"
#include "provbuild/lists/name.h"
#include "provbuild/lists/records.h"
#include "provbuild/run/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_MODE 0640

bool
record_keeps_recovery(const struct record *record)
{
    return record->recovery != NULL && !record->recovery_listed;
}

/* --- keys */

void
record_key_set(struct record_key *key, char *path, char *is)
{
    record_key_clear(key);
    *key = (struct record_key){path, is};
}

void
record_key_clear(struct record_key *key)
{
    free(key->path);
    free(key->is);
    *key = (struct record_key){NULL, NULL};
}

static bool
is_same(const struct record_key *a, const struct record_key *b)
{
    return a->is != NULL && b->is != NULL ? strcmp(a->is, b->is) == 0
                                          : strcmp(a->path, b->path) == 0;
}

int
record_add_old(struct record *record, struct record_key key, struct prov_error *err)
{
    for (size_t i = record->old_count; i-- > 0;)
        if (is_same(&record->old[i], &key))
            record_drop_old(record, i);
    struct record_key *old = reallocarray(record->old, record->old_count + 1, sizeof *old);
    if (old == NULL) {
        record_key_clear(&key);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    record->old = old;
    old[record->old_count++] = key;
    return PROV_OK;
}

void
record_drop_old(struct record *record, size_t index)
{
    record_key_clear(&record->old[index]);
    memmove(&record->old[index], &record->old[index + 1],
            (--record->old_count - index) * sizeof *record->old);
}

void
record_release(struct record *record)
{
    while (record->old_count > 0)
        record_drop_old(record, record->old_count - 1);
    free(record->old);
    record_key_clear(&record->newest);
    record_key_clear(&record->from);
    record_key_clear(&record->to);
    free(record->recovery);
    phones_release(&record->forgotten);
    phones_release(&record->released);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        phones_release(&record->own[kind]);
        phones_release(&record->taken_back[kind]);
    }
    *record = (struct record){0};
}

/* --- reading */

/* What lines say, until all are read. */
struct reading {
    struct record *record;
    bool sast; /* what an earlier version wrote of a change of the SAST */
};

static int
set_text(char **text, const char *value, struct prov_error *err)
{
    free(*text);
    *text = strdup(value);
    return *text != NULL ? PROV_OK : prov_fail(err, PROV_E_MEMORY, "out of memory");
}

/* A line of one word. Via which key an earlier version led phones on, its lists in the archive say.
 */
static bool
take_word(struct reading *reading, const char *word)
{
    if (strcmp(word, "rotate-sast") == 0)
        reading->sast = true;
    else if (strcmp(word, "signs") == 0)
        reading->record->signs = true;
    else if (strcmp(word, "signs-all") == 0)
        reading->record->all_signed = true;
    else if (strcmp(word, "release-all") == 0)
        reading->record->release_all = true;
    else
        return strcmp(word, "rotate-signer") == 0 || strcmp(word, "via-recovery") == 0;
    return true;
}

/* "HEX PATH", or "- PATH". */
static int
take_key(const char *value, struct record_key *out, struct prov_error *err)
{
    const char *path = strchr(value, ' ');
    if (path == NULL)
        return prov_fail(err, PROV_E_FORMAT, "a certificate without a path");
    int rc = set_text(&out->path, path + 1, err);
    if (rc != PROV_OK || value[0] == '-')
        return rc;
    free(out->is);
    out->is = strndup(value, (size_t)(path - value));
    return out->is != NULL ? PROV_OK : prov_fail(err, PROV_E_MEMORY, "out of memory");
}

static int
take_old(struct record *record, const char *value, struct prov_error *err)
{
    struct record_key key = {NULL, NULL};
    int rc = take_key(value, &key, err);
    if (rc == PROV_OK)
        return record_add_old(record, key, err);
    record_key_clear(&key);
    return rc;
}

/* A line that names a path or a digest. False if it is none. */
static bool
take_value(struct record *record, const char *what, const char *value, int *rc,
           struct prov_error *err)
{
    const struct {
        const char *what;
        char **text;
    } texts[] = {{"old", &record->from.path},
                 {"new", &record->to.path},
                 {"old-is", &record->from.is},
                 {"new-is", &record->to.is},
                 {"recovery", &record->recovery}};
    *rc = PROV_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(what, texts[i].what) == 0) {
            *rc = set_text(texts[i].text, value, err);
            return true;
        }
    if (strcmp(what, "sast-before") == 0)
        *rc = take_old(record, value, err);
    else if (strcmp(what, "sast") == 0)
        *rc = take_key(value, &record->newest, err);
    else
        return strcmp(what, "heard") == 0; /* when an earlier version began */
    return true;
}

/* A line that names a phone, or a list of one. NULL if it is none. */
static struct phones *
phones_for(struct record *record, const char *what, const char *value, struct prov_mac *phone)
{
    enum list_kind kind;
    if (list_phone_of(value, &kind, phone))
        return strcmp(what, "own") == 0          ? &record->own[kind]
               : strcmp(what, "taken-back") == 0 ? &record->taken_back[kind]
                                                 : NULL;
    if (!prov_mac_of_file(value, "", "", phone))
        return NULL;
    return strcmp(what, "forget") == 0    ? &record->forgotten
           : strcmp(what, "release") == 0 ? &record->released
                                          : NULL;
}

static int
take_line(void *context, char *line, struct prov_error *err)
{
    struct reading *reading = context;
    struct record *record = reading->record;
    struct prov_mac phone;
    int rc = PROV_OK;
    char *value = strchr(line, ' ');
    if (value == NULL && take_word(reading, line))
        return PROV_OK;
    if (record_take_written(line, &record->written))
        return PROV_OK;
    if (value != NULL) {
        *value++ = '\0';
        if (take_value(record, line, value, &rc, err))
            return rc;
        struct phones *phones = phones_for(record, line, value, &phone);
        if (phones != NULL)
            return phones_add(phones, &phone, err);
        if (strcmp(line, "unseen") == 0) /* for whom an earlier version waited */
            return PROV_OK;
    }
    return prov_fail(err, PROV_E_FORMAT, "nobody knows what '%.40s' means there", line);
}

/* A change that was begun in stages is a ladder now. */
static int
convert(struct reading *reading, struct prov_error *err)
{
    struct record *record = reading->record;
    bool lacks = record->from.path == NULL || record->to.path == NULL;
    if ((reading->sast && lacks) || (record->from.path == NULL) != (record->to.path == NULL))
        return prov_fail(err, PROV_E_FORMAT, "it names no certificates");
    if (!reading->sast)
        return PROV_OK;
    record->newest = record->to;
    record->to = (struct record_key){NULL, NULL};
    struct record_key old = record->from;
    record->from = (struct record_key){NULL, NULL};
    return record_add_old(record, old, err);
}

int
record_read(const char *archive, struct record *out, struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK};
    char *path = run_path(archive, inventory_file_of(INVENTORY_UNDER_WAY), "");
    struct reading reading = {.record = out};
    bool missing = false;
    *out = (struct record){0};
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = lines_read(path, take_line, &reading, &missing, &why);
    if (rc == PROV_OK)
        rc = convert(&reading, &why);
    if (rc != PROV_OK)
        rc = prov_fail(err, rc, "%s: it says which changes are under way, but: %s; %s", path,
                       why.text,
                       cli_mend(&why, "put the right one back from the backup, or, without one, "
                                      "remove it, and give --accept-archive with the change "
                                      "again"));
    free(path);
    return rc;
}

/* --- writing */

static bool
is_empty(const struct record *record)
{
    return record->old_count == 0 && record->newest.path == NULL && record->from.path == NULL &&
           !record_keeps_recovery(record) && !record->release_all &&
           record->own[LIST_ITL].count + record->own[LIST_CTL].count == 0 &&
           record->forgotten.count == 0 && record->released.count == 0 &&
           record->taken_back[LIST_ITL].count + record->taken_back[LIST_CTL].count == 0;
}

static void
put_key(FILE *to, const char *what, const struct record_key *key)
{
    if (key->path != NULL)
        fprintf(to, "%s %s %s\n", what, key->is != NULL ? key->is : "-", key->path);
}

static void
put_signer(FILE *to, const struct record *record)
{
    if (record->from.path == NULL)
        return;
    fprintf(to, "rotate-signer\nold %s\nnew %s\n", record->from.path, record->to.path);
    if (record->from.is != NULL)
        fprintf(to, "old-is %s\n", record->from.is);
    if (record->to.is != NULL)
        fprintf(to, "new-is %s\n", record->to.is);
    if (record->signs)
        fputs("signs\n", to);
    if (record->all_signed)
        fputs("signs-all\n", to);
}

static void
put_phones(FILE *to, const char *what, const struct phones *phones)
{
    for (size_t i = 0; i < phones->count; i++)
        fprintf(to, "%s SEP%s\n", what, phones->at[i].text);
}

static void
put_own(FILE *to, const char *what, const struct phones own[static LIST_KINDS])
{
    char name[LIST_NAME_SIZE];
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        for (size_t i = 0; i < own[kind].count; i++) {
            list_name(kind, &own[kind].at[i], name);
            fprintf(to, "%s %s\n", what, name);
        }
}

static void
put_lines(const void *context, FILE *to)
{
    const struct record *record = context;
    fputs("# Changes of provbuild that are under way (provbuild --status). Not to be edited.\n",
          to);
    record_put_written(to, record->written);
    for (size_t i = 0; i < record->old_count; i++)
        put_key(to, "sast-before", &record->old[i]);
    put_key(to, "sast", &record->newest);
    put_signer(to, record);
    if (record_keeps_recovery(record))
        fprintf(to, "recovery %s\n", record->recovery);
    if (record->release_all)
        fputs("release-all\n", to);
    put_own(to, "own", record->own);
    put_phones(to, "forget", &record->forgotten);
    put_phones(to, "release", &record->released);
    put_own(to, "taken-back", record->taken_back);
}

int
record_write(const char *archive, struct record *record, bool noted, struct prov_error *err)
{
    char *path = run_path(archive, inventory_file_of(INVENTORY_UNDER_WAY), "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = PROV_OK;
    bool there = access(path, F_OK) == 0, empty = is_empty(record);
    if (there && empty && !noted) {
        rc = prov_file_remove(path, err);
    } else if ((there || !empty) && !lines_same(path, put_lines, record)) {
        record->written++;
        rc = lines_write(path, RECORD_MODE, put_lines, record, err);
    }
    free(path);
    return rc;
}
