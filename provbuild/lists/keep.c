/* SPDX-License-Identifier: MIT */
/* What is kept of lists that are published: each in the archive, and the inventory of all. */
#include "provbuild/lists/keep.h"

#include "provbuild/lists/archive.h"
#include "provbuild/run/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INVENTORY_MODE 0644
#define FOLDER_MODE 0755

int
keep_list(struct published *published, const char *archive, const char *name,
          const struct prov_trustlist *list, char file[static INVENTORY_NAME_SIZE],
          struct prov_error *err)
{
    struct inventory_line line = {.damaged = false};
    struct prov_span bytes = prov_trustlist_bytes(list);
    struct prov_hash hash;
    int rc = archive_keep(archive, name, list, line.file, err);
    if (rc == PROV_OK)
        rc = prov_digest(PROV_SHA256, bytes.data, bytes.len, &hash, err);
    if (rc != PROV_OK)
        return rc;
    memcpy(line.sha256, hash.value, sizeof line.sha256);
    memcpy(file, line.file, sizeof line.file);
    const struct inventory_line *known = inventory_find(&published->inventory, line.file);
    if (known != NULL && memcmp(known->sha256, line.sha256, sizeof line.sha256) == 0)
        return PROV_OK;
    published->inventory_stands = false;
    return inventory_put(&published->inventory, &line, err);
}

int
keep_folder(const char *tree, struct prov_error *err)
{
    char *path = run_path(tree, LADDER_FOLDER, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = PROV_OK;
    if (mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST)
        rc = prov_fail(err, PROV_E_SYSTEM, "cannot make %s: %s", path, strerror(errno));
    free(path);
    return rc;
}

static int
write_inventory(const char *tree, struct prov_span content, struct prov_error *err)
{
    char *path = run_path(tree, INVENTORY_FILE, "");
    int rc = path != NULL ? keep_folder(tree, err) : prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK)
        rc = prov_file_write(path, INVENTORY_MODE, content.data, content.len, err);
    free(path);
    return rc;
}

int
keep_inventory(struct published *published, const char *tree, const struct prov_signing *how,
               struct prov_error *err)
{
    struct prov_bytes *text = NULL, *file = NULL;
    if (published->inventory_stands)
        return PROV_OK;
    int rc = inventory_text(&published->inventory, &text, err);
    if (rc == PROV_OK)
        rc = prov_signedfile_sign(how, INVENTORY_FILE, prov_bytes_span(text), &file, err);
    if (rc == PROV_OK)
        rc = write_inventory(tree, prov_bytes_span(file), err);
    published->inventory_stands = rc == PROV_OK;
    prov_bytes_free(file);
    prov_bytes_free(text);
    return rc;
}
