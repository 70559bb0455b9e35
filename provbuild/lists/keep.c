/* SPDX-License-Identifier: MIT */
/* What is kept of lists that are published: each in the archive, and the inventory of all. */
#include "provbuild/lists/keep.h"

#include "provbuild/lists/archive.h"
#include "provbuild/lists/ladder_folder.h"
#include "provbuild/lists/records.h"

#include <string.h>
#include <unistd.h>

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
keep_records(struct published *published, const char *archive, struct prov_error *err)
{
    struct inventory was = published->inventory;
    bool readable = false;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < INVENTORY_RECORDS; i++)
        rc = record_look(archive, (enum inventory_record)i, &published->inventory.records[i],
                         &readable, err);
    if (rc == PROV_OK && !inventory_same(&was, &published->inventory))
        published->inventory_stands = false;
    return rc;
}

static int
write_inventory(const char *tree, struct prov_span content, struct prov_error *err)
{
    int fd = -1;
    int rc = ladder_folder_open(tree, &fd, err);
    if (rc == PROV_OK)
        rc = ladder_folder_put(fd, INVENTORY_NAME, content, err);
    if (fd >= 0)
        close(fd);
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
    for (size_t i = 0; rc == PROV_OK && i < INVENTORY_RECORDS; i++)
        published->noted[i] = published->inventory.records[i].noted;
    prov_bytes_free(file);
    prov_bytes_free(text);
    return rc;
}
