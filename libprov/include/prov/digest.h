/* SPDX-License-Identifier: MIT */
/* Digests, numbered as on the wire (header tags 8 and 26, record tag 12). */
#ifndef PROV_DIGEST_H
#define PROV_DIGEST_H

#include <prov/bytes.h>
#include <prov/error.h>

#include <stdbool.h>

enum prov_digest {
    PROV_MD5 = 0, /* only as a checksum that phones show and for the certHash element */
    PROV_SHA1 = 1,
    PROV_SHA256 = 2, /* named in the format; read, never written (formats.md, section 1) */
    PROV_SHA512 = 3
};

#define PROV_DIGEST_MAX 64 /* bytes of the longest digest */

struct prov_hash {
    uint8_t value[PROV_DIGEST_MAX];
    size_t len;
};

/* "SHA1", "SHA256", "SHA512", "MD5"; NULL for a code that nobody knows. */
PROV_API const char *prov_digest_name(unsigned code);
/* Bytes of the digest; 0 for a code that nobody knows. */
PROV_API size_t prov_digest_len(unsigned code);
/* The digest that "sha1" or "sha512" (any case) means; false for any other word. These two are the
 * ones that files are written with. */
PROV_API bool prov_digest_parse(const char *word, enum prov_digest *out);

/* The digest of `len` bytes at `data`. PROV_E_ARGUMENT for an unknown digest, PROV_E_CRYPTO. */
PROV_API int prov_digest(enum prov_digest digest, const void *data, size_t len,
                         struct prov_hash *out, struct prov_error *err) PROV_CHECKED;

#endif
