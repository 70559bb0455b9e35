/* SPDX-License-Identifier: MIT */
/* Keys through OpenSSL's provider pkcs11. It is loaded into a library context of its own for each
 * module: a provider keeps to one, and nothing else is to go through it. */
#include "libprov/pkcs11.h"

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <stdlib.h>
#include <string.h>

#define NAME "pkcs11"
#define PROPERTIES "provider=" NAME              /* a file of the URI's name is not looked for */
#define MODULE_VARIABLE "PKCS11_PROVIDER_MODULE" /* which the provider puts above its settings */

/* --- the provider */

/* As in openssl.cnf(5). The key is not copied into the session, which not all tokens allow. */
static const char settings_start[] = "openssl_conf = start\n"
                                     "[start]\n"
                                     "providers = providers\n"
                                     "[providers]\n"
                                     "default = software\n" NAME " = token\n"
                                     "[software]\n"
                                     "activate = 1\n"
                                     "[token]\n"
                                     "activate = 1\n"
                                     "pkcs11-module-cache-keys = false\n"
                                     "pkcs11-module-path = ";

static bool
is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static BIO *
write_settings(const char *module)
{
    BIO *out = BIO_new(BIO_s_mem());
    bool written = out != NULL && BIO_puts(out, settings_start) > 0;
    for (; written && *module != '\0'; module++)
        written = (is_plain(*module) || BIO_puts(out, "\\") > 0) && BIO_write(out, module, 1) == 1;
    if (written && BIO_puts(out, "\n") > 0)
        return out;
    BIO_free(out);
    return NULL;
}

static OSSL_LIB_CTX *
load_provider(const char *module)
{
    OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
    CONF *settings = context != NULL ? NCONF_new_ex(context, NULL) : NULL;
    BIO *text = write_settings(module);
    bool loaded = settings != NULL && text != NULL && NCONF_load_bio(settings, text, NULL) == 1 &&
                  CONF_modules_load(settings, NULL, 0) == 1 &&
                  OSSL_PROVIDER_available(context, NAME) == 1;
    NCONF_free(settings);
    BIO_free(text);
    if (loaded)
        return context;
    OSSL_LIB_CTX_free(context);
    return NULL;
}

static bool
has_provider(struct prov__module *module)
{
    const char *other = secure_getenv(MODULE_VARIABLE);
    if (module->provider == NULL && !module->no_provider &&
        (other == NULL || strcmp(other, module->path) == 0))
        module->provider = load_provider(module->path);
    module->no_provider = module->provider == NULL;
    return module->provider != NULL;
}

/* --- keys */

EVP_PKEY *
prov__provider_load_key(struct prov__module *module, const char *uri, const UI_METHOD *ui)
{
    EVP_PKEY *key = NULL;
    OSSL_STORE_CTX *store = NULL;
    OSSL_STORE_INFO *found = NULL;
    if (has_provider(module))
        store = OSSL_STORE_open_ex(uri, module->provider, PROPERTIES, ui, NULL, NULL, NULL, NULL);
    if (store != NULL && OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY) == 1)
        found = OSSL_STORE_load(store);
    if (found != NULL)
        key = OSSL_STORE_INFO_get1_PKEY(found);
    OSSL_STORE_INFO_free(found);
    OSSL_STORE_close(store);
    return key;
}
