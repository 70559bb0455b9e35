/* SPDX-License-Identifier: MIT */
/* Reading keys and certificates from files or memory, in whatever form OpenSSL's store knows. */
#include "libprov/identity.h"
#include "libprov/internal.h"
#include "libprov/pkcs11.h"
#include "libprov/x509.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <string.h>
#include <sys/stat.h>

#define STORE_ITEMS_MAX 1024 /* objects in one file */
#define PASSPHRASE_MAX 1024

/* One attempt at reading a file of keys and certificates. */
struct attempt {
    const char *path; /* NULL: it is no file */
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

/* NULL if it is something else. OpenSSL's store takes about as long again to find out what it was
 * given. */
static X509 *
lone_certificate(struct prov_span content)
{
    if (!prov__x509_is_lone_pem(content))
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
        return prov__identity_assemble(lone, NULL, out, err);
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
        rc = prov__identity_assemble(chosen, key, out, err);
    }
    attempt_end(&attempt);
    return rc;
}

int
prov_identity_read(const void *data, size_t len, unsigned need, prov_passphrase *ask, void *context,
                   struct prov_identity **out, struct prov_error *err)
{
    if (len > PROV_IDENTITY_FILE_MAX)
        return prov_fail(err, PROV_E_LIMIT, "larger than the %d bytes that are read",
                         PROV_IDENTITY_FILE_MAX);
    ERR_clear_error();
    const struct prov_span content = {len > 0 ? data : "", len}; /* a BIO takes no NULL */
    return load_content(NULL, content, need, ask, context, out, err);
}

int
prov_identity_load(const char *path, unsigned need, prov_passphrase *ask, void *context,
                   struct prov_identity **out, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct prov_identity *identity = NULL;
    struct stat status;
    if (prov_identity_is_uri(path))
        return prov__pkcs11_load(path, need, ask, context, out, err);
    ERR_clear_error();
    int rc = prov__file_read_with_status(path, PROV_IDENTITY_FILE_MAX, &content, &status, err);
    if (rc == PROV_OK)
        rc = load_content(path, prov_bytes_span(content), need, ask, context, &identity, err);
    if (identity != NULL) {
        if (prov_identity_has_key(identity) && S_ISREG(status.st_mode) &&
            (status.st_mode & S_IROTH) != 0)
            prov__identity_mark_exposed(identity);
        *out = identity;
    }
    prov_bytes_free(content);
    return rc;
}
