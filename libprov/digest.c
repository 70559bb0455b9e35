/* SPDX-License-Identifier: MIT */
/* Digests by their number on the wire. */
#include "libprov/internal.h"

#include <prov/digest.h>

#include <openssl/evp.h>
#include <stdatomic.h>
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

/* Looking up a digest takes OpenSSL longer than to digest a certificate, so that is done once, and
 * what was found is kept until the process ends. NULL where there is none: MD5 may be forbidden. */
static const EVP_MD *
find_digest(enum prov_digest digest)
{
    static _Atomic(EVP_MD *) kept[DIGEST_COUNT];
    EVP_MD *found = atomic_load(&kept[digest]), *before = NULL;
    if (found != NULL)
        return found;
    found = EVP_MD_fetch(NULL, digests[digest].name, NULL);
    if (found == NULL || atomic_compare_exchange_strong(&kept[digest], &before, found))
        return found;
    EVP_MD_free(found); /* another thread was first */
    return before;
}

int
prov_digest(enum prov_digest digest, const void *data, size_t len, struct prov_hash *out,
            struct prov_error *err)
{
    if (prov_digest_name(digest) == NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "digest %d is unknown", (int)digest);
    unsigned written = 0;
    struct prov_hash hash;
    const EVP_MD *found = find_digest(digest);
    if (found == NULL || EVP_Digest(data, len, hash.value, &written, found, NULL) != 1)
        return prov__crypto_failed(err, "cannot compute a digest");
    hash.len = written;
    *out = hash;
    return PROV_OK;
}
