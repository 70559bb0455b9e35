/* SPDX-License-Identifier: MIT */
/* Buffers that grow up to a maximum and are wiped, and spans of bytes. */
#include "libprov/internal.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 256

struct prov_bytes {
    uint8_t *data;
    size_t len;
    size_t capacity;
    size_t max;
};

struct prov_bytes *
prov_bytes_new(size_t max)
{
    struct prov_bytes *bytes = calloc(1, sizeof *bytes);
    if (bytes != NULL)
        bytes->max = max;
    return bytes;
}

void
prov_bytes_free(struct prov_bytes *bytes)
{
    if (bytes == NULL)
        return;
    OPENSSL_clear_free(bytes->data, bytes->capacity);
    free(bytes);
}

/* Doubling instead of the exact size keeps a series of puts linear. */
static int
reserve(struct prov_bytes *bytes, size_t more, struct prov_error *err)
{
    if (more > bytes->max - bytes->len)
        return prov_fail(err, PROV_E_LIMIT, "more than %zu bytes", bytes->max);
    size_t need = bytes->len + more;
    if (need <= bytes->capacity && bytes->data != NULL)
        return PROV_OK;
    size_t capacity = bytes->capacity != 0 ? bytes->capacity : FIRST_CAPACITY;
    while (capacity < need)
        capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
    if (capacity > bytes->max)
        capacity = bytes->max;
    uint8_t *data = OPENSSL_clear_realloc(bytes->data, bytes->capacity, capacity);
    if (data == NULL)
        return prov__no_memory(err);
    bytes->data = data;
    bytes->capacity = capacity;
    return PROV_OK;
}

uint8_t *
prov__bytes_extend(struct prov_bytes *bytes, size_t len, struct prov_error *err)
{
    if (reserve(bytes, len, err) != PROV_OK)
        return NULL;
    uint8_t *room = bytes->data + bytes->len;
    bytes->len += len;
    return room;
}

int
prov_bytes_put(struct prov_bytes *bytes, const void *data, size_t len, struct prov_error *err)
{
    if (len == 0)
        return PROV_OK;
    int rc = reserve(bytes, len, err);
    if (rc != PROV_OK)
        return rc;
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
    return PROV_OK;
}

struct prov_span
prov_bytes_span(const struct prov_bytes *bytes)
{
    return (struct prov_span){bytes->data, bytes->len};
}

void
prov__bytes_patch_u16(struct prov_bytes *bytes, size_t offset, uint16_t value)
{
    assert(bytes->len >= 2 && offset <= bytes->len - 2);
    bytes->data[offset] = (uint8_t)(value >> 8);
    bytes->data[offset + 1] = (uint8_t)(value & 0xff);
}

void
prov__bytes_truncate(struct prov_bytes *bytes, size_t len)
{
    assert(len <= bytes->len);
    if (bytes->data != NULL)
        OPENSSL_cleanse(bytes->data + len, bytes->len - len);
    bytes->len = len;
}

bool
prov_span_equal(struct prov_span a, struct prov_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
