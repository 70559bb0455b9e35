/* SPDX-License-Identifier: MIT */
/* The record of what is under way, as it is kept in the archive. */
#include "provbuild/change/record.h"

#include "cli/program.h"
#include "provbuild/lists/name.h"
#include "tree/lines.h"
#include "provbuild/run/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_FILE "under-way"
#define RECORD_MODE 0640

bool
record_owns(const struct record *record)
{
    return record->own[LIST_ITL].count + record->own[LIST_CTL].count > 0;
}

bool
record_keeps_recovery(const struct record *record)
{
    return record->recovery != NULL && !record->recovery_listed;
}

void
record_release(struct record *record)
{
    free(record->from);
    free(record->to);
    free(record->from_is);
    free(record->to_is);
    free(record->recovery);
    phones_release(&record->unseen);
    phones_release(&record->forgotten);
    phones_release(&record->released);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        phones_release(&record->own[kind]);
        phones_release(&record->taken_back[kind]);
    }
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

/* A line that names a path, a digest or a time. False if it is none. */
static bool
take_value(struct record *record, const char *what, const char *value, int *rc,
           struct prov_error *err)
{
    const struct {
        const char *what;
        char **text;
    } texts[] = {{"old", &record->from},
                 {"new", &record->to},
                 {"old-is", &record->from_is},
                 {"new-is", &record->to_is},
                 {"recovery", &record->recovery}};
    *rc = PROV_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(what, texts[i].what) == 0) {
            *rc = set_text(texts[i].text, value, err);
            return true;
        }
    if (strcmp(what, "heard") != 0)
        return false;
    record->heard = strtoll(value, NULL, 10);
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
    return strcmp(what, "unseen") == 0    ? &record->unseen
           : strcmp(what, "forget") == 0  ? &record->forgotten
           : strcmp(what, "release") == 0 ? &record->released
                                          : NULL;
}

static int
take_line(void *context, char *line, struct prov_error *err)
{
    struct record *record = context;
    struct prov_mac phone;
    int rc = PROV_OK;
    char *value = strchr(line, ' ');
    if (value == NULL && take_word(record, line))
        return PROV_OK;
    if (value != NULL) {
        *value++ = '\0';
        if (take_value(record, line, value, &rc, err))
            return rc;
        struct phones *phones = phones_for(record, line, value, &phone);
        if (phones != NULL)
            return phones_add(phones, &phone, err);
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
    if (rc == PROV_OK && out->change != RECORD_NONE && (out->from == NULL || out->to == NULL))
        rc = prov_fail(&why, PROV_E_FORMAT, "it names no certificates");
    if (rc != PROV_OK)
        rc = prov_fail(err, rc, "%s: it says which changes are under way, but: %s; %s", path,
                       why.text,
                       cli_mend(&why, "put the right one back from the backup, or, without one, "
                                      "remove it and give the change again"));
    free(path);
    return rc;
}

/* --- writing */

static bool
is_empty(const struct record *record)
{
    return record->change == RECORD_NONE && !record_keeps_recovery(record) &&
           !record->release_all && !record_owns(record) && record->forgotten.count == 0 &&
           record->released.count == 0 &&
           record->taken_back[LIST_ITL].count + record->taken_back[LIST_CTL].count == 0;
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
    if (record->change != RECORD_NONE)
        fprintf(to, "%s\nold %s\nnew %s\n",
                record->change == RECORD_SAST ? "rotate-sast" : "rotate-signer", record->from,
                record->to);
    if (record->from_is != NULL)
        fprintf(to, "old-is %s\n", record->from_is);
    if (record->to_is != NULL)
        fprintf(to, "new-is %s\n", record->to_is);
    if (record->heard != 0)
        fprintf(to, "heard %lld\n", (long long)record->heard);
    if (record->via_recovery)
        fputs("via-recovery\n", to);
    if (record->signs)
        fputs("signs\n", to);
    if (record_keeps_recovery(record))
        fprintf(to, "recovery %s\n", record->recovery);
    if (record->release_all)
        fputs("release-all\n", to);
    put_own(to, "own", record->own);
    put_phones(to, "forget", &record->forgotten);
    put_phones(to, "unseen", &record->unseen);
    put_phones(to, "release", &record->released);
    put_own(to, "taken-back", record->taken_back);
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
