/* SPDX-License-Identifier: MIT */
#include "provbuild/lists/archive.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ARCHIVE_MODE 0644
#define SAME_TIME_MAX 1000 /* lists of one name and timestamp */

int
archive_read_list(const char *path, struct prov_trustlist **out, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct prov_trustlist *list = NULL;
    int rc = prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &content, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span bytes = prov_bytes_span(content);
    rc = prov_trustlist_read(bytes.data, bytes.len, &list, err);
    prov_bytes_free(content);
    if (rc == PROV_OK)
        rc = prov_trustlist_verify(list, NULL, NULL, err);
    if (rc != PROV_OK) {
        prov_trustlist_free(list);
        return rc;
    }
    *out = list;
    return PROV_OK;
}

/* The timestamp and count of NAME.TIMESTAMP or NAME.TIMESTAMP.COUNT. */
static bool
parse_name(const char *entry, const char *name, unsigned long *time, unsigned long *count)
{
    size_t len = strlen(name);
    char *end = NULL;
    if (strncmp(entry, name, len) != 0 || entry[len] != '.' ||
        strspn(entry + len + 1, "0123456789") == 0)
        return false;
    *time = strtoul(entry + len + 1, &end, 10);
    *count = 0;
    if (end[0] == '.' && end[1] >= '1' && end[1] <= '9')
        *count = strtoul(end + 1, &end, 10);
    return *end == '\0';
}

static int
cannot_read(const char *folder, struct prov_error *err)
{
    int error = errno;
    int rc = prov_fail(err, PROV_E_SYSTEM,
                       "cannot read the archive %s: %s; without it nobody knows which lists phones "
                       "hold",
                       folder, strerror(error));
    if (err != NULL)
        err->sys = error;
    return rc;
}

/* The name of the newest, to be freed; NULL without one. */
static int
find_newest(const char *folder, const char *name, char **out, struct prov_error *err)
{
    unsigned long best_time = 0, best_count = 0, time = 0, count = 0;
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return cannot_read(folder, err);
    int rc = PROV_OK;
    struct dirent *entry;
    *out = NULL;
    errno = 0;
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    while (rc == PROV_OK && (entry = readdir(directory)) != NULL) {
        if (!parse_name(entry->d_name, name, &time, &count))
            continue;
        if (*out != NULL && (time < best_time || (time == best_time && count < best_count)))
            continue;
        free(*out);
        *out = strdup(entry->d_name);
        best_time = time;
        best_count = count;
        if (*out == NULL)
            rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    if (rc == PROV_OK && errno != 0)
        rc = cannot_read(folder, err);
    closedir(directory);
    return rc;
}

int
archive_newest(const char *folder, const char *name, struct prov_trustlist **out, char **path,
               struct prov_error *err)
{
    char *newest = NULL;
    *out = NULL;
    *path = NULL;
    int rc = find_newest(folder, name, &newest, err);
    if (rc != PROV_OK || newest == NULL) {
        free(newest);
        return rc;
    }
    if (asprintf(path, "%s/%s", folder, newest) < 0) {
        *path = NULL;
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    free(newest);
    if (rc == PROV_OK)
        rc = archive_read_list(*path, out, err);
    return rc;
}

/* Whether the file at `path` holds the list; ENOENT where it is not there. */
static int
holds(const char *path, const struct prov_trustlist *list, bool *same, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    int rc = prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &content, err);
    if (rc == PROV_OK)
        *same = prov_span_equal(prov_bytes_span(content), prov_trustlist_bytes(list));
    prov_bytes_free(content);
    return rc;
}

static int
write_new(const char *path, const struct prov_trustlist *list, struct prov_error *err)
{
    struct prov_span bytes = prov_trustlist_bytes(list);
    struct prov_batch *batch = prov_batch_new();
    if (batch == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    prov_batch_only_new(batch);
    int rc = prov_batch_put(batch, path, ARCHIVE_MODE, bytes.data, bytes.len, err);
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, err);
    prov_batch_free(batch);
    return rc;
}

int
archive_keep(const char *folder, const char *name, const struct prov_trustlist *list,
             struct prov_error *err)
{
    const struct prov_field *time =
        prov_header_find(prov_trustlist_header(list), PROV_TAG_TIMESTAMP);
    for (unsigned i = 0; i < SAME_TIME_MAX; i++) {
        char *path = NULL;
        bool same = false;
        int len =
            i == 0
                ? asprintf(&path, "%s/%s.%u", folder, name, time != NULL ? time->number : 0)
                : asprintf(&path, "%s/%s.%u.%u", folder, name, time != NULL ? time->number : 0, i);
        if (len < 0)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        int rc = holds(path, list, &same, err);
        bool missing = rc == PROV_E_SYSTEM && err->sys == ENOENT;
        if (missing)
            rc = write_new(path, list, err);
        free(path);
        if (missing || same || rc == PROV_E_SYSTEM)
            return rc;
    }
    return prov_fail(err, PROV_E_EXISTS, "too many lists of one name and time in the archive");
}
