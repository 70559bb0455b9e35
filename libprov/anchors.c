/* SPDX-License-Identifier: MIT */
/* Authorities whose certificates count, in a store of OpenSSL's. */
#include <prov/anchors.h>

#include "libprov/error.h"
#include "libprov/identity.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <unistd.h>

struct prov_anchors {
    X509_STORE *store;
};

int
prov_anchors_load(const char *path, struct prov_anchors **out, struct prov_error *err)
{
    if (access(path, R_OK) != 0)
        return prov_system_failed(err, "cannot open it");
    struct prov_anchors *anchors = calloc(1, sizeof *anchors);
    if (anchors != NULL)
        anchors->store = X509_STORE_new();
    if (anchors == NULL || anchors->store == NULL) {
        prov_anchors_free(anchors);
        return prov__no_memory(err);
    }
    bool loaded = X509_STORE_load_file(anchors->store, path) == 1 &&
                  X509_STORE_set_flags(anchors->store,
                                       X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME) == 1;
    ERR_clear_error();
    if (!loaded) {
        prov_anchors_free(anchors);
        return prov_fail(err, PROV_E_FORMAT, "it holds no certificates in PEM that can be read");
    }
    *out = anchors;
    return PROV_OK;
}

void
prov_anchors_free(struct prov_anchors *anchors)
{
    if (anchors == NULL)
        return;
    X509_STORE_free(anchors->store);
    free(anchors);
}

int
prov_anchors_check(const struct prov_anchors *anchors, const struct prov_identity *certificate,
                   struct prov_error *err)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    if (ctx == NULL ||
        X509_STORE_CTX_init(ctx, anchors->store, prov__identity_x509(certificate), NULL) != 1) {
        X509_STORE_CTX_free(ctx);
        ERR_clear_error();
        return prov__no_memory(err);
    }
    int rc = PROV_OK;
    if (X509_verify_cert(ctx) != 1)
        rc = prov_fail(err, PROV_E_UNFIT, "its certificate does not chain to a known authority: %s",
                       X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
    X509_STORE_CTX_free(ctx);
    ERR_clear_error();
    return rc;
}
