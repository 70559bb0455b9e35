/* SPDX-License-Identifier: MIT */
/* Keys in hardware: named by URIs of RFC 7512, looked for and unlocked through PKCS#11, and used
 * through OpenSSL's provider or engine pkcs11. Nothing of it is in memory before the first such
 * URI. */
#ifndef LIBPROV_PKCS11_H
#define LIBPROV_PKCS11_H

#include <prov/identity.h>

#include <openssl/types.h>
#include <p11-kit-1/p11-kit/pkcs11.h>

/* What can be said in a URI: RFC 7512, sections 2.3 and 2.4. */
enum prov__uri_attribute {
    PROV__URI_TOKEN,
    PROV__URI_SERIAL,
    PROV__URI_MANUFACTURER,
    PROV__URI_MODEL,
    PROV__URI_ID,
    PROV__URI_OBJECT,
    PROV__URI_TYPE,
    PROV__URI_PIN_SOURCE,
    PROV__URI_MODULE_PATH,
    PROV__URI_ATTRIBUTES
};

#define PROV__URI_MAX 4096       /* characters of a URI */
#define PROV__URI_VALUE_MAX 1024 /* bytes of a value */

struct prov__uri_value {
    bool given;
    size_t len;
    char text[PROV__URI_VALUE_MAX + 1]; /* decoded; a NUL follows, and only an id holds others */
};

struct prov__uri {
    struct prov__uri_value at[PROV__URI_ATTRIBUTES];
};

/* PROV_E_ARGUMENT for what is no URI of a key, or one that holds a PIN. */
int prov__uri_parse(const char *text, struct prov__uri *out, struct prov_error *err) PROV_CHECKED;
/* The URI of these attributes, of which the query is left out; to be freed. NULL without memory. */
char *prov__uri_write(const struct prov__uri *uri);

/* --- modules and tokens, for the life of the process; all under the lock of prov__pkcs11_load */

struct prov__token {
    struct prov__token *next;
    const struct prov__module *module;
    CK_SLOT_ID slot;
    CK_SESSION_HANDLE session; /* a login lasts as long as one is open */
    CK_TOKEN_INFO info;
    char label[4 * sizeof(((CK_TOKEN_INFO *)NULL)->label) + 1]; /* fit for a terminal */
    bool refused;                                               /* a PIN */
};

struct prov__module {
    struct prov__module *next;
    char *path;
    CK_FUNCTION_LIST *call;
    bool initialized; /* by us */
    struct prov__token *tokens;
    OSSL_LIB_CTX *provider; /* holds OpenSSL's provider pkcs11; NULL: none was needed so far */
    bool no_provider;       /* that could be used */
    ENGINE *engine;         /* NULL: none was needed so far */
};

/* The module that the URI names, else PKCS11_MODULE_PATH, else p11-kit's, which loads all that are
 * configured. `at_exit` is to call prov__modules_close. */
int prov__module_open(const struct prov__uri *uri, void (*at_exit)(void), struct prov__module **out,
                      struct prov_error *err) PROV_CHECKED;
/* Ends each module, after `end`. */
void prov__modules_close(void (*end)(struct prov__module *module));

/* The one token that has the attributes of the URI. */
int prov__token_find(struct prov__module *module, const struct prov__uri *uri,
                     struct prov__token **out, struct prov_error *err) PROV_CHECKED;
/* Puts the attributes that tell this token from others in the place of those of the URI. */
void prov__token_describe(const struct prov__token *token, struct prov__uri *uri);

/* Logs in with the PIN of pin-source, else of `ask`, where that is needed. One try only: a token
 * counts them, and locks itself. `text` is the URI as it was given. */
int prov__token_login(struct prov__token *token, const struct prov__uri *uri, const char *text,
                      prov_passphrase *ask, void *context, struct prov_error *err) PROV_CHECKED;

/* The one private key of the URI is there, and of a kind that can be used. */
int prov__token_check_key(const struct prov__token *token, const struct prov__uri *uri,
                          struct prov_error *err) PROV_CHECKED;
/* The certificate with the id of the URI, else with its label; `*out` is NULL without one, and it
 * is an error if there are several. */
int prov__token_certificate(const struct prov__token *token, const struct prov__uri *uri,
                            X509 **out, struct prov_error *err) PROV_CHECKED;
/* Says that there is no certificate, and how to write one there. */
int prov__token_no_certificate(const struct prov__token *token, const struct prov__uri *uri,
                               struct prov_error *err);

/* --- pkcs11_provider.c */

/* NULL, with OpenSSL's reason, if there is no provider or it cannot use the key. The token is
 * logged in to already: `ui` is to give no PIN. */
EVP_PKEY *prov__provider_load_key(struct prov__module *module, const char *uri,
                                  const UI_METHOD *ui);

/* --- pkcs11.c */

/* prov_identity_load for a URI. */
int prov__pkcs11_load(const char *text, unsigned need, prov_passphrase *ask, void *context,
                      struct prov_identity **out, struct prov_error *err) PROV_CHECKED;

#endif
