/* SPDX-License-Identifier: MIT */
/* An X.509 name as the string that phones compare. OpenSSL's own printers differ from that in short
 * names and escapes, so only its object identifiers and its conversion to UTF-8 serve here. */
#include "libprov/internal.h"

#include <openssl/objects.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>

#define NAME_MAX_LEN 65534 /* a string's length, NUL included, is a u16 */
#define OID_TEXT_MAX 128

static const struct {
    int nid;
    const char *type;
} short_types[] = {
    {NID_commonName, "CN"},
    {NID_localityName, "L"},
    {NID_stateOrProvinceName, "ST"},
    {NID_organizationName, "O"},
    {NID_organizationalUnitName, "OU"},
    {NID_countryName, "C"},
    {NID_streetAddress, "STREET"},
    {NID_domainComponent, "DC"},
    {NID_userId, "UID"},
};

static int
put_text(struct prov_bytes *out, const char *text, struct prov_error *err)
{
    return prov_bytes_put(out, text, strlen(text), err);
}

static int
put_type(struct prov_bytes *out, const ASN1_OBJECT *object, struct prov_error *err)
{
    int nid = OBJ_obj2nid(object);
    for (size_t i = 0; i < sizeof short_types / sizeof short_types[0]; i++)
        if (short_types[i].nid == nid)
            return put_text(out, short_types[i].type, err);
    char oid[OID_TEXT_MAX];
    int len = OBJ_obj2txt(oid, sizeof oid, object, 1);
    if (len <= 0 || (size_t)len >= sizeof oid)
        return prov_fail(err, PROV_E_UNFIT, "a certificate's name holds an unreadable attribute");
    return put_text(out, oid, err);
}

/* RFC 4514, section 2.4. */
static int
put_escaped(struct prov_bytes *out, const char *value, size_t len, struct prov_error *err)
{
    size_t done = 0;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < len; i++) {
        char c = value[i];
        bool edge = (i == 0 && (c == '#' || c == ' ')) || (i == len - 1 && c == ' ');
        if (!edge && c != '\0' && strchr("\\\"+,;<>", c) == NULL)
            continue;
        rc = prov_bytes_put(out, value + done, i - done, err);
        if (rc == PROV_OK)
            rc = put_text(out, c == '\0' ? "\\00" : "\\", err);
        done = c == '\0' ? i + 1 : i;
    }
    return rc != PROV_OK ? rc : prov_bytes_put(out, value + done, len - done, err);
}

/* Text in ASCII, as names mostly are, is in UTF-8 already. */
static bool
is_ascii(const ASN1_STRING *data)
{
    int type = ASN1_STRING_type(data), len = ASN1_STRING_length(data);
    const unsigned char *text = ASN1_STRING_get0_data(data);
    if (len == 0 ||
        (type != V_ASN1_UTF8STRING && type != V_ASN1_PRINTABLESTRING && type != V_ASN1_IA5STRING))
        return false;
    for (int i = 0; i < len; i++)
        if (text[i] > 0x7f)
            return false;
    return true;
}

static int
put_value(struct prov_bytes *out, const ASN1_STRING *data, struct prov_error *err)
{
    if (is_ascii(data))
        return put_escaped(out, (const char *)ASN1_STRING_get0_data(data),
                           (size_t)ASN1_STRING_length(data), err);
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
    if (rc == PROV_OK)
        *out = text;
    else
        prov_bytes_free(text);
    return rc;
}
