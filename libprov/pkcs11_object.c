/* SPDX-License-Identifier: MIT */
/* Keys and certificates on a token: that there is exactly the one that a URI names. */
#include "libprov/internal.h"
#include "libprov/pkcs11.h"

#include <prov/text.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>

#define TEMPLATE_MAX 3
#define SHOWN_MAX 256

/* What an object is looked for by. */
struct search {
    CK_OBJECT_CLASS class;
    CK_ATTRIBUTE by[TEMPLATE_MAX];
    CK_ULONG count;
};

static void
search_by(struct search *search, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
    search->by[search->count++] = (CK_ATTRIBUTE){type, (void *)value, (CK_ULONG)len};
}

static void
search_by_uri(struct search *search, CK_ATTRIBUTE_TYPE type, const struct prov__uri_value *value)
{
    if (value->given)
        search_by(search, type, value->text, value->len);
}

/* One object, and whether there are more. CK_INVALID_HANDLE: none. */
static int
find(const struct prov__token *token, struct search *search, CK_OBJECT_HANDLE *object,
     bool *several, struct prov_error *err)
{
    const CK_FUNCTION_LIST *call = token->module->call;
    CK_OBJECT_HANDLE found[2] = {CK_INVALID_HANDLE, CK_INVALID_HANDLE};
    CK_ULONG count = 0;
    CK_RV rv = call->C_FindObjectsInit(token->session, search->by, search->count);
    if (rv == CKR_OK) {
        rv = call->C_FindObjects(token->session, found, 2, &count);
        CK_RV end = call->C_FindObjectsFinal(token->session);
        rv = rv != CKR_OK ? rv : end;
    }
    if (rv != CKR_OK)
        return prov_fail(err, PROV_E_SYSTEM,
                         "the token '%s' does not tell what it holds: PKCS#11 error 0x%lX",
                         token->label, rv);
    *object = count > 0 ? found[0] : CK_INVALID_HANDLE;
    *several = count > 1;
    return PROV_OK;
}

/* --- keys */

/* A number or flag; `missing` where the token does not know the attribute. */
static CK_ULONG
number(const struct prov__token *token, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
       size_t size, CK_ULONG missing)
{
    CK_BBOOL flag = CK_FALSE;
    CK_ULONG value = 0;
    CK_ATTRIBUTE attribute = {type, size == sizeof flag ? (void *)&flag : (void *)&value, size};
    CK_RV rv = token->module->call->C_GetAttributeValue(token->session, object, &attribute, 1);
    if (rv != CKR_OK || attribute.ulValueLen != size)
        return missing;
    return size == sizeof flag ? flag : value;
}

int
prov__token_check_key(const struct prov__token *token, const struct prov__uri *uri,
                      struct prov_error *err)
{
    struct search search = {.class = CKO_PRIVATE_KEY};
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    bool several = false;
    search_by(&search, CKA_CLASS, &search.class, sizeof search.class);
    search_by_uri(&search, CKA_ID, &uri->at[PROV__URI_ID]);
    search_by_uri(&search, CKA_LABEL, &uri->at[PROV__URI_OBJECT]);
    int rc = find(token, &search, &key, &several, err);
    if (rc != PROV_OK)
        return rc;
    if (key == CK_INVALID_HANDLE)
        return prov_fail(err, PROV_E_FORMAT,
                         "the token '%s' holds no private key of this id and label; see: "
                         "pkcs11-tool --module %s --token-label '%s' --login --list-objects",
                         token->label, token->module->path, token->label);
    if (several)
        return prov_fail(err, PROV_E_UNFIT,
                         "the token '%s' holds several private keys that the URI fits; name one by "
                         "both, id and object",
                         token->label);
    CK_ULONG type = number(token, key, CKA_KEY_TYPE, sizeof type, CKK_RSA);
    if (type != CKK_RSA && type != CKK_EC)
        return prov_fail(err, PROV_E_UNFIT, "the key on the token '%s' is neither RSA nor EC",
                         token->label);
    if (number(token, key, CKA_ALWAYS_AUTHENTICATE, sizeof(CK_BBOOL), CK_FALSE) != CK_FALSE)
        return prov_fail(err, PROV_E_UNFIT,
                         "the token '%s' wants the PIN again for each signature with this key "
                         "(CKA_ALWAYS_AUTHENTICATE), which is not supported; use another key",
                         token->label);
    return PROV_OK;
}

/* --- certificates */

static int
read_certificate(const struct prov__token *token, CK_OBJECT_HANDLE object, X509 **out,
                 struct prov_error *err)
{
    CK_ATTRIBUTE value = {CKA_VALUE, NULL, 0};
    const CK_FUNCTION_LIST *call = token->module->call;
    CK_RV rv = call->C_GetAttributeValue(token->session, object, &value, 1);
    bool fits = rv == CKR_OK && value.ulValueLen > 0 && value.ulValueLen <= PROV_IDENTITY_FILE_MAX;
    const size_t room = fits ? value.ulValueLen : 0;
    unsigned char *der = fits ? malloc(room) : NULL;
    if (fits && der == NULL)
        return prov__no_memory(err);
    value.pValue = der;
    if (fits)
        rv = call->C_GetAttributeValue(token->session, object, &value, 1);
    const unsigned char *at = der;
    if (fits && rv == CKR_OK && value.ulValueLen <= room)
        *out = d2i_X509(NULL, &at, (long)value.ulValueLen);
    free(der);
    ERR_clear_error();
    return *out != NULL
               ? PROV_OK
               : prov_fail(err, PROV_E_FORMAT,
                           "what the token '%s' holds as the certificate is none", token->label);
}

int
prov__token_certificate(const struct prov__token *token, const struct prov__uri *uri, X509 **out,
                        struct prov_error *err)
{
    struct search search = {.class = CKO_CERTIFICATE};
    CK_OBJECT_HANDLE certificate = CK_INVALID_HANDLE;
    bool several = false;
    *out = NULL;
    search_by(&search, CKA_CLASS, &search.class, sizeof search.class);
    if (uri->at[PROV__URI_ID].given)
        search_by_uri(&search, CKA_ID, &uri->at[PROV__URI_ID]);
    else
        search_by_uri(&search, CKA_LABEL, &uri->at[PROV__URI_OBJECT]);
    int rc = find(token, &search, &certificate, &several, err);
    if (rc != PROV_OK || certificate == CK_INVALID_HANDLE)
        return rc;
    if (!several)
        return read_certificate(token, certificate, out, err);
    return prov_fail(err, PROV_E_UNFIT,
                     "the token '%s' holds several certificates for this key; remove those that "
                     "are not to be used: pkcs11-tool --module %s --token-label '%s' --login "
                     "--delete-object --type cert",
                     token->label, token->module->path, token->label);
}

int
prov__token_no_certificate(const struct prov__token *token, const struct prov__uri *uri,
                           struct prov_error *err)
{
    char shown[SHOWN_MAX];
    const struct prov__uri_value *id = &uri->at[PROV__URI_ID];
    const struct prov__uri_value *label = &uri->at[PROV__URI_OBJECT];
    if (id->given)
        prov_hex(id->text, id->len, shown, sizeof shown);
    else
        prov_printable(label->text, label->len, shown, sizeof shown);
    return prov_fail(err, PROV_E_FORMAT,
                     "the token '%s' holds no certificate for this key; write it there: "
                     "pkcs11-tool --module %s --token-label '%s' --login --write-object "
                     "CERTIFICATE --type cert %s '%s'",
                     token->label, token->module->path, token->label,
                     id->given ? "--id" : "--label", shown);
}
