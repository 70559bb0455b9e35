/* SPDX-License-Identifier: MIT */
/* The CAs and revocation lists that devices trust, read from files. */
#include "provcheck/fetch/fetch.h"
#include "provcheck/tls/check.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <string.h>

/* After a failure of OpenSSL's: there is no further one in PEM; else it is damaged. */
static bool
is_end(void)
{
    return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

/* Adds the next one of the file, PEM, or DER if it is the first; false after the last. */
typedef bool add_next(BIO *bio, X509_STORE *store, bool first);

static bool
add_certificate(BIO *bio, X509_STORE *store, bool first)
{
    X509 *certificate = PEM_read_bio_X509(bio, NULL, fetch_no_passphrase, NULL);
    if (certificate == NULL && first && is_end() && BIO_seek(bio, 0) == 0)
        certificate = d2i_X509_bio(bio, NULL);
    bool added = certificate != NULL && X509_STORE_add_cert(store, certificate) == 1;
    X509_free(certificate);
    return added;
}

static bool
add_crl(BIO *bio, X509_STORE *store, bool first)
{
    X509_CRL *crl = PEM_read_bio_X509_CRL(bio, NULL, fetch_no_passphrase, NULL);
    if (crl == NULL && first && is_end() && BIO_seek(bio, 0) == 0)
        crl = d2i_X509_CRL_bio(bio, NULL);
    bool added = crl != NULL && X509_STORE_add_crl(store, crl) == 1;
    X509_CRL_free(crl);
    return added;
}

/* Text may stand before the first one. */
static bool
is_pem(struct prov_span content)
{
    static const char begin[] = "-----BEGIN ";
    return memmem(content.data, content.len, begin, sizeof begin - 1) != NULL;
}

static int
load(const char *path, X509_STORE *store, add_next *next, const char *what, size_t *count,
     struct prov_error *err)
{
    struct prov_bytes *bytes = NULL;
    int rc = prov_file_read(path, PROV_IDENTITY_FILE_MAX, &bytes, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span span = prov_bytes_span(bytes);
    BIO *bio = BIO_new_mem_buf(span.data, (int)span.len);
    *count = 0;
    ERR_clear_error();
    while (bio != NULL && next(bio, store, *count == 0))
        (*count)++;
    if (bio == NULL)
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    else if (is_pem(span) && !is_end())
        rc = prov_fail(err, PROV_E_FORMAT, "%s %zu of it cannot be read; copy the file again", what,
                       *count + 1);
    else if (*count == 0)
        rc = prov_fail(err, PROV_E_FORMAT, "it holds no %s, neither PEM nor DER", what);
    ERR_clear_error(); /* the end of a PEM file is one */
    BIO_free(bio);
    prov_bytes_free(bytes);
    return rc;
}

int
tls_anchors_load(const char *ca_path, const char *crl_path, struct tls_anchors *out,
                 const char **path, struct prov_error *err)
{
    size_t crl_count = 0;
    int rc = PROV_OK;
    *out = (struct tls_anchors){.store = X509_STORE_new(), .crl = crl_path != NULL};
    *path = ca_path;
    if (out->store == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (ca_path != NULL)
        rc = load(ca_path, out->store, add_certificate, "certificate", &out->ca_count, err);
    else if (X509_STORE_set_default_paths(out->store) != 1)
        rc = prov_fail(err, PROV_E_CRYPTO, "the public CAs of this system cannot be used");
    if (rc == PROV_OK && crl_path != NULL) {
        *path = crl_path;
        rc = load(crl_path, out->store, add_crl, "revocation list", &crl_count, err);
    }
    return rc;
}

void
tls_anchors_release(struct tls_anchors *anchors)
{
    X509_STORE_free(anchors->store);
    anchors->store = NULL;
}
