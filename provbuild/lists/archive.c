/* SPDX-License-Identifier: MIT */
/* Trust lists as files: one is read whole, and each that is published is kept for good. */
#include "provbuild/lists/archive.h"

#include "cli/lists.h"
#include "provbuild/run/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LIST_MODE 0644
#define SAME_TIME_MAX 1000 /* lists of one name and timestamp */

int
archive_read_list(const char *path, struct prov_trustlist **out, struct prov_error *err)
{
    struct prov_trustlist *list = NULL;
    int rc = cli_read_list(path, &list, err);
    if (rc == PROV_OK)
        rc = prov_trustlist_verify(list, NULL, NULL, err);
    if (rc != PROV_OK) {
        prov_trustlist_free(list);
        return rc;
    }
    *out = list;
    return PROV_OK;
}

int
archive_write_list(const char *path, const struct prov_trustlist *list, struct prov_error *err)
{
    struct prov_span bytes = prov_trustlist_bytes(list);
    return prov_file_write(path, LIST_MODE, bytes.data, bytes.len, err);
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
write_once(const char *path, const struct prov_trustlist *list, struct prov_error *err)
{
    struct prov_span bytes = prov_trustlist_bytes(list);
    struct prov_batch *batch = prov_batch_new();
    if (batch == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    prov_batch_only_new(batch);
    int rc = prov_batch_put(batch, path, LIST_MODE, bytes.data, bytes.len, err);
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, err);
    prov_batch_free(batch);
    return rc;
}

int
archive_keep(const char *folder, const char *name, const struct prov_trustlist *list,
             char file[static INVENTORY_NAME_SIZE], struct prov_error *err)
{
    const struct prov_field *time =
        prov_header_find(prov_trustlist_header(list), PROV_TAG_TIMESTAMP);
    for (unsigned i = 0; i < SAME_TIME_MAX; i++) {
        bool same = false;
        int len =
            snprintf(file, INVENTORY_NAME_SIZE, "%s.%u", name, time != NULL ? time->number : 0);
        if (i > 0)
            snprintf(file + len, INVENTORY_NAME_SIZE - (size_t)len, ".%u", i);
        char *path = run_path(folder, file, "");
        if (path == NULL)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        int rc = holds(path, list, &same, err);
        bool missing = rc == PROV_E_SYSTEM && err->sys == ENOENT;
        if (missing)
            rc = write_once(path, list, err);
        free(path);
        if (missing || same || rc == PROV_E_SYSTEM)
            return rc;
    }
    return prov_fail(err, PROV_E_EXISTS, "too many lists of one name and time in the archive");
}
