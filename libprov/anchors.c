/* SPDX-License-Identifier: MIT */
/* Authorities whose certificates count, in a store of OpenSSL's, and phones' certificates that
 * count for themselves alone. */
#include <prov/anchors.h>
#include <prov/device.h>

#include "libprov/identity.h"
#include "libprov/internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <unistd.h>

struct prov_anchors {
    X509_STORE *store;     /* authorities */
    STACK_OF(X509) * pins; /* certificates of phones, in order */
};

static int
by_content(const X509 *const *a, const X509 *const *b)
{
    return X509_cmp(*a, *b);
}

/* Takes the certificate over. */
static bool
add(struct prov_anchors *anchors, X509 *certificate)
{
    struct prov_mac phone;
    struct prov_identity *identity = NULL;
    if (X509_up_ref(certificate) != 1 ||
        prov__identity_assemble(certificate, NULL, &identity, NULL) != PROV_OK) {
        X509_free(certificate);
        return false;
    }
    bool phones = prov_mac_of_certificate(identity, &phone);
    prov_identity_free(identity);
    bool added = phones ? sk_X509_push(anchors->pins, certificate) > 0
                        : X509_STORE_add_cert(anchors->store, certificate) == 1;
    if (!phones || !added)
        X509_free(certificate); /* the store has a reference of its own */
    return added;
}

static bool
add_all(struct prov_anchors *anchors, const char *path)
{
    BIO *file = BIO_new_file(path, "r");
    STACK_OF(X509_INFO) *found =
        file != NULL ? PEM_X509_INFO_read_bio(file, NULL, NULL, NULL) : NULL;
    int count = 0;
    bool added = true;
    for (int i = 0; i < sk_X509_INFO_num(found); i++) {
        X509_INFO *info = sk_X509_INFO_value(found, i);
        if (info->x509 == NULL)
            continue;
        added = add(anchors, info->x509) && added;
        info->x509 = NULL;
        count++;
    }
    sk_X509_sort(anchors->pins);
    sk_X509_INFO_pop_free(found, X509_INFO_free);
    BIO_free(file);
    return added && count > 0;
}

static struct prov_anchors *
make(void)
{
    struct prov_anchors *anchors = calloc(1, sizeof *anchors);
    if (anchors == NULL)
        return NULL;
    anchors->store = X509_STORE_new();
    anchors->pins = sk_X509_new(by_content);
    if (anchors->store != NULL && anchors->pins != NULL &&
        X509_STORE_set_flags(anchors->store, X509_V_FLAG_PARTIAL_CHAIN) == 1)
        return anchors;
    prov_anchors_free(anchors);
    return NULL;
}

int
prov_anchors_load(const char *path, struct prov_anchors **out, struct prov_error *err)
{
    if (access(path, R_OK) != 0)
        return prov_system_failed(err, "cannot open it");
    struct prov_anchors *anchors = make();
    if (anchors == NULL)
        return prov__no_memory(err);
    bool loaded = add_all(anchors, path);
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
    sk_X509_pop_free(anchors->pins, X509_free);
    free(anchors);
}

static int
check_validity(const X509 *certificate, struct prov_error *err)
{
    if (X509_cmp_time(X509_get0_notBefore(certificate), NULL) > 0)
        return prov_fail(err, PROV_E_UNFIT, "its certificate is not yet valid");
    if (X509_cmp_time(X509_get0_notAfter(certificate), NULL) < 0)
        return prov_fail(err, PROV_E_UNFIT, "its certificate has expired");
    return PROV_OK;
}

int
prov_anchors_check(const struct prov_anchors *anchors, const struct prov_identity *certificate,
                   struct prov_error *err)
{
    X509 *x509 = prov__identity_x509(certificate);
    if (sk_X509_find(anchors->pins, x509) >= 0)
        return check_validity(x509, err);
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    if (ctx == NULL || X509_STORE_CTX_init(ctx, anchors->store, x509, NULL) != 1) {
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
