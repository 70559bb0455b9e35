/* SPDX-License-Identifier: MIT */
/* Certificates of a change, known by their digests wherever they lie, and whether keys are at hand.
 */
#include "provbuild/change/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEX_SIZE PROV_HEX_SIZE(LIST_SHA256_LEN)

static bool
digest_of(const struct prov_identity *certificate, char out[static HEX_SIZE])
{
    struct prov_hash hash;
    if (prov_identity_hash(certificate, PROV_SHA256, &hash, NULL) != PROV_OK)
        return false;
    prov_hex(hash.value, hash.len, out, HEX_SIZE);
    return true;
}

struct prov_identity *
key_certificate(const char *path)
{
    struct prov_identity *certificate = NULL;
    return prov_identity_load(path, PROV_NEED_CERTIFICATE, NULL, NULL, &certificate, NULL) ==
                   PROV_OK
               ? certificate
               : NULL;
}

bool
key_is_path(const struct record_key *key, const char *path)
{
    return key->path != NULL && path != NULL && strcmp(key->path, path) == 0;
}

bool
key_is_certificate(const struct record_key *key, const struct prov_identity *certificate)
{
    char digest[HEX_SIZE];
    return key->is != NULL && certificate != NULL && digest_of(certificate, digest) &&
           strcmp(digest, key->is) == 0;
}

bool
key_is_file(const struct record_key *key, const char *path)
{
    char *absolute = key->path != NULL ? run_real_path(path) : NULL;
    bool is = key_is_path(key, absolute);
    struct prov_identity *certificate =
        !is && absolute != NULL && key->is != NULL ? key_certificate(path) : NULL;
    is = is || key_is_certificate(key, certificate);
    prov_identity_free(certificate);
    free(absolute);
    return is;
}

bool
key_is_lost(const char *path)
{
    struct prov_identity *identity = NULL;
    int rc = prov_identity_load(path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY, NULL, NULL, &identity,
                                NULL);
    prov_identity_free(identity);
    /* What cannot be looked at, for permissions or whatever it is, is not gone. */
    return rc == PROV_E_FORMAT || (!prov_identity_is_uri(path) && access(path, F_OK) != 0 &&
                                   (errno == ENOENT || errno == ENOTDIR));
}

int
key_of_file(const char *path, struct record_key *out, struct prov_error *err)
{
    char digest[HEX_SIZE];
    struct prov_identity *certificate = key_certificate(path);
    bool known = certificate != NULL && digest_of(certificate, digest);
    prov_identity_free(certificate);
    record_key_set(out, run_real_path(path), known ? strdup(digest) : NULL);
    if (out->path == NULL || (known && out->is == NULL))
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (strchr(out->path, '\n') != NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "a path with a line break; choose another name");
    return PROV_OK;
}

int
key_published(const struct record_key *key, const struct published *published,
              struct prov_identity **out, struct prov_error *err)
{
    *out = NULL;
    for (size_t i = 0; i < published->count; i++) {
        const struct prov_trustlist *list = past_list_read(&published->at[i]);
        for (size_t k = 0; list != NULL && k < prov_trustlist_count(list); k++) {
            const struct prov_identity *listed = prov_trustlist_at(list, k)->certificate;
            if (!key_is_certificate(key, listed))
                continue;
            struct prov_span der = prov_identity_der(listed);
            return prov_identity_from_der(der.data, der.len, out, err);
        }
    }
    return PROV_OK;
}
