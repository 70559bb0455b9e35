/* SPDX-License-Identifier: MIT */
/* All trust lists that were ever published, indexed by name and by digest. */
#include "provbuild/lists/published.h"

#include "cli/array.h"
#include "provbuild/lists/archive.h"
#include "provbuild/lists/ladder_folder.h"
#include "provbuild/run/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- files and their names */

/* The length of the list's name that a file's begins with; 0 if it is no list. */
static size_t
name_length(const char *file)
{
    const char *end = strstr(file, ".tlv");
    if (end == NULL || (strncmp(file, "ITL", 3) != 0 && strncmp(file, "CTL", 3) != 0))
        return 0;
    end += strlen(".tlv");
    return *end == '\0' || (*end == '.' && strspn(end, "0123456789.") == strlen(end))
               ? (size_t)(end - file)
               : 0;
}

static void
take_stamp(struct past_list *past)
{
    char *end = NULL;
    const char *stamp = past->file + past->name_len + 1;
    if (past->in_tree || stamp[-1] != '.' || strspn(stamp, "0123456789") == 0)
        return;
    past->timestamp = strtoul(stamp, &end, 10);
    if (end[0] == '.' && end[1] >= '1' && end[1] <= '9')
        past->counter = strtoul(end + 1, &end, 10);
    past->stamped = *end == '\0';
}

int
published_add(struct published *published, const char *path, bool in_tree,
              struct prov_trustlist *list, struct prov_error *err)
{
    const char *file = prov_file_base(path);
    struct past_list past = {.name_len = name_length(file),
                             .in_tree = in_tree,
                             .read = list != NULL,
                             .list = list,
                             .path = strdup(path)};
    if (past.path != NULL && past.name_len == 0) {
        free(past.path);
        prov_trustlist_free(list);
        return PROV_OK;
    }
    struct past_list *at =
        past.path != NULL ? array_room(published->at, published->count, sizeof *at) : NULL;
    if (at == NULL) {
        free(past.path);
        prov_trustlist_free(list);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    past.file = past.path + (file - path);
    take_stamp(&past);
    published->at = at;
    at[published->count++] = past;
    return PROV_OK;
}

static int
add_folder(struct published *published, const char *folder, bool in_tree, struct prov_error *err)
{
    int rc = PROV_OK;
    struct dirent *entry;
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return PROV_E_SYSTEM;
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    for (errno = 0; rc == PROV_OK && (entry = readdir(directory)) != NULL; errno = 0) {
        if (name_length(entry->d_name) == 0)
            continue;
        char *path = run_path(folder, entry->d_name, "");
        rc = path != NULL ? published_add(published, path, in_tree, NULL, err)
                          : prov_fail(err, PROV_E_MEMORY, "out of memory");
        free(path);
    }
    int error = errno;
    closedir(directory);
    errno = error;
    return rc == PROV_OK && error != 0 ? PROV_E_SYSTEM : rc;
}

static int
by_file(const void *a, const void *b)
{
    const struct past_list *x = a, *y = b;
    int order = strcmp(x->file, y->file);
    return order != 0 ? order : y->in_tree - x->in_tree;
}

void
published_sort(struct published *published)
{
    if (published->count > 0)
        qsort(published->at, published->count, sizeof *published->at, by_file);
}

/* Servers take letters for equal. One that stands beside the right one is given to nobody. */
static int
find_misspelt(struct published *published, const char *tree, struct prov_error *err)
{
    struct dirent *entry;
    DIR *directory = opendir(tree);
    if (directory == NULL)
        return prov_system_failed(err, "cannot read %s", tree);
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    while ((entry = readdir(directory)) != NULL) {
        char name[LIST_NAME_SIZE];
        if (list_name_respelt(entry->d_name, name) &&
            faccessat(dirfd(directory), name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
            memcpy(published->misspelt, entry->d_name, strlen(entry->d_name) + 1);
    }
    closedir(directory);
    return PROV_OK;
}

/* A table that is not there, or cannot be read, is made anew from the rungs that are: the order of
 * their files' names is that of their timestamps. */
static int
make_table(struct published *published, struct prov_error *err)
{
    struct ladder_row row = {.count = 0};
    char name[LADDER_NAME_SIZE];
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < published->count; i++) {
        const struct past_list *past = &published->at[i];
        if (!past->in_tree || !ladder_list_of_rung(past->file, name))
            continue;
        if (row.count > 0 && strcmp(name, row.name) != 0) {
            rc = row.count > 1 ? ladder_table_add(&published->table, &row, err) : PROV_OK;
            row = (struct ladder_row){.count = 0};
        }
        snprintf(row.name, sizeof row.name, "%s", name);
        if (row.count < LADDER_RUNGS_MAX)
            snprintf(row.file[row.count++], LADDER_FILE_SIZE, "%s", past->file);
    }
    if (rc == PROV_OK && row.count > 1)
        rc = ladder_table_add(&published->table, &row, err);
    return rc == PROV_OK ? ladder_table_sort(&published->table, err) : rc;
}

static int
read_table(struct published *published, const char *tree, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    char *path = run_path(tree, LADDER_FOLDER "/" LADDER_TABLE, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = prov_file_read(path, LADDER_TABLE_MAX, &content, NULL);
    if (rc == PROV_OK)
        rc = ladder_table_read(prov_bytes_span(content), &published->table, NULL);
    published->table_lost = rc != PROV_OK;
    prov_bytes_free(content);
    free(path);
    return rc == PROV_E_MEMORY ? prov_fail(err, rc, "out of memory") : PROV_OK;
}

static int
add_rungs(struct published *published, const char *tree, struct prov_error *err)
{
    char *folder = run_path(tree, LADDER_FOLDER, "");
    if (folder == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = add_folder(published, folder, true, err);
    if (rc == PROV_E_SYSTEM && errno == ENOENT)
        rc = PROV_OK;
    else if (rc == PROV_E_SYSTEM)
        rc = prov_system_failed(err, "cannot read %s", folder);
    free(folder);
    return rc == PROV_OK ? read_table(published, tree, err) : rc;
}

int
published_read(const char *archive, const char *tree, struct published *out, struct prov_error *err)
{
    *out = (struct published){.archive_error = {.code = PROV_OK}};
    int rc = add_folder(out, tree, true, err);
    if (rc == PROV_E_SYSTEM)
        return prov_system_failed(err, "cannot read %s", tree);
    if (rc == PROV_OK)
        rc = find_misspelt(out, tree, err);
    if (rc == PROV_OK)
        rc = ladder_folder_check(tree, err);
    if (rc == PROV_OK)
        rc = add_rungs(out, tree, err);
    if (rc != PROV_OK)
        return rc;
    if (archive != NULL)
        rc = add_folder(out, archive, false, err);
    if (rc == PROV_E_SYSTEM) {
        int sys = errno;
        prov_fail(&out->archive_error, rc,
                  "cannot read the archive %s: %s; without it nobody knows which lists phones hold",
                  archive, strerror(sys));
        out->archive_error.sys = sys;
        rc = PROV_OK;
    }
    published_sort(out);
    return rc == PROV_OK && out->table_lost ? make_table(out, err) : rc;
}

void
published_release(struct published *published)
{
    for (size_t i = 0; i < published->count; i++) {
        free(published->at[i].path);
        free(published->at[i].why);
        free(published->at[i].value);
        prov_trustlist_free(published->at[i].list);
    }
    ladder_table_release(&published->table);
    free(published->at);
    free(published->by_hash);
    inventory_release(&published->inventory);
    *published = (struct published){.archive_error = {.code = PROV_OK}};
}

/* --- what they hold */

const struct prov_trustlist *
past_list_read(struct past_list *past)
{
    struct prov_error why = {.code = PROV_OK};
    if (past->read)
        return past->list;
    past->read = true;
    int rc = archive_read_list(past->path, &past->list, &why);
    if (rc != PROV_OK && !(rc == PROV_E_SYSTEM && why.sys == ENOENT))
        past->why = strdup(why.text);
    past->denied = rc == PROV_E_SYSTEM && (why.sys == EACCES || why.sys == EPERM);
    return past->list;
}

int
past_list_value(struct past_list *past, const struct prov_identity *proof,
                const struct ladder_list **out, struct prov_error *err)
{
    if (past->value == NULL) {
        struct ladder_list *value = calloc(1, sizeof *value);
        int rc = value != NULL ? ladder_list_of(past->list, proof, value, err)
                               : prov_fail(err, PROV_E_MEMORY, "out of memory");
        if (rc != PROV_OK) {
            free(value);
            return rc;
        }
        past->value = value;
    }
    *out = past->value;
    return PROV_OK;
}

static int
hash(struct past_list *past, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct prov_span bytes = {NULL, 0};
    struct prov_hash digest;
    if (past->list != NULL)
        bytes = prov_trustlist_bytes(past->list);
    else if (prov_file_read(past->path, PROV_TRUSTLIST_READ_MAX, &content, NULL) != PROV_OK)
        return PROV_OK;
    else
        bytes = prov_bytes_span(content);
    int rc = prov_digest(PROV_SHA256, bytes.data, bytes.len, &digest, err);
    if (rc == PROV_OK)
        memcpy(past->sha256, digest.value, sizeof past->sha256);
    past->hashed = rc == PROV_OK;
    prov_bytes_free(content);
    return rc;
}

const uint8_t *
past_list_sha256(struct past_list *past)
{
    if (!past->hashed && hash(past, NULL) != PROV_OK)
        return NULL;
    return past->hashed ? past->sha256 : NULL;
}

static int
by_hash(const void *a, const void *b)
{
    const struct past_list *x = *(struct past_list *const *)a, *y = *(struct past_list *const *)b;
    int order = memcmp(x->sha256, y->sha256, sizeof x->sha256);
    return order != 0 ? order : by_file(x, y);
}

int
published_index(struct published *published, struct prov_error *err)
{
    if (published->by_hash != NULL)
        return PROV_OK;
    struct past_list **at = calloc(published->count + 1, sizeof(struct past_list *));
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < published->count; i++) {
        rc = hash(&published->at[i], err);
        if (published->at[i].hashed)
            at[published->hash_count++] = &published->at[i];
    }
    qsort(at, published->hash_count, sizeof(struct past_list *), by_hash);
    published->by_hash = at;
    return rc;
}

/* --- finding them */

/* It was published under this name. */
static bool
is_called(const struct past_list *past, const char *name)
{
    return strncmp(past->file, name, past->name_len) == 0 && name[past->name_len] == '\0';
}

size_t
published_range(const struct published *published, const char *name, size_t *end)
{
    const struct past_list key = {.file = name, .in_tree = true};
    size_t low = 0, high = published->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_file(&published->at[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*end = low; *end < published->count && is_called(&published->at[*end], name);)
        (*end)++;
    return low;
}

struct past_list *
published_file(const struct published *published, const char *file)
{
    char name[LIST_NAME_SIZE];
    size_t end = 0, len = name_length(file);
    if (len == 0 || len >= sizeof name)
        return NULL;
    memcpy(name, file, len);
    name[len] = '\0';
    for (size_t i = published_range(published, name, &end); i < end; i++)
        if (strcmp(published->at[i].file, file) == 0 && past_list_read(&published->at[i]) != NULL)
            return &published->at[i];
    return NULL;
}

struct past_list *
published_in_tree(const struct published *published, const char *name)
{
    size_t end = 0, first = published_range(published, name, &end);
    return first < end && published->at[first].in_tree &&
                   strcmp(published->at[first].file, name) == 0
               ? &published->at[first]
               : NULL;
}

struct past_list *
published_kept(const struct published *published, const struct past_list *past)
{
    char name[LIST_NAME_SIZE];
    size_t end = 0;
    if (!past->in_tree || past->list == NULL || past->name_len >= sizeof name)
        return NULL;
    memcpy(name, past->file, past->name_len);
    name[past->name_len] = '\0';
    for (size_t i = published_range(published, name, &end); i < end; i++) {
        const struct prov_trustlist *list =
            published->at[i].in_tree ? NULL : past_list_read(&published->at[i]);
        if (list != NULL &&
            prov_span_equal(prov_trustlist_bytes(list), prov_trustlist_bytes(past->list)))
            return &published->at[i];
    }
    return NULL;
}

static int
compare_hash(const void *key, const void *member)
{
    return memcmp(key, (*(struct past_list *const *)member)->sha256, LIST_SHA256_LEN);
}

/* Of two files with one list: that for all, and then that of the archive. */
static bool
is_better(const struct past_list *past, const struct past_list *than)
{
    bool generic = is_called(past, "ITLFile.tlv") || is_called(past, "CTLFile.tlv");
    bool than_generic = is_called(than, "ITLFile.tlv") || is_called(than, "CTLFile.tlv");
    return generic != than_generic ? generic : than->in_tree;
}

static struct past_list **
find_hash(const struct published *published, const uint8_t sha256[LIST_SHA256_LEN])
{
    return published->hash_count == 0 ? NULL
                                      : bsearch(sha256, published->by_hash, published->hash_count,
                                                sizeof(struct past_list *), compare_hash);
}

bool
published_knows(const struct published *published, const uint8_t sha256[LIST_SHA256_LEN])
{
    return find_hash(published, sha256) != NULL;
}

const struct past_list *
published_find(const struct published *published, const uint8_t sha256[LIST_SHA256_LEN])
{
    const struct past_list *found = NULL;
    struct past_list **at = find_hash(published, sha256);
    if (at == NULL)
        return NULL;
    struct past_list **end = published->by_hash + published->hash_count;
    while (at > published->by_hash && compare_hash(sha256, at - 1) == 0)
        at--;
    for (; at < end && compare_hash(sha256, at) == 0; at++)
        if (past_list_read(*at) != NULL && (found == NULL || is_better(*at, found)))
            found = *at;
    return found;
}

const struct past_list *
published_newest(const struct published *published, const char *name)
{
    const struct past_list *newest = NULL;
    size_t end = 0;
    for (size_t i = published_range(published, name, &end); i < end; i++) {
        const struct prov_trustlist *list = past_list_read(&published->at[i]);
        if (list != NULL && (newest == NULL || prov_trustlist_timestamp(list) >=
                                                   prov_trustlist_timestamp(newest->list)))
            newest = &published->at[i];
    }
    return newest;
}

int
published_newest_kept(const struct published *published, const char *name,
                      const struct past_list **out, struct prov_error *err)
{
    struct past_list *newest = NULL;
    size_t end = 0;
    *out = NULL;
    if (published->archive_error.code != PROV_OK) {
        if (err != NULL)
            *err = published->archive_error;
        return published->archive_error.code;
    }
    for (size_t i = published_range(published, name, &end); i < end; i++) {
        struct past_list *past = &published->at[i];
        if (past->stamped &&
            (newest == NULL || past->timestamp > newest->timestamp ||
             (past->timestamp == newest->timestamp && past->counter >= newest->counter)))
            newest = past;
    }
    *out = newest;
    if (newest == NULL || past_list_read(newest) != NULL)
        return PROV_OK;
    return prov_fail(err, PROV_E_FORMAT, "%s",
                     newest->why != NULL ? newest->why : "it is not there any more");
}
