/* SPDX-License-Identifier: MIT */
/* Keys and certificates as PEM text, and a certificate renewed within such a text. */
#include <prov/pem.h>

#include "libprov/identity.h"
#include "libprov/internal.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

/* Moves what was written to `bio` to the end of `pem`; frees `bio`. */
static int
put_written(struct prov_bytes *pem, BIO *bio, struct prov_error *err)
{
    char *text = NULL;
    long len = BIO_get_mem_data(bio, &text);
    int rc = prov_bytes_put(pem, text, (size_t)len, err);
    OPENSSL_cleanse(text, (size_t)len);
    BIO_free(bio);
    return rc;
}

/* A key on a token keeps its private part to itself, in provider and engine alike, and would be
 * written as a mere reference, or with a made-up private part. */
static bool
shows_private_part(const EVP_PKEY *key)
{
    BIGNUM *secret = NULL;
    const char *name =
        EVP_PKEY_is_a(key, "RSA") == 1 ? OSSL_PKEY_PARAM_RSA_D : OSSL_PKEY_PARAM_PRIV_KEY;
    bool shown = EVP_PKEY_get0_provider(key) != NULL &&
                 EVP_PKEY_get_bn_param(key, name, &secret) == 1 && !BN_is_zero(secret);
    BN_clear_free(secret);
    return shown;
}

int
prov_pem_put_key(struct prov_bytes *pem, const struct prov_identity *identity,
                 struct prov_error *err)
{
    const EVP_PKEY *key = prov__identity_private_key(identity);
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL)
        return prov__no_memory(err);
    if (key == NULL || !shows_private_part(key) ||
        PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1) {
        ERR_clear_error();
        BIO_free(bio);
        return prov_fail(err, PROV_E_UNFIT,
                         "the private key cannot be written to a file; it may not leave its token");
    }
    return put_written(pem, bio, err);
}

int
prov_pem_put_certificate(struct prov_bytes *pem, const struct prov_identity *identity,
                         struct prov_error *err)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL)
        return prov__no_memory(err);
    if (PEM_write_bio_X509(bio, prov__identity_x509(identity)) != 1) {
        BIO_free(bio);
        return prov__crypto_failed(err, "cannot write a certificate");
    }
    return put_written(pem, bio, err);
}

int
prov_pem_put_issuers(struct prov_bytes *pem, const struct prov_certificate_plan *plan,
                     bool with_root, struct prov_error *err)
{
    int rc = prov__check_plan_size(plan->size, sizeof *plan, err);
    if (rc != PROV_OK)
        return rc;
    const struct prov_identity *issuer = plan->issuer;
    for (size_t i = 0; rc == PROV_OK && issuer != NULL; i++) {
        if (with_root || !prov__self_signed(issuer))
            rc = prov_pem_put_certificate(pem, issuer, err);
        issuer = prov_chain_get(plan->issuers, i);
    }
    return rc;
}

/* The block of a certificate, its last line's end included. */
struct block {
    const uint8_t *start;
    size_t len;
};

static bool
find_block(struct prov_span text, struct block *block)
{
    if (text.len == 0)
        return false;
    const uint8_t *start = memmem(text.data, text.len, BEGIN, sizeof BEGIN - 1);
    if (start == NULL)
        return false;
    size_t rest = text.len - (size_t)(start - text.data);
    const uint8_t *end = memmem(start, rest, END, sizeof END - 1);
    if (end == NULL)
        return false;
    size_t len = (size_t)(end - start) + sizeof END - 1;
    if (len < rest && start[len] == '\r')
        len++;
    if (len < rest && start[len] == '\n')
        len++;
    *block = (struct block){start, len};
    return true;
}

static X509 *
read_block(struct block block)
{
    BIO *bio = BIO_new_mem_buf(block.start, (int)block.len);
    X509 *certificate = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    ERR_clear_error();
    return certificate;
}

static bool
same_holder(const X509 *a, const X509 *b)
{
    return X509_NAME_cmp(X509_get_subject_name(a), X509_get_subject_name(b)) == 0 &&
           EVP_PKEY_eq(X509_get0_pubkey(a), X509_get0_pubkey(b)) == 1;
}

/* What takes the place of `certificate`; NULL: it stays. */
static const struct prov_identity *
successor(const X509 *certificate, const struct prov_identity *old,
          const struct prov_identity *renewed, const struct prov_certificate_plan *plan)
{
    if (X509_cmp(certificate, prov__identity_x509(old)) == 0)
        return renewed;
    const struct prov_identity *issuer = plan->issuer;
    for (size_t i = 0; issuer != NULL; i++) {
        if (same_holder(certificate, prov__identity_x509(issuer)))
            return issuer;
        issuer = prov_chain_get(plan->issuers, i);
    }
    return NULL;
}

static int
renew_blocks(struct prov_span text, const struct prov_identity *old,
             const struct prov_identity *renewed, const struct prov_certificate_plan *plan,
             struct prov_bytes *out, struct prov_error *err)
{
    int rc = PROV_OK;
    bool found = false;
    struct block block;
    while (rc == PROV_OK && find_block(text, &block)) {
        X509 *certificate = read_block(block);
        const struct prov_identity *next =
            certificate != NULL ? successor(certificate, old, renewed, plan) : NULL;
        X509_free(certificate);
        found = found || next == renewed;
        size_t before = (size_t)(block.start - text.data);
        rc = prov_bytes_put(out, text.data, next != NULL ? before : before + block.len, err);
        if (rc == PROV_OK && next != NULL)
            rc = prov_pem_put_certificate(out, next, err);
        text.data += before + block.len;
        text.len -= before + block.len;
    }
    ERR_clear_error();
    if (rc == PROV_OK && !found)
        rc = prov_fail(err, PROV_E_FORMAT,
                       "its certificate is not in PEM, and only that can be replaced in it");
    return rc == PROV_OK ? prov_bytes_put(out, text.data, text.len, err) : rc;
}

int
prov_pem_renew(struct prov_span old_text, const struct prov_identity *old,
               const struct prov_identity *renewed, const struct prov_certificate_plan *plan,
               struct prov_bytes **out, struct prov_error *err)
{
    int rc = prov__check_plan_size(plan->size, sizeof *plan, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_bytes *text = prov_bytes_new(2 * (size_t)PROV_IDENTITY_FILE_MAX);
    if (text == NULL)
        return prov__no_memory(err);
    rc = renew_blocks(old_text, old, renewed, plan, text, err);
    if (rc == PROV_OK)
        *out = text;
    else
        prov_bytes_free(text);
    return rc;
}
