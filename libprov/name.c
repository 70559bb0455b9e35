/* SPDX-License-Identifier: MIT */
/* OpenSSL's own printers differ in short names and escapes from what phones compare, so only its
 * object identifiers and its conversion to UTF-8 serve here. */
#include "name.h"
#include "error.h"

#include <openssl/objects.h>
#include <stdbool.h>
#include <string.h>

#define NAME_MAX_LEN 65534 /* a string's length, NUL included, is a u16 */
#define OID_TEXT_MAX 128

static const struct {
    const char *oid;
    const char *type;
} short_types[] = {
    {"2.5.4.3", "CN"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {"2.5.4.6", "C"},
    {"2.5.4.9", "STREET"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"0.9.2342.19200300.100.1.1", "UID"},
};

static int
put_text(struct prov_bytes *out, const char *text, struct prov_error *err)
{
    return prov_bytes_put(out, text, strlen(text), err);
}

static int
put_type(struct prov_bytes *out, const ASN1_OBJECT *object, struct prov_error *err)
{
    char oid[OID_TEXT_MAX];
    int len = OBJ_obj2txt(oid, sizeof oid, object, 1);
    if (len <= 0 || (size_t)len >= sizeof oid)
        return prov_fail(err, PROV_E_UNFIT, "a certificate's name holds an unreadable attribute");
    for (size_t i = 0; i < sizeof short_types / sizeof short_types[0]; i++)
        if (strcmp(oid, short_types[i].oid) == 0)
            return put_text(out, short_types[i].type, err);
    return put_text(out, oid, err);
}

/* RFC 4514, section 2.4. */
static int
put_escaped(struct prov_bytes *out, const char *value, size_t len, struct prov_error *err)
{
    for (size_t i = 0; i < len; i++) {
        char c = value[i];
        int rc = PROV_OK;
        if (c == '\0') {
            rc = put_text(out, "\\00", err);
        } else {
            bool edge = (i == 0 && (c == '#' || c == ' ')) || (i == len - 1 && c == ' ');
            if (edge || strchr("\\\"+,;<>", c) != NULL)
                rc = put_text(out, "\\", err);
            if (rc == PROV_OK)
                rc = prov_bytes_put(out, &c, 1, err);
        }
        if (rc != PROV_OK)
            return rc;
    }
    return PROV_OK;
}

static int
put_value(struct prov_bytes *out, const ASN1_STRING *data, struct prov_error *err)
{
    unsigned char *utf8 = NULL;
    int len = ASN1_STRING_to_UTF8(&utf8, data);
    if (len < 0) {
        prov__crypto_failed(NULL, "");
        return prov_fail(err, PROV_E_UNFIT, "a certificate's name holds text that is not readable");
    }
    int rc = put_escaped(out, (const char *)utf8, (size_t)len, err);
    OPENSSL_free(utf8);
    return rc;
}

int
prov__name_string(const X509_NAME *name, char separator, struct prov_bytes **out,
                  struct prov_error *err)
{
    struct prov_bytes *text = prov_bytes_new(NAME_MAX_LEN);
    if (text == NULL)
        return prov__no_memory(err);
    int rc = PROV_OK;
    int count = X509_NAME_entry_count(name);
    for (int i = 0; rc == PROV_OK && i < count; i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        if (i > 0)
            rc = prov_bytes_put(text, &separator, 1, err);
        if (rc == PROV_OK)
            rc = put_type(text, X509_NAME_ENTRY_get_object(entry), err);
        if (rc == PROV_OK)
            rc = put_text(text, "=", err);
        if (rc == PROV_OK)
            rc = put_value(text, X509_NAME_ENTRY_get_data(entry), err);
    }
    if (rc == PROV_E_LIMIT)
        prov_fail(err, rc, "a certificate's name is too long");
    if (rc != PROV_OK) {
        prov_bytes_free(text);
        return rc;
    }
    *out = text;
    return PROV_OK;
}
