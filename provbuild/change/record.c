/* SPDX-License-Identifier: MIT */
#include "provbuild/change/record.h"

#include "provbuild/run/lines.h"
#include "provbuild/run/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_FILE "under-way"
#define RECORD_MODE 0640

/* --- names */

bool
record_has(const struct record_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->at[i], name) == 0)
            return true;
    return false;
}

int
record_add(struct record_names *names, const char *name, struct prov_error *err)
{
    if (record_has(names, name))
        return PROV_OK;
    char **at = reallocarray(names->at, names->count + 1, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    names->at = at;
    at[names->count] = strdup(name);
    if (at[names->count] == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    names->count++;
    return PROV_OK;
}

void
record_drop(struct record_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->at[i], name) != 0)
            continue;
        free(names->at[i]);
        names->at[i] = names->at[--names->count];
        return;
    }
}

static void
forget_names(struct record_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->at[i]);
    free(names->at);
}

void
record_release(struct record *record)
{
    free(record->old);
    free(record->new);
    free(record->old_is);
    free(record->new_is);
    free(record->recovery);
    forget_names(&record->own);
    forget_names(&record->unseen);
    forget_names(&record->forgotten);
    forget_names(&record->released);
    forget_names(&record->taken_back);
    *record = (struct record){0};
}

/* --- reading */

static int
set_text(char **text, const char *value, struct prov_error *err)
{
    free(*text);
    *text = strdup(value);
    return *text != NULL ? PROV_OK : prov_fail(err, PROV_E_MEMORY, "out of memory");
}

/* A line of one word. */
static bool
take_word(struct record *record, const char *word)
{
    if (strcmp(word, "rotate-sast") == 0)
        record->change = RECORD_SAST;
    else if (strcmp(word, "rotate-signer") == 0)
        record->change = RECORD_SIGNER;
    else if (strcmp(word, "via-recovery") == 0)
        record->via_recovery = true;
    else if (strcmp(word, "signs") == 0)
        record->signs = true;
    else if (strcmp(word, "release-all") == 0)
        record->release_all = true;
    else
        return false;
    return true;
}

static int
take_line(void *context, char *line, struct prov_error *err)
{
    struct record *record = context;
    char *value = strchr(line, ' ');
    if (value == NULL && take_word(record, line))
        return PROV_OK;
    if (value != NULL) {
        *value++ = '\0';
        if (strcmp(line, "old") == 0)
            return set_text(&record->old, value, err);
        if (strcmp(line, "new") == 0)
            return set_text(&record->new, value, err);
        if (strcmp(line, "old-is") == 0)
            return set_text(&record->old_is, value, err);
        if (strcmp(line, "new-is") == 0)
            return set_text(&record->new_is, value, err);
        if (strcmp(line, "unseen") == 0)
            return record_add(&record->unseen, value, err);
        if (strcmp(line, "heard") == 0) {
            record->heard = strtoll(value, NULL, 10);
            return PROV_OK;
        }
        if (strcmp(line, "recovery") == 0)
            return set_text(&record->recovery, value, err);
        if (strcmp(line, "own") == 0)
            return record_add(&record->own, value, err);
        if (strcmp(line, "forget") == 0)
            return record_add(&record->forgotten, value, err);
        if (strcmp(line, "release") == 0)
            return record_add(&record->released, value, err);
        if (strcmp(line, "taken-back") == 0)
            return record_add(&record->taken_back, value, err);
    }
    return prov_fail(err, PROV_E_FORMAT, "nobody knows what '%.40s' means there", line);
}

int
record_read(const char *archive, struct record *out, struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK};
    char *path = run_path(archive, RECORD_FILE, "");
    bool missing = false;
    *out = (struct record){0};
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = lines_read(path, take_line, out, &missing, &why);
    if (rc == PROV_OK && out->change != RECORD_NONE && (out->old == NULL || out->new == NULL))
        rc = prov_fail(&why, PROV_E_FORMAT, "it names no certificates");
    if (rc != PROV_OK)
        rc = prov_fail(err, rc,
                       "%s: it says which changes are under way, but: %s; put the right one back "
                       "from the backup, or, without one, remove it and give the change again",
                       path, why.text);
    free(path);
    return rc;
}

/* --- writing */

static bool
is_empty(const struct record *record)
{
    return record->change == RECORD_NONE && record->recovery == NULL && !record->release_all &&
           record->own.count == 0 && record->forgotten.count == 0 && record->released.count == 0 &&
           record->taken_back.count == 0;
}

static void
put_names(FILE *to, const char *what, const struct record_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        fprintf(to, "%s %s\n", what, names->at[i]);
}

static void
put_lines(const void *context, FILE *to)
{
    const struct record *record = context;
    fputs("# Changes of provbuild that are under way (provbuild --status). Not to be edited.\n",
          to);
    if (record->change != RECORD_NONE)
        fprintf(to, "%s\nold %s\nnew %s\n",
                record->change == RECORD_SAST ? "rotate-sast" : "rotate-signer", record->old,
                record->new);
    if (record->old_is != NULL)
        fprintf(to, "old-is %s\n", record->old_is);
    if (record->new_is != NULL)
        fprintf(to, "new-is %s\n", record->new_is);
    if (record->heard != 0)
        fprintf(to, "heard %lld\n", (long long)record->heard);
    if (record->via_recovery)
        fputs("via-recovery\n", to);
    if (record->signs)
        fputs("signs\n", to);
    if (record->recovery != NULL)
        fprintf(to, "recovery %s\n", record->recovery);
    if (record->release_all)
        fputs("release-all\n", to);
    put_names(to, "own", &record->own);
    put_names(to, "forget", &record->forgotten);
    put_names(to, "unseen", &record->unseen);
    put_names(to, "release", &record->released);
    put_names(to, "taken-back", &record->taken_back);
}

int
record_write(const char *archive, const struct record *record, struct prov_error *err)
{
    char *path = run_path(archive, RECORD_FILE, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = PROV_OK;
    if (!is_empty(record))
        rc = lines_write(path, RECORD_MODE, put_lines, record, err);
    else if (access(path, F_OK) == 0)
        rc = prov_file_remove(path, err);
    free(path);
    return rc;
}
