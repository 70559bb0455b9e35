/* SPDX-License-Identifier: MIT */
/* Bytes that the library owns (struct prov_bytes) and bytes that it only points at (prov_span). */
#ifndef PROV_BYTES_H
#define PROV_BYTES_H

#include <prov/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes: valid as long as the object that handed them out. `data` may be NULL when `len`
 * is 0. */
struct prov_span {
    const uint8_t *data;
    size_t len;
};

PROV_API bool prov_span_equal(struct prov_span a, struct prov_span b);

/* A buffer that grows up to a maximum and is wiped when freed. */
struct prov_bytes;

/* An empty buffer that will never hold more than `max` bytes. NULL when memory is short. */
PROV_API struct prov_bytes *prov_bytes_new(size_t max);
/* Wipes and frees. NULL is allowed. */
PROV_API void prov_bytes_free(struct prov_bytes *bytes);

/* Appends a copy. PROV_E_LIMIT beyond the maximum, PROV_E_MEMORY; on failure nothing is appended.
 */
PROV_API int prov_bytes_put(struct prov_bytes *bytes, const void *data, size_t len,
                            struct prov_error *err) PROV_CHECKED;

/* The content, borrowed until the next change. */
PROV_API struct prov_span prov_bytes_span(const struct prov_bytes *bytes);

#endif
