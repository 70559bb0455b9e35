/* SPDX-License-Identifier: MIT */
/* The trust store between two boots: STATE/SEP<MAC>/CTLFile.tlv and ITLFile.tlv. */
#include "provcheck/phone/trust.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FOLDER_MODE 0755
#define FILE_MODE 0644

/* To be freed; NULL when memory is short. */
static char *
path_of(const char *state, const struct prov_mac *mac, const char *file)
{
    char *path = NULL;
    return asprintf(&path, "%s/SEP%s%s%s", state, mac->text, *file != '\0' ? "/" : "", file) < 0
               ? NULL
               : path;
}

static int
load_list(struct trust *trust, enum trust_kind kind, const char *path, struct prov_error *err)
{
    struct prov_error cause;
    struct prov_bytes *content = NULL;
    int rc = prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &content, &cause);
    if (rc == PROV_E_SYSTEM && cause.sys == ENOENT)
        return PROV_OK;
    if (rc == PROV_OK)
        rc =
            trust_library_read(trust->known, prov_bytes_span(content), &trust->lists[kind], &cause);
    prov_bytes_free(content);
    return rc == PROV_OK ? rc : prov_fail(err, rc, "%s: %s", path, cause.text);
}

int
trust_load(struct trust *trust, const char *state, const struct prov_mac *mac,
           struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t kind = 0; kind < TRUST_KINDS && rc == PROV_OK; kind++) {
        char *path = path_of(state, mac, trust_list_name((enum trust_kind)kind));
        rc = path == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                          : load_list(trust, (enum trust_kind)kind, path, err);
        free(path);
    }
    return rc;
}

static int
make_folder(const char *path, struct prov_error *err)
{
    if (mkdir(path, FOLDER_MODE) == 0 || errno == EEXIST)
        return PROV_OK;
    return prov_system_failed(err, "%s: cannot make this folder", path);
}

static int
save_list(struct prov_batch *batch, const struct prov_trustlist *list, const char *path,
          struct prov_error *err)
{
    struct prov_error cause;
    struct prov_span bytes = prov_trustlist_bytes(list);
    int rc = prov_batch_put(batch, path, FILE_MODE, bytes.data, bytes.len, &cause);
    return rc == PROV_OK ? rc : prov_fail(err, rc, "%s: %s", path, cause.text);
}

static int
save_lists(struct prov_batch *batch, const struct trust *trust, const char *state,
           const struct prov_mac *mac, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t kind = 0; kind < TRUST_KINDS && rc == PROV_OK; kind++) {
        if (trust->lists[kind] == NULL)
            continue;
        char *path = path_of(state, mac, trust_list_name((enum trust_kind)kind));
        rc = path == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                          : save_list(batch, trust->lists[kind], path, err);
        free(path);
    }
    return rc == PROV_OK ? prov_batch_commit(batch, err) : rc;
}

int
trust_save(const struct trust *trust, const char *state, const struct prov_mac *mac,
           struct prov_error *err)
{
    char *folder = path_of(state, mac, "");
    struct prov_batch *batch = prov_batch_new();
    int rc = PROV_E_MEMORY;
    if (folder == NULL || batch == NULL)
        prov_fail(err, rc, "out of memory");
    else
        rc = make_folder(state, err);
    if (rc == PROV_OK)
        rc = make_folder(folder, err);
    if (rc == PROV_OK)
        rc = save_lists(batch, trust, state, mac, err);
    prov_batch_free(batch);
    free(folder);
    return rc;
}
