/* SPDX-License-Identifier: MIT */
/* Trust lists in files. */
#include "tlvfile/tlvfile.h"

int
read_list(const char *path, struct prov_trustlist **list, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    int rc = prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &content, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span bytes = prov_bytes_span(content);
    rc = prov_trustlist_read(bytes.data, bytes.len, list, err);
    prov_bytes_free(content);
    return rc;
}
