/* SPDX-License-Identifier: MIT */
#include "identity.h"
#include "bytes.h"
#include "error.h"
#include "layout.h"
#include "name.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define SERIAL_MAX 64                        /* RFC 5280 allows 20; real ones stay far below */
#define EXPIRY_WARNING (30 * INT64_C(86400)) /* seconds */

struct prov_identity {
    X509 *certificate; /* may be NULL */
    EVP_PKEY *key;     /* may be NULL */
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
    X509_free(identity->certificate);
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
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(identity->certificate), NULL);
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
    int len = i2d_X509(identity->certificate, &der);
    if (len <= 0)
        return prov__crypto_failed(err, "cannot encode a certificate");
    identity->der = prov_bytes_new((size_t)len);
    int rc = identity->der == NULL ? prov__no_memory(err)
                                   : prov_bytes_put(identity->der, der, (size_t)len, err);
    OPENSSL_free(der);
    return rc;
}

/* Everything that later calls read off a certificate without being able to fail. */
static int
describe(struct prov_identity *identity, struct prov_error *err)
{
    int rc = PROV_OK;
    if (X509_get0_pubkey(identity->certificate) == NULL) {
        prov__crypto_failed(NULL, "");
        return prov_fail(err, PROV_E_UNFIT, "a certificate holds a public key of an unknown kind");
    }
    if ((rc = read_der(identity, err)) != PROV_OK || (rc = read_serial(identity, err)) != PROV_OK)
        return rc;
    if ((rc = read_time(X509_get0_notBefore(identity->certificate), &identity->not_before, err)) !=
        PROV_OK)
        return rc;
    return read_time(X509_get0_notAfter(identity->certificate), &identity->not_after, err);
}

int
prov__identity_assemble(X509 *certificate, EVP_PKEY *key, struct prov_identity **out,
                        struct prov_error *err)
{
    struct prov_identity *identity = calloc(1, sizeof *identity);
    if (identity == NULL) {
        X509_free(certificate);
        EVP_PKEY_free(key);
        return prov__no_memory(err);
    }
    identity->certificate = certificate;
    identity->key = key;
    int rc = certificate != NULL ? describe(identity, err) : PROV_OK;
    if (rc != PROV_OK) {
        prov_identity_free(identity);
        return rc;
    }
    *out = identity;
    return PROV_OK;
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

X509 *
prov__identity_x509(const struct prov_identity *identity)
{
    return identity->certificate;
}

EVP_PKEY *
prov__identity_public_key(const struct prov_identity *identity)
{
    return identity->certificate != NULL ? X509_get0_pubkey(identity->certificate) : identity->key;
}

EVP_PKEY *
prov__identity_private_key(const struct prov_identity *identity)
{
    return identity->key;
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
    return prov__name_string(X509_get_subject_name(identity->certificate),
                             prov__layout_or_default(layout)->separator, out, err);
}

int
prov_identity_issuer(const struct prov_identity *identity, const struct prov_layout *layout,
                     struct prov_bytes **out, struct prov_error *err)
{
    return prov__name_string(X509_get_issuer_name(identity->certificate),
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
    X509_NAME *subject = X509_get_subject_name(identity->certificate);
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
        if (X509_NAME_get_index_by_NID(subject, required[i], -1) < 0)
            return false;
    return true;
}

bool
prov_identity_common_name(const struct prov_identity *identity, char *out, size_t size)
{
    X509_NAME *subject = X509_get_subject_name(identity->certificate);
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
