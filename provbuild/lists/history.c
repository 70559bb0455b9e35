/* SPDX-License-Identifier: MIT */
#include "provbuild/lists/history.h"

#include "provbuild/lists/archive.h"
#include "provbuild/run/run.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The length of the list's name that an entry of the archive begins with; 0 if it is no list. */
static size_t
name_length(const char *entry)
{
    const char *end = strstr(entry, ".tlv");
    if (end == NULL || (strncmp(entry, "ITL", 3) != 0 && strncmp(entry, "CTL", 3) != 0))
        return 0;
    end += strlen(".tlv");
    return *end == '\0' || (*end == '.' && strspn(end, "0123456789.") == strlen(end))
               ? (size_t)(end - entry)
               : 0;
}

static bool
has(const struct history *history, const char *name, size_t len, const uint8_t *sha256)
{
    for (size_t i = 0; i < history->count; i++)
        if (strncmp(history->at[i].name, name, len) == 0 && history->at[i].name[len] == '\0' &&
            memcmp(history->at[i].sha256, sha256, HISTORY_SHA256_LEN) == 0)
            return true;
    return false;
}

static int
add(struct history *history, const char *entry, size_t name_len, struct prov_trustlist *list,
    struct prov_error *err)
{
    struct prov_span bytes = prov_trustlist_bytes(list);
    struct prov_hash hash;
    int rc = prov_digest(PROV_SHA256, bytes.data, bytes.len, &hash, err);
    if (rc != PROV_OK || has(history, entry, name_len, hash.value)) {
        prov_trustlist_free(list);
        return rc;
    }
    struct past_list *at = reallocarray(history->at, history->count + 1, sizeof *at);
    if (at == NULL) {
        prov_trustlist_free(list);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    history->at = at;
    at += history->count++;
    *at = (struct past_list){.name = strndup(entry, name_len), .file = strdup(entry), .list = list};
    memcpy(at->sha256, hash.value, HISTORY_SHA256_LEN);
    if (at->name == NULL || at->file == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    return PROV_OK;
}

static int
read_folder(struct history *history, const char *folder, struct prov_error *err)
{
    int rc = PROV_OK;
    struct dirent *entry;
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return prov_fail(err, PROV_E_SYSTEM, "cannot read %s: %s", folder, strerror(errno));
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    while (rc == PROV_OK && (entry = readdir(directory)) != NULL) {
        struct prov_trustlist *list = NULL;
        size_t len = name_length(entry->d_name);
        char *path = len > 0 ? run_path(folder, entry->d_name, "") : NULL;
        if (path != NULL && archive_read_list(path, &list, NULL) == PROV_OK)
            rc = add(history, entry->d_name, len, list, err);
        free(path);
    }
    closedir(directory);
    return rc;
}

int
history_read(const char *archive, const char *tree, struct history *out, struct prov_error *err)
{
    *out = (struct history){0};
    int rc = archive != NULL ? read_folder(out, archive, err) : PROV_OK;
    return rc == PROV_OK ? read_folder(out, tree, err) : rc;
}

void
history_release(struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        free(history->at[i].name);
        free(history->at[i].file);
        prov_trustlist_free(history->at[i].list);
    }
    free(history->at);
    *history = (struct history){0};
}

/* A list that was published under several names goes by the one for all. */
const struct past_list *
history_find(const struct history *history, const uint8_t sha256[HISTORY_SHA256_LEN])
{
    const struct past_list *found = NULL;
    for (size_t i = 0; i < history->count; i++) {
        const struct past_list *past = &history->at[i];
        if (memcmp(past->sha256, sha256, HISTORY_SHA256_LEN) != 0)
            continue;
        if (strcmp(past->name + 3, "File.tlv") == 0)
            return past;
        found = past;
    }
    return found;
}

const struct past_list *
history_newest(const struct history *history, const char *name)
{
    const struct past_list *newest = NULL;
    for (size_t i = 0; i < history->count; i++) {
        const struct past_list *past = &history->at[i];
        if (strcmp(past->name, name) == 0 &&
            (newest == NULL || history_time(past->list) > history_time(newest->list)))
            newest = past;
    }
    return newest;
}

int64_t
history_time(const struct prov_trustlist *list)
{
    const struct prov_field *field =
        prov_header_find(prov_trustlist_header(list), PROV_TAG_TIMESTAMP);
    return field != NULL ? (int64_t)field->number : 0;
}
