/* SPDX-License-Identifier: MIT */
/* Lists that many phones hold, each kept once. */
#include "provcheck/phone/trust.h"

#include <stdlib.h>

struct trust_library {
    struct prov_trustlist **lists;
    size_t count;
};

struct trust_library *
trust_library_new(void)
{
    return calloc(1, sizeof(struct trust_library));
}

void
trust_library_free(struct trust_library *library)
{
    if (library == NULL)
        return;
    for (size_t i = 0; i < library->count; i++)
        prov_trustlist_free(library->lists[i]);
    free(library->lists);
    free(library);
}

int
trust_library_read(struct trust_library *library, struct prov_span bytes,
                   const struct prov_trustlist **out, struct prov_error *err)
{
    for (size_t i = 0; i < library->count; i++) {
        *out = library->lists[i];
        if (prov_span_equal(prov_trustlist_bytes(*out), bytes))
            return PROV_OK;
    }
    struct prov_trustlist **lists =
        reallocarray(library->lists, library->count + 1, sizeof(struct prov_trustlist *));
    if (lists == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    library->lists = lists;
    int rc = prov_trustlist_read(bytes.data, bytes.len, &lists[library->count], err);
    if (rc == PROV_OK)
        *out = library->lists[library->count++];
    return rc;
}
