/* SPDX-License-Identifier: MIT */
/* A certificate with or without its private key, and what can be read off it. */
#include "libprov/identity.h"
#include "libprov/internal.h"
#include "libprov/x509.h"

#include <openssl/err.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SERIAL_MAX 64                        /* RFC 5280 allows 20; real ones stay far below */
#define EXPIRY_WARNING (30 * INT64_C(86400)) /* seconds */

struct prov_identity {
    struct prov__x509 *certificate; /* may be NULL */
    _Atomic(X509 *) x509;           /* the same for OpenSSL; perhaps not before it is asked for */
    EVP_PKEY *public_key;           /* the certificate's; NULL without one */
    EVP_PKEY *key;                  /* may be NULL */
    _Atomic(EVP_MD_CTX *) signing[PROV_SHA512 + 1]; /* ready for the first byte; NULL: not used */
    struct prov_bytes *der;
    struct prov_bytes *serial;
    int64_t not_before;
    int64_t not_after;
    bool key_exposed;
};

void
prov_identity_free(struct prov_identity *identity)
{
    if (identity == NULL)
        return;
    prov__x509_free(identity->certificate);
    X509_free(identity->x509);
    for (size_t i = 0; i <= PROV_SHA512; i++)
        EVP_MD_CTX_free(identity->signing[i]);
    EVP_PKEY_free(identity->public_key);
    EVP_PKEY_free(identity->key); /* OpenSSL wipes the private numbers */
    prov_bytes_free(identity->der);
    prov_bytes_free(identity->serial);
    free(identity);
}

static int
read_time(const ASN1_TIME *time, int64_t *out, struct prov_error *err)
{
    struct tm tm;
    if (ASN1_TIME_to_tm(time, &tm) != 1) {
        prov__crypto_failed(NULL, "");
        return prov_fail(err, PROV_E_UNFIT, "a certificate's validity is not a time");
    }
    *out = (int64_t)timegm(&tm);
    return PROV_OK;
}

static int
read_serial(struct prov_identity *identity, struct prov_error *err)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(prov__x509_parts(identity->certificate).serial, NULL);
    if (number == NULL)
        return prov__crypto_failed(err, "cannot read a certificate's serial number");
    uint8_t digits[SERIAL_MAX];
    int len = BN_num_bytes(number);
    int rc = PROV_OK;
    if (len > SERIAL_MAX) {
        rc = prov_fail(err, PROV_E_UNFIT, "a certificate's serial number has %d bytes", len);
    } else {
        len = BN_bn2bin(number, digits);
        if (len == 0)
            digits[len++] = 0; /* the number zero */
        identity->serial = prov_bytes_new(SERIAL_MAX);
        rc = identity->serial == NULL ? prov__no_memory(err)
                                      : prov_bytes_put(identity->serial, digits, (size_t)len, err);
    }
    BN_free(number);
    return rc;
}

static int
read_der(struct prov_identity *identity, struct prov_error *err)
{
    unsigned char *der = NULL;
    size_t len = prov__x509_encode(identity->certificate, &der);
    if (len == 0)
        return prov__crypto_failed(err, "cannot encode a certificate");
    identity->der = prov_bytes_new(len);
    int rc =
        identity->der == NULL ? prov__no_memory(err) : prov_bytes_put(identity->der, der, len, err);
    OPENSSL_free(der);
    return rc;
}

/* OpenSSL's object has the key ready; to make one only for an RSA key would take longer than all
 * else that is done to encrypt to it. */
static int
read_public_key(struct prov_identity *identity, struct prov_error *err)
{
    if (identity->x509 == NULL)
        identity->public_key = prov__x509_rsa_key(identity->certificate);
    if (identity->public_key == NULL)
        identity->public_key = X509_get_pubkey(prov__identity_x509(identity));
    if (identity->public_key != NULL)
        return PROV_OK;
    prov__crypto_failed(NULL, "");
    return prov_fail(err, PROV_E_UNFIT, "a certificate holds a public key of an unknown kind");
}

/* Everything that later calls read off a certificate without being able to fail. */
static int
describe(struct prov_identity *identity, struct prov_error *err)
{
    int rc = read_der(identity, err);
    if (rc == PROV_OK)
        rc = read_public_key(identity, err);
    if (rc == PROV_OK)
        rc = read_serial(identity, err);
    if (rc == PROV_OK)
        rc = read_time(prov__x509_parts(identity->certificate).not_before, &identity->not_before,
                       err);
    if (rc == PROV_OK)
        rc =
            read_time(prov__x509_parts(identity->certificate).not_after, &identity->not_after, err);
    return rc;
}

/* Takes over all it is given, also on failure. */
static int
assemble(struct prov__x509 *certificate, X509 *x509, EVP_PKEY *key, struct prov_identity **out,
         struct prov_error *err)
{
    struct prov_identity *identity = calloc(1, sizeof *identity);
    if (identity == NULL) {
        prov__x509_free(certificate);
        X509_free(x509);
        EVP_PKEY_free(key);
        return prov__no_memory(err);
    }
    identity->certificate = certificate;
    identity->x509 = x509;
    identity->key = key;
    int rc = certificate != NULL ? describe(identity, err) : PROV_OK;
    if (rc == PROV_OK)
        *out = identity;
    else
        prov_identity_free(identity);
    return rc;
}

int
prov__identity_assemble(X509 *x509, EVP_PKEY *key, struct prov_identity **out,
                        struct prov_error *err)
{
    if (x509 == NULL)
        return assemble(NULL, NULL, key, out, err);
    unsigned char *der = NULL;
    int len = i2d_X509(x509, &der);
    struct prov__x509 *certificate = len > 0 ? prov__x509_from_der(der, (size_t)len) : NULL;
    OPENSSL_free(der);
    if (certificate != NULL)
        return assemble(certificate, x509, key, out, err);
    X509_free(x509);
    EVP_PKEY_free(key);
    return prov__crypto_failed(err, "cannot encode a certificate");
}

int
prov__identity_from_parsed(struct prov__x509 *certificate, struct prov_identity **out,
                           struct prov_error *err)
{
    return assemble(certificate, NULL, NULL, out, err);
}

int
prov_identity_from_der(const void *der, size_t len, struct prov_identity **out,
                       struct prov_error *err)
{
    const unsigned char *at = der;
    X509 *certificate = len > PROV_IDENTITY_FILE_MAX ? NULL : d2i_X509(NULL, &at, (long)len);
    if (certificate == NULL || at != (const unsigned char *)der + len) {
        X509_free(certificate);
        ERR_clear_error();
        return prov_fail(err, PROV_E_FORMAT, "this is not a certificate in DER");
    }
    return prov__identity_assemble(certificate, NULL, out, err);
}

bool
prov_identity_has_certificate(const struct prov_identity *identity)
{
    return identity->certificate != NULL;
}

bool
prov_identity_has_key(const struct prov_identity *identity)
{
    return identity->key != NULL;
}

bool
prov_identity_key_exposed(const struct prov_identity *identity)
{
    return identity->key_exposed;
}

void
prov__identity_mark_exposed(struct prov_identity *identity)
{
    identity->key_exposed = true;
}

/* Threads that ask at once make one each; the first is kept. */
X509 *
prov__identity_x509(const struct prov_identity *identity)
{
    _Atomic(X509 *) *kept = &((struct prov_identity *)identity)->x509;
    X509 *x509 = atomic_load(kept), *before = NULL;
    if (x509 != NULL || identity->certificate == NULL)
        return x509;
    struct prov_span der = prov_identity_der(identity);
    const unsigned char *at = der.data;
    x509 = d2i_X509(NULL, &at, (long)der.len);
    if (x509 == NULL || atomic_compare_exchange_strong(kept, &before, x509))
        return x509;
    X509_free(x509);
    return before;
}

EVP_PKEY *
prov__identity_public_key(const struct prov_identity *identity)
{
    return identity->public_key != NULL ? identity->public_key : identity->key;
}

EVP_PKEY *
prov__identity_private_key(const struct prov_identity *identity)
{
    return identity->key;
}

static EVP_MD_CTX *
prepare_signing(const struct prov_identity *identity, enum prov_digest digest)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx != NULL && EVP_DigestSignInit_ex(ctx, NULL, prov_digest_name(digest), NULL, NULL,
                                             identity->key, NULL) == 1)
        return ctx;
    EVP_MD_CTX_free(ctx);
    return NULL;
}

/* Looking up what signs takes OpenSSL longer than digesting a configuration, so that is done once.
 * Threads that come first together prepare one each; the first is kept. */
EVP_MD_CTX *
prov__identity_start_signing(const struct prov_identity *identity, enum prov_digest digest)
{
    _Atomic(EVP_MD_CTX *) *kept = &((struct prov_identity *)identity)->signing[digest];
    EVP_MD_CTX *prepared = atomic_load(kept), *before = NULL;
    if (prepared == NULL) {
        prepared = prepare_signing(identity, digest);
        if (prepared == NULL)
            return NULL;
        if (!atomic_compare_exchange_strong(kept, &before, prepared)) {
            EVP_MD_CTX_free(prepared);
            prepared = before;
        }
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx != NULL && EVP_MD_CTX_copy_ex(ctx, prepared) == 1)
        return ctx;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return prepare_signing(identity, digest); /* a key in hardware may know no copies */
}

enum prov_key_type
prov_identity_key_type(const struct prov_identity *identity)
{
    switch (EVP_PKEY_get_base_id(prov__identity_public_key(identity))) {
    case EVP_PKEY_RSA:
        return PROV_KEY_RSA;
    case EVP_PKEY_EC:
        return PROV_KEY_EC;
    default:
        return PROV_KEY_OTHER;
    }
}

const char *
prov_identity_key_name(const struct prov_identity *identity)
{
    static const char *const names[] = {[PROV_KEY_RSA] = "RSA", [PROV_KEY_EC] = "EC"};
    enum prov_key_type type = prov_identity_key_type(identity);
    if (type != PROV_KEY_OTHER)
        return names[type];
    const char *name = EVP_PKEY_get0_type_name(prov__identity_public_key(identity));
    return name != NULL ? name : "unknown";
}

unsigned
prov_identity_key_bits(const struct prov_identity *identity)
{
    int bits = EVP_PKEY_get_bits(prov__identity_public_key(identity));
    return bits > 0 ? (unsigned)bits : 0;
}

struct prov_span
prov_identity_der(const struct prov_identity *identity)
{
    return prov_bytes_span(identity->der);
}

struct prov_span
prov_identity_serial(const struct prov_identity *identity)
{
    return prov_bytes_span(identity->serial);
}

int
prov_identity_subject(const struct prov_identity *identity, const struct prov_layout *layout,
                      struct prov_bytes **out, struct prov_error *err)
{
    return prov__name_string(prov__x509_parts(identity->certificate).subject,
                             prov__layout_or_default(layout)->separator, out, err);
}

int
prov_identity_issuer(const struct prov_identity *identity, const struct prov_layout *layout,
                     struct prov_bytes **out, struct prov_error *err)
{
    return prov__name_string(prov__x509_parts(identity->certificate).issuer,
                             prov__layout_or_default(layout)->separator, out, err);
}

int
prov_identity_hash(const struct prov_identity *identity, enum prov_digest digest,
                   struct prov_hash *out, struct prov_error *err)
{
    struct prov_span der = prov_identity_der(identity);
    return prov_digest(digest, der.data, der.len, out, err);
}

int64_t
prov_identity_not_before(const struct prov_identity *identity)
{
    return identity->not_before;
}

int64_t
prov_identity_not_after(const struct prov_identity *identity)
{
    return identity->not_after;
}

const char *
prov_identity_validity_warning(const struct prov_identity *identity, int64_t now)
{
    if (identity->not_after < now)
        return "it has expired";
    if (identity->not_before > now)
        return "it is not valid yet";
    return identity->not_after - now < EXPIRY_WARNING ? "it expires within 30 days" : NULL;
}

bool
prov_identity_has_required_names(const struct prov_identity *identity)
{
    static const int required[] = {NID_commonName, NID_organizationName,
                                   NID_organizationalUnitName};
    const X509_NAME *subject = prov__x509_parts(identity->certificate).subject;
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
        if (X509_NAME_get_index_by_NID(subject, required[i], -1) < 0)
            return false;
    return true;
}

bool
prov_identity_common_name(const struct prov_identity *identity, char *out, size_t size)
{
    const X509_NAME *subject = prov__x509_parts(identity->certificate).subject;
    int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (index < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, index) >= 0)
        return false;
    unsigned char *utf8 = NULL;
    int len =
        ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
    bool fits = len >= 0 && (size_t)len < size && memchr(utf8, '\0', (size_t)len) == NULL;
    if (fits) {
        memcpy(out, utf8, (size_t)len);
        out[len] = '\0';
    }
    OPENSSL_free(utf8);
    ERR_clear_error();
    return fits;
}

bool
prov_identity_same_key(const struct prov_identity *a, const struct prov_identity *b)
{
    bool same = EVP_PKEY_eq(prov__identity_public_key(a), prov__identity_public_key(b)) == 1;
    ERR_clear_error();
    return same;
}
