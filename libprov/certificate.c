/* SPDX-License-Identifier: MIT */
/* Self-signed certificates as phones and servers want them (formats.md, section 5). */
#include "error.h"

#include <prov/certificate.h>
#include <prov/text.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define SERIAL_LEN 16
#define PEM_MAX (64 * 1024)
#define LABEL_MAX 63 /* RFC 1035, section 2.3.4 */
#define DNS_NAME_MAX 253

static const struct {
    const char *name; /* SEC 2 */
    const char *openssl_name;
} curves[] = {
    {"secp256r1", "prime256v1"},
    {"secp384r1", "secp384r1"},
    {"secp521r1", "secp521r1"},
};

static const char *
find_curve(const char *name)
{
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
        if (strcmp(name, curves[i].name) == 0)
            return curves[i].openssl_name;
    return NULL;
}

static int
make_key(const struct prov_certificate_plan *plan, EVP_PKEY **key, struct prov_error *err)
{
    if (plan->curve != NULL) {
        const char *curve = find_curve(plan->curve);
        if (curve == NULL)
            return prov_fail(err, PROV_E_ARGUMENT,
                             "phones know the curves secp256r1, secp384r1 and secp521r1 only");
        *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
    } else {
        if (plan->rsa_bits != 1024 && plan->rsa_bits != 2048 && plan->rsa_bits != 4096)
            return prov_fail(err, PROV_E_ARGUMENT, "an RSA key has 1024, 2048 or 4096 bits, not %u",
                             plan->rsa_bits);
        *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)plan->rsa_bits);
    }
    return *key != NULL ? PROV_OK : prov__crypto_failed(err, "cannot make a key");
}

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

static int
push_alt_name(GENERAL_NAMES *names, const char *text, struct prov_error *err)
{
    char shown[128];
    if (strncasecmp(text, "DNS:", 4) == 0 && is_dns_name(text + 4))
        return push_dns(names, text + 4, err);
    if (strncasecmp(text, "IP:", 3) == 0 && is_ip_address(text + 3))
        return push_ip(names, text + 3, err);
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

static int
add_alt_names(X509 *certificate, const struct prov_certificate_plan *plan, struct prov_error *err)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    int rc = names == NULL ? prov__no_memory(err) : push_common_name(names, plan->common_name, err);
    for (size_t i = 0; rc == PROV_OK && i < plan->alt_name_count; i++)
        rc = push_alt_name(names, plan->alt_names[i], err);
    if (rc == PROV_OK && sk_GENERAL_NAME_num(names) > 0 &&
        X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) != 1)
        rc = prov__crypto_failed(err, "cannot add the subject alternative names");
    GENERAL_NAMES_free(names);
    return rc;
}

static int
add_extensions(X509 *certificate, struct prov_error *err)
{
    static const struct {
        int nid;
        const char *value;
    } extensions[] = {
        {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
        {NID_key_usage, "keyCertSign,cRLSign,digitalSignature,keyEncipherment,dataEncipherment"},
        {NID_ext_key_usage, "serverAuth,clientAuth,ipsecEndSystem"},
        {NID_subject_key_identifier, "hash"},
    };
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, certificate, certificate, NULL, NULL, 0);
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        X509_EXTENSION *extension =
            X509V3_EXT_conf_nid(NULL, &ctx, extensions[i].nid, extensions[i].value);
        bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        if (!added)
            return prov__crypto_failed(err, "cannot add an extension");
    }
    return PROV_OK;
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

static int
set_names(X509 *certificate, const struct prov_certificate_plan *plan, struct prov_error *err)
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
    } attributes[] = {
        {"CN", plan->common_name}, {"O", plan->organization},
        {"OU", plan->unit},        {"L", plan->locality},
        {"ST", plan->state},       {"C", plan->country != NULL ? country : NULL},
    };
    X509_NAME *name = X509_get_subject_name(certificate);
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        int rc = add_attribute(name, attributes[i].type, attributes[i].value, err);
        if (rc != PROV_OK)
            return rc;
    }
    if (X509_set_issuer_name(certificate, name) != 1)
        return prov__crypto_failed(err, "cannot set the issuer");
    return PROV_OK;
}

static int
set_validity(X509 *certificate, const struct prov_certificate_plan *plan, struct prov_error *err)
{
    if (plan->years < 1 || plan->years > PROV_YEARS_MAX)
        return prov_fail(err, PROV_E_ARGUMENT, "a certificate is valid for 1 to %d years",
                         PROV_YEARS_MAX);
    time_t now = (time_t)plan->now;
    struct tm day;
    if (gmtime_r(&now, &day) == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "the clock shows no date that a certificate can hold");
    struct tm start = {.tm_year = day.tm_year, .tm_mon = day.tm_mon, .tm_mday = day.tm_mday};
    struct tm end = start;
    end.tm_year += (int)plan->years;
    time_t not_before = timegm(&start), not_after = timegm(&end);
    if (end.tm_mday != day.tm_mday) /* 29 February, N years on */
        not_after -= 86400;
    if (ASN1_TIME_set(X509_getm_notBefore(certificate), not_before) == NULL ||
        ASN1_TIME_set(X509_getm_notAfter(certificate), not_after) == NULL)
        return prov__crypto_failed(err, "cannot set the validity");
    return PROV_OK;
}

static int
set_serial(X509 *certificate, struct prov_error *err)
{
    uint8_t digits[SERIAL_LEN];
    if (RAND_bytes(digits, sizeof digits) != 1)
        return prov__crypto_failed(err, "no random numbers");
    if (digits[0] == 0)
        digits[0] = 1; /* always SERIAL_LEN bytes, never zero */
    BIGNUM *number = BN_bin2bn(digits, sizeof digits, NULL);
    bool set =
        number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return set ? PROV_OK : prov__crypto_failed(err, "cannot set the serial number");
}

static const EVP_MD *
find_digest(const char *name)
{
    static const char *const known[] = {"sha1", "sha256", "sha512"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcasecmp(name, known[i]) == 0)
            return EVP_get_digestbyname(known[i]);
    return NULL;
}

static int
fill(X509 *certificate, EVP_PKEY *key, const struct prov_certificate_plan *plan,
     struct prov_error *err)
{
    int rc = PROV_OK;
    const EVP_MD *digest = find_digest(plan->digest);
    if (digest == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "a certificate is signed with sha1, sha256 or sha512");
    if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
        X509_set_pubkey(certificate, key) != 1)
        return prov__crypto_failed(err, "cannot set up a certificate");
    if ((rc = set_serial(certificate, err)) != PROV_OK ||
        (rc = set_names(certificate, plan, err)) != PROV_OK ||
        (rc = set_validity(certificate, plan, err)) != PROV_OK ||
        (rc = add_extensions(certificate, err)) != PROV_OK ||
        (rc = add_alt_names(certificate, plan, err)) != PROV_OK)
        return rc;
    if (X509_sign(certificate, key, digest) <= 0)
        return prov__crypto_failed(err, "cannot sign the certificate");
    return PROV_OK;
}

static int
write_pem(const X509 *certificate, const EVP_PKEY *key, struct prov_bytes **pem,
          struct prov_error *err)
{
    BIO *bio = BIO_new(BIO_s_mem());
    struct prov_bytes *out = prov_bytes_new(PEM_MAX);
    int rc = bio == NULL || out == NULL ? prov__no_memory(err) : PROV_OK;
    if (rc == PROV_OK && (PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1 ||
                          PEM_write_bio_X509(bio, certificate) != 1))
        rc = prov__crypto_failed(err, "cannot write a key and its certificate");
    if (rc == PROV_OK) {
        char *text = NULL;
        long len = BIO_get_mem_data(bio, &text);
        rc = prov_bytes_put(out, text, (size_t)len, err);
        OPENSSL_cleanse(text, (size_t)len);
    }
    BIO_free(bio);
    if (rc != PROV_OK) {
        prov_bytes_free(out);
        return rc;
    }
    *pem = out;
    return PROV_OK;
}

int
prov_certificate_make(const struct prov_certificate_plan *plan, struct prov_bytes **pem,
                      struct prov_error *err)
{
    ERR_clear_error();
    X509 *certificate = X509_new();
    if (certificate == NULL)
        return prov__no_memory(err);
    EVP_PKEY *key = NULL;
    int rc = make_key(plan, &key, err);
    if (rc == PROV_OK)
        rc = fill(certificate, key, plan, err);
    if (rc == PROV_OK)
        rc = write_pem(certificate, key, pem, err);
    EVP_PKEY_free(key);
    X509_free(certificate);
    return rc;
}
