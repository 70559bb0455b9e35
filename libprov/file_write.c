/* SPDX-License-Identifier: MIT */
/* One file replaced atomically: a batch of one. */
#include "libprov/internal.h"

#include <prov/file.h>

int
prov_file_write(const char *path, mode_t mode, const void *data, size_t len, struct prov_error *err)
{
    struct prov_batch *batch = prov_batch_new();
    if (batch == NULL)
        return prov__no_memory(err);
    int rc = prov_batch_put(batch, path, mode, data, len, err);
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, err);
    prov_batch_free(batch);
    return rc;
}
