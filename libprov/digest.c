/* SPDX-License-Identifier: MIT */
/* Digests by their number on the wire. */
#include "libprov/error.h"

#include <prov/digest.h>

#include <openssl/evp.h>
#include <strings.h>

static const struct {
    const char *name; /* OpenSSL knows it by the same name */
    size_t len;
} digests[] = {
    [PROV_MD5] = {"MD5", 16},
    [PROV_SHA1] = {"SHA1", 20},
    [PROV_SHA256] = {"SHA256", 32},
    [PROV_SHA512] = {"SHA512", 64},
};

#define DIGEST_COUNT (sizeof digests / sizeof digests[0])

const char *
prov_digest_name(unsigned code)
{
    return code < DIGEST_COUNT ? digests[code].name : NULL;
}

size_t
prov_digest_len(unsigned code)
{
    return code < DIGEST_COUNT ? digests[code].len : 0;
}

bool
prov_digest_parse(const char *word, enum prov_digest *out)
{
    static const enum prov_digest written[] = {PROV_SHA1, PROV_SHA512};
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        if (strcasecmp(word, digests[written[i]].name) == 0) {
            *out = written[i];
            return true;
        }
    }
    return false;
}

int
prov_digest(enum prov_digest digest, const void *data, size_t len, struct prov_hash *out,
            struct prov_error *err)
{
    const char *name = prov_digest_name(digest);
    if (name == NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "digest %d is unknown", (int)digest);
    size_t written = 0;
    struct prov_hash hash;
    if (EVP_Q_digest(NULL, name, NULL, data, len, hash.value, &written) != 1)
        return prov__crypto_failed(err, "cannot compute a digest");
    hash.len = written;
    *out = hash;
    return PROV_OK;
}
