/* SPDX-License-Identifier: MIT */
#include "identity.h"
#include "bytes.h"
#include "error.h"
#include "file.h"
#include "layout.h"
#include "name.h"

#include <prov/file.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SERIAL_MAX 64        /* RFC 5280 allows 20; real ones stay far below */
#define STORE_ITEMS_MAX 1024 /* objects in one file */
#define PASSPHRASE_MAX 1024
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

/* Takes over `certificate` and `key`, also on failure. */
static int
assemble(X509 *certificate, EVP_PKEY *key, struct prov_identity **out, struct prov_error *err)
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
    return assemble(certificate, NULL, out, err);
}

/* One attempt at reading a file of keys and certificates. */
struct attempt {
    const char *path;
    struct prov_span content;
    prov_passphrase *ask; /* NULL: encrypted parts are passed over */
    void *context;
    char passphrase[PASSPHRASE_MAX]; /* as answered: a store asks once for each encrypted part */
    int passphrase_len;              /* -1: not asked or no answer */
    bool was_asked;
    STACK_OF(X509) * certificates;
    EVP_PKEY *key;
};

static int
answer_passphrase(char *buffer, int size, int for_writing, void *user)
{
    (void)for_writing;
    struct attempt *attempt = user;
    bool first = !attempt->was_asked;
    attempt->was_asked = true;
    if (first && attempt->ask != NULL)
        attempt->passphrase_len = attempt->ask(attempt->context, attempt->path, attempt->passphrase,
                                               sizeof attempt->passphrase);
    if (attempt->passphrase_len < 0 || attempt->passphrase_len > size)
        return -1;
    memcpy(buffer, attempt->passphrase, (size_t)attempt->passphrase_len);
    return attempt->passphrase_len;
}

static void
attempt_end(struct attempt *attempt)
{
    OPENSSL_cleanse(attempt->passphrase, sizeof attempt->passphrase);
    sk_X509_pop_free(attempt->certificates, X509_free);
    EVP_PKEY_free(attempt->key);
}

static int
keep_item(struct attempt *attempt, OSSL_STORE_INFO *info, struct prov_error *err)
{
    if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY && attempt->key == NULL)
        attempt->key = OSSL_STORE_INFO_get1_PKEY(info);
    if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_CERT) {
        X509 *certificate = OSSL_STORE_INFO_get1_CERT(info);
        if (certificate == NULL || sk_X509_push(attempt->certificates, certificate) <= 0) {
            X509_free(certificate);
            return prov__no_memory(err);
        }
    }
    return PROV_OK;
}

static int
read_store(struct attempt *attempt, OSSL_STORE_CTX *store, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < STORE_ITEMS_MAX && !OSSL_STORE_eof(store); i++) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        if (info == NULL)
            continue; /* an item that cannot be read; what is missing is said at the end */
        rc = keep_item(attempt, info, err);
        OSSL_STORE_INFO_free(info);
    }
    return rc;
}

static int
try_store(struct attempt *attempt, bool certificates_only, struct prov_error *err)
{
    int rc = PROV_OK;
    OSSL_STORE_CTX *store = NULL;
    attempt->passphrase_len = -1;
    attempt->certificates = sk_X509_new_null();
    UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(answer_passphrase, 0);
    BIO *bio = BIO_new_mem_buf(attempt->content.data, (int)attempt->content.len);
    if (attempt->certificates == NULL || ui == NULL || bio == NULL)
        rc = prov__no_memory(err);
    if (rc == PROV_OK) {
        store = OSSL_STORE_attach(bio, "file", NULL, NULL, ui, attempt, NULL, NULL, NULL);
        if (store == NULL)
            rc = prov__crypto_failed(err, "cannot open OpenSSL's store");
    }
    if (rc == PROV_OK && certificates_only && OSSL_STORE_expect(store, OSSL_STORE_INFO_CERT) != 1)
        rc = prov__crypto_failed(err, "cannot set up OpenSSL's store");
    if (rc == PROV_OK)
        rc = read_store(attempt, store, err);
    OSSL_STORE_close(store);
    BIO_free(bio);
    UI_destroy_method(ui);
    ERR_clear_error();
    return rc;
}

/* The certificate that belongs to the key, else the first. */
static X509 *
choose_certificate(const struct attempt *attempt)
{
    for (int i = 0; attempt->key != NULL && i < sk_X509_num(attempt->certificates); i++) {
        X509 *certificate = sk_X509_value(attempt->certificates, i);
        EVP_PKEY *public_key = X509_get0_pubkey(certificate);
        if (public_key != NULL && EVP_PKEY_eq(public_key, attempt->key) == 1)
            return certificate;
    }
    return sk_X509_num(attempt->certificates) > 0 ? sk_X509_value(attempt->certificates, 0) : NULL;
}

static int
check_found(const struct attempt *attempt, unsigned need, const X509 *chosen,
            struct prov_error *err)
{
    bool no_certificate = (need & PROV_NEED_CERTIFICATE) != 0 && chosen == NULL;
    bool no_key = (need & PROV_NEED_KEY) != 0 && attempt->key == NULL;
    if ((no_certificate || no_key) && attempt->was_asked) {
        if (attempt->passphrase_len < 0)
            return prov_fail(err, PROV_E_PASSPHRASE,
                             "it is encrypted and there is no passphrase; give --passphrase-file");
        return prov_fail(err, PROV_E_PASSPHRASE, "the passphrase is wrong");
    }
    if (no_certificate && no_key)
        return prov_fail(err, PROV_E_FORMAT,
                         "it holds neither a certificate nor a private key in PEM, DER or PKCS#12");
    if (no_certificate)
        return prov_fail(err, PROV_E_FORMAT, "it holds no certificate");
    if (no_key)
        return prov_fail(err, PROV_E_FORMAT,
                         "it holds no private key; give the file that holds the key too");
    if ((need & PROV_NEED_KEY) != 0 && chosen != NULL && X509_get0_pubkey(chosen) != NULL &&
        EVP_PKEY_eq(X509_get0_pubkey(chosen), attempt->key) != 1)
        return prov_fail(err, PROV_E_UNFIT, "its private key does not belong to its certificate");
    return PROV_OK;
}

/* The certificate in a file that is one in PEM and nothing else, as phones' mostly are; NULL if it
 * is something else. OpenSSL's store takes about as long again to find out what it was given. */
static X509 *
lone_certificate(struct prov_span content)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----", any[] = "-----BEGIN ";
    const size_t any_len = sizeof any - 1;
    if (content.len < sizeof begin || memcmp(content.data, begin, sizeof begin - 1) != 0 ||
        memmem(content.data + any_len, content.len - any_len, any, any_len) != NULL)
        return NULL;
    BIO *bio = BIO_new_mem_buf(content.data, (int)content.len);
    X509 *certificate = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    ERR_clear_error();
    return certificate;
}

static int
load_content(const char *path, struct prov_span content, unsigned need, prov_passphrase *ask,
             void *context, struct prov_identity **out, struct prov_error *err)
{
    struct attempt attempt = {.path = path, .content = content};
    /* Where no key is needed, first without disturbing anybody for a passphrase. A PKCS#12 file
     * needs it for its certificates too, and among several certificates the key decides. */
    bool certificates_only = (need & PROV_NEED_KEY) == 0;
    X509 *lone = certificates_only ? lone_certificate(content) : NULL;
    if (lone != NULL)
        return assemble(lone, NULL, out, err);
    if (!certificates_only) {
        attempt.ask = ask;
        attempt.context = context;
    }
    int rc = try_store(&attempt, certificates_only, err);
    if (rc == PROV_OK && certificates_only && sk_X509_num(attempt.certificates) != 1) {
        attempt_end(&attempt);
        attempt =
            (struct attempt){.path = path, .content = content, .ask = ask, .context = context};
        rc = try_store(&attempt, false, err);
    }
    X509 *chosen = rc == PROV_OK ? choose_certificate(&attempt) : NULL;
    if (rc == PROV_OK)
        rc = check_found(&attempt, need, chosen, err);
    if (rc == PROV_OK && chosen != NULL && X509_up_ref(chosen) != 1)
        rc = prov__crypto_failed(err, "cannot keep a certificate");
    if (rc == PROV_OK) {
        EVP_PKEY *key = (need & PROV_NEED_KEY) != 0 ? attempt.key : NULL;
        if (key != NULL)
            attempt.key = NULL; /* handed over */
        rc = assemble(chosen, key, out, err);
    }
    attempt_end(&attempt);
    return rc;
}

int
prov_identity_load(const char *path, unsigned need, prov_passphrase *ask, void *context,
                   struct prov_identity **out, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct prov_identity *identity = NULL;
    struct stat status;
    ERR_clear_error();
    int rc = prov__file_read_with_status(path, PROV_IDENTITY_FILE_MAX, &content, &status, err);
    if (rc == PROV_OK)
        rc = load_content(path, prov_bytes_span(content), need, ask, context, &identity, err);
    if (identity != NULL) {
        identity->key_exposed = identity->key != NULL && S_ISREG(status.st_mode) &&
                                (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
        *out = identity;
    }
    prov_bytes_free(content);
    return rc;
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
