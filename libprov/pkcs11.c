/* SPDX-License-Identifier: MIT */
/* Identities whose key stays in a token, and all that has to do with OpenSSL's engine. */
#define OPENSSL_SUPPRESS_DEPRECATED /* engines are, and Debian 12 has no provider by itself */
#include "libprov/pkcs11.h"
#include "libprov/identity.h"
#include "libprov/internal.h"

#include <openssl/crypto.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ui.h>
#include <pthread.h>
#include <stdlib.h>

#define PROVIDER_PACKAGE "pkcs11-provider"
#define ENGINE_PACKAGE "libengine-pkcs11-openssl"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static UI_METHOD *silence;

/* --- the engine */

/* The login was ours: should OpenSSL want a PIN all the same, it gets none. */
static int
no_answer(char *buffer, int size, int for_writing, void *user)
{
    (void)buffer;
    (void)size;
    (void)for_writing;
    (void)user;
    return -1;
}

/* One of its own for each module, as an engine keeps to one. */
static ENGINE *
load_engine(void)
{
    const char *folder = secure_getenv("OPENSSL_ENGINES");
    if (folder == NULL)
        folder = OPENSSL_info(OPENSSL_INFO_ENGINES_DIR);
    ENGINE_load_dynamic();
    ENGINE *engine = ENGINE_by_id("dynamic");
    if (engine != NULL && ENGINE_ctrl_cmd_string(engine, "ID", "pkcs11", 0) == 1 &&
        ENGINE_ctrl_cmd_string(engine, "DIR_LOAD", "2", 0) == 1 &&
        ENGINE_ctrl_cmd_string(engine, "DIR_ADD", folder, 0) == 1 &&
        ENGINE_ctrl_cmd_string(engine, "LIST_ADD", "0", 0) == 1 &&
        ENGINE_ctrl_cmd_string(engine, "LOAD", NULL, 0) == 1)
        return engine;
    ENGINE_free(engine);
    ERR_clear_error();
    return NULL;
}

static int
open_engine(struct prov__module *module, struct prov_error *err)
{
    if (module->engine != NULL)
        return PROV_OK;
    ENGINE *engine = load_engine();
    if (engine == NULL)
        return prov_fail(err, PROV_E_CRYPTO,
                         "OpenSSL has neither a provider nor an engine pkcs11 to sign through; "
                         "install one (Debian: apt install " PROVIDER_PACKAGE " or " ENGINE_PACKAGE
                         ")");
    if (ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module->path, 0) == 1 &&
        ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 0) == 1 &&
        ENGINE_ctrl(engine, ENGINE_CTRL_SET_USER_INTERFACE, 0, silence, NULL) == 1 &&
        ENGINE_init(engine) == 1) {
        module->engine = engine;
        return PROV_OK;
    }
    ENGINE_free(engine);
    return prov__crypto_failed(err, "OpenSSL's engine pkcs11 does not start");
}

static void
end_module(struct prov__module *module)
{
    if (module->engine != NULL)
        ENGINE_finish(module->engine);
    ENGINE_free(module->engine);
    OSSL_LIB_CTX_free(module->provider);
}

/* Tokens are left in order, and before OpenSSL, which modules may use, ends itself. */
static void
end_all(void)
{
    prov__modules_close(end_module);
    UI_destroy_method(silence);
    silence = NULL;
    ERR_clear_error();
}

/* --- an identity */

static int
load_through_engine(struct prov__module *module, const char *uri, EVP_PKEY **out,
                    struct prov_error *err)
{
    int rc = open_engine(module, err);
    if (rc != PROV_OK)
        return rc;
    *out = ENGINE_load_private_key(module->engine, uri, silence, NULL);
    return *out != NULL ? PROV_OK : prov__crypto_failed(err, "the token's key cannot be used");
}

/* Provider and engine find the token and key that were found before by what is unique to them. */
static int
load_key(const struct prov__token *token, struct prov__module *module, const struct prov__uri *uri,
         EVP_PKEY **out, struct prov_error *err)
{
    static const struct prov__uri_value private = {true, sizeof "private" - 1, "private"};
    struct prov__uri exact = *uri;
    struct prov_error why = {.code = PROV_OK};
    prov__token_describe(token, &exact);
    exact.at[PROV__URI_TYPE] = private;
    if (silence == NULL)
        silence = UI_UTIL_wrap_read_pem_callback(no_answer, 0);
    char *text = silence != NULL ? prov__uri_write(&exact) : NULL;
    if (text == NULL)
        return prov__no_memory(err);
    ERR_clear_error();
    int rc = PROV_OK;
    *out = prov__provider_load_key(module, text, silence);
    if (*out == NULL) {
        (void)prov__crypto_failed(&why, "OpenSSL's provider pkcs11 cannot use the token's key");
        rc = load_through_engine(module, text, out, err);
    }
    free(text);
    if (rc != PROV_OK && module->provider != NULL && module->engine == NULL)
        return prov_fail(err, PROV_E_CRYPTO,
                         "%s; its engine pkcs11 may (Debian: apt install " ENGINE_PACKAGE ")",
                         why.text);
    return rc;
}

static int
load_both(const struct prov__uri *uri, const char *text, unsigned need, prov_passphrase *ask,
          void *context, X509 **certificate, EVP_PKEY **key, struct prov_error *err)
{
    struct prov__module *module = NULL;
    struct prov__token *token = NULL;
    bool need_key = (need & PROV_NEED_KEY) != 0;
    bool need_certificate = (need & PROV_NEED_CERTIFICATE) != 0;
    int rc = prov__module_open(uri, end_all, &module, err);
    if (rc == PROV_OK)
        rc = prov__token_find(module, uri, &token, err);
    if (rc == PROV_OK && need_key)
        rc = prov__token_login(token, uri, text, ask, context, err);
    if (rc == PROV_OK && need_key)
        rc = prov__token_check_key(token, uri, err);
    if (rc == PROV_OK && need_key)
        rc = load_key(token, module, uri, key, err);
    if (rc != PROV_OK)
        return rc;
    rc = prov__token_certificate(token, uri, certificate, need_certificate ? err : NULL);
    if (!need_certificate)
        return PROV_OK; /* one that is brought along if it can be */
    if (rc == PROV_OK && *certificate == NULL)
        rc = prov__token_no_certificate(token, uri, err);
    return rc;
}

int
prov__pkcs11_load(const char *text, unsigned need, prov_passphrase *ask, void *context,
                  struct prov_identity **out, struct prov_error *err)
{
    struct prov__uri uri;
    X509 *certificate = NULL;
    EVP_PKEY *key = NULL;
    int rc = prov__uri_parse(text, &uri, err);
    if (rc != PROV_OK)
        return rc;
    /* So that it ends after us, and its settings are not read while ours are. */
    OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
    pthread_mutex_lock(&lock);
    rc = load_both(&uri, text, need, ask, context, &certificate, &key, err);
    pthread_mutex_unlock(&lock);
    if (rc == PROV_OK && key != NULL && certificate != NULL &&
        (X509_get0_pubkey(certificate) == NULL ||
         EVP_PKEY_eq(X509_get0_pubkey(certificate), key) != 1))
        rc = prov_fail(err, PROV_E_UNFIT,
                       "the private key on the token does not belong to the certificate there");
    ERR_clear_error();
    if (rc == PROV_OK)
        return prov__identity_assemble(certificate, key, out, err);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return rc;
}
