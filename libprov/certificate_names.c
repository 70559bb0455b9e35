/* SPDX-License-Identifier: MIT */
/* The names in a new certificate: subject and alternative names. */
#include "libprov/certificate.h"
#include "libprov/identity.h"
#include "libprov/internal.h"

#include <prov/text.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#define LABEL_MAX 63 /* RFC 1035, section 2.3.4 */
#define DNS_NAME_MAX 253

/* A host name after RFC 1123 section 2.1, perhaps with a wildcard as its first label. */
static bool
is_dns_name(const char *name)
{
    if (strncmp(name, "*.", 2) == 0)
        name += 2;
    size_t len = strlen(name), label = 0;
    if (len == 0 || len > DNS_NAME_MAX)
        return false;
    for (size_t i = 0; i <= len; i++) {
        char c = name[i];
        if (c == '.' || c == '\0') {
            if (label == 0 || label > LABEL_MAX || name[i - 1] == '-')
                return false;
            label = 0;
        } else if (isascii(c) && (isalnum((unsigned char)c) || (c == '-' && label > 0))) {
            label++;
        } else {
            return false;
        }
    }
    return true;
}

/* Takes over `name`. */
static int
push_name(GENERAL_NAMES *names, GENERAL_NAME *name, struct prov_error *err)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(names, i), name) == 0) {
            GENERAL_NAME_free(name);
            return PROV_OK;
        }
    }
    if (sk_GENERAL_NAME_push(names, name) <= 0) {
        GENERAL_NAME_free(name);
        return prov__no_memory(err);
    }
    return PROV_OK;
}

static int
push_dns(GENERAL_NAMES *names, const char *text, struct prov_error *err)
{
    char lower[DNS_NAME_MAX + 3];
    size_t len = strlen(text);
    for (size_t i = 0; i <= len; i++)
        lower[i] = (char)tolower((unsigned char)text[i]);
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *value = ASN1_IA5STRING_new();
    if (name == NULL || value == NULL || ASN1_STRING_set(value, lower, (int)len) != 1) {
        GENERAL_NAME_free(name);
        ASN1_IA5STRING_free(value);
        return prov__no_memory(err);
    }
    GENERAL_NAME_set0_value(name, GEN_DNS, value);
    return push_name(names, name, err);
}

static bool
is_ip_address(const char *text)
{
    uint8_t address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

static int
push_ip(GENERAL_NAMES *names, const char *text, struct prov_error *err)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_OCTET_STRING *value = a2i_IPADDRESS(text);
    if (name == NULL || value == NULL) {
        GENERAL_NAME_free(name);
        ASN1_OCTET_STRING_free(value);
        return prov__no_memory(err);
    }
    GENERAL_NAME_set0_value(name, GEN_IPADD, value);
    return push_name(names, name, err);
}

bool
prov__is_alt_name(const char *text)
{
    return (strncasecmp(text, "DNS:", 4) == 0 && is_dns_name(text + 4)) ||
           (strncasecmp(text, "IP:", 3) == 0 && is_ip_address(text + 3));
}

static int
push_alt_name(GENERAL_NAMES *names, const char *text, struct prov_error *err)
{
    char shown[128];
    if (prov__is_alt_name(text))
        return strncasecmp(text, "DNS:", 4) == 0 ? push_dns(names, text + 4, err)
                                                 : push_ip(names, text + 3, err);
    return prov_fail(err, PROV_E_ARGUMENT,
                     "%s is no subject alternative name; write DNS:NAME or IP:ADDRESS",
                     prov_printable(text, strlen(text), shown, sizeof shown));
}

/* A name that is neither, such as "SAST Acme", gives no entry: an invalid one would make strict TLS
 * clients refuse the whole certificate. */
static int
push_common_name(GENERAL_NAMES *names, const char *common_name, struct prov_error *err)
{
    if (is_ip_address(common_name))
        return push_ip(names, common_name, err);
    return is_dns_name(common_name) ? push_dns(names, common_name, err) : PROV_OK;
}

int
prov__add_alt_names(X509 *certificate, const char *common_name, const char *const *texts,
                    size_t count, struct prov_error *err)
{
    int rc = PROV_OK;
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    if (names == NULL)
        rc = prov__no_memory(err);
    else if (common_name != NULL)
        rc = push_common_name(names, common_name, err);
    for (size_t i = 0; rc == PROV_OK && i < count; i++)
        rc = push_alt_name(names, texts[i], err);
    if (rc == PROV_OK && sk_GENERAL_NAME_num(names) > 0 &&
        X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) != 1)
        rc = prov__crypto_failed(err, "cannot add the subject alternative names");
    GENERAL_NAMES_free(names);
    return rc;
}

static int
add_attribute(X509_NAME *name, const char *type, const char *value, struct prov_error *err)
{
    if (value == NULL)
        return PROV_OK;
    char shown[64];
    ERR_clear_error();
    if (X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, (const unsigned char *)value, -1, -1,
                                   0) == 1)
        return PROV_OK;
    prov__crypto_failed(err, "");
    return prov_fail(err, PROV_E_ARGUMENT,
                     "%s cannot be \"%s\": it is empty, too long or not UTF-8", type,
                     prov_printable(value, strlen(value), shown, sizeof shown));
}

/* An issuer and those it issues for are mostly of one organization. */
static int
add_inherited(X509_NAME *name, const char *type, const struct prov_identity *issuer,
              struct prov_error *err)
{
    X509_NAME *above = X509_get_subject_name(prov__identity_x509(issuer));
    int index = X509_NAME_get_index_by_NID(above, OBJ_sn2nid(type), -1);
    if (index < 0)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "the issuer's certificate has no %s to take over; give one", type);
    if (X509_NAME_add_entry(name, X509_NAME_get_entry(above, index), -1, 0) != 1)
        return prov__crypto_failed(err, "cannot take over a name of the issuer");
    return PROV_OK;
}

int
prov__set_subject(X509 *certificate, const struct prov_certificate_plan *plan,
                  struct prov_error *err)
{
    char country[3] = "";
    if (plan->country != NULL) {
        if (strlen(plan->country) != 2 || !isalpha((unsigned char)plan->country[0]) ||
            !isalpha((unsigned char)plan->country[1]))
            return prov_fail(err, PROV_E_ARGUMENT,
                             "a country is a code of two letters (ISO 3166), as NZ");
        country[0] = (char)toupper((unsigned char)plan->country[0]);
        country[1] = (char)toupper((unsigned char)plan->country[1]);
    }
    const struct {
        const char *type;
        const char *value;
        bool inherited;
    } attributes[] = {
        {"CN", plan->common_name, false}, {"O", plan->organization, true},
        {"OU", plan->unit, true},         {"L", plan->locality, false},
        {"ST", plan->state, false},       {"C", plan->country != NULL ? country : NULL, false},
    };
    X509_NAME *name = X509_get_subject_name(certificate);
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        bool inherit =
            attributes[i].inherited && attributes[i].value == NULL && plan->issuer != NULL;
        int rc = inherit ? add_inherited(name, attributes[i].type, plan->issuer, err)
                         : add_attribute(name, attributes[i].type, attributes[i].value, err);
        if (rc != PROV_OK)
            return rc;
    }
    return PROV_OK;
}

static int
refuse_wildcard(const ASN1_STRING *name, struct prov_error *err)
{
    char shown[128];
    const unsigned char *data = ASN1_STRING_get0_data(name);
    size_t len = (size_t)ASN1_STRING_length(name);
    if (len == 0 || memchr(data, '*', len) == NULL)
        return PROV_OK;
    return prov_fail(err, PROV_E_ARGUMENT,
                     "%s is a wildcard, which RFC 5922 (section 7.2) forbids for SIP and phones "
                     "refuse; name the host, or give --allow-wildcard",
                     prov_printable(data, len, shown, sizeof shown));
}

int
prov__refuse_wildcards(X509 *certificate, struct prov_error *err)
{
    int rc = PROV_OK;
    X509_NAME *subject = X509_get_subject_name(certificate);
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    int index = -1;
    while (rc == PROV_OK &&
           (index = X509_NAME_get_index_by_NID(subject, NID_commonName, index)) >= 0)
        rc = refuse_wildcard(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)), err);
    for (int i = 0; rc == PROV_OK && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            rc = refuse_wildcard(name->d.dNSName, err);
    }
    GENERAL_NAMES_free(names);
    ERR_clear_error();
    return rc;
}
