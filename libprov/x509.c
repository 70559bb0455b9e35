/* SPDX-License-Identifier: MIT */
/* A certificate as ASN.1 alone, without what OpenSSL makes of it at once. */
#include "libprov/x509.h"

#include <openssl/asn1t.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <string.h>

#define PEM_LINE 64
#define USUAL_PEM_MAX 8192 /* longer ones go to OpenSSL's reader */

typedef struct {
    X509_ALGOR *algorithm;
    ASN1_BIT_STRING *key;
} PUBLIC_KEY_INFO;

typedef struct {
    ASN1_ENCODING encoding; /* what was signed, byte for byte */
    ASN1_INTEGER *version;
    ASN1_INTEGER *serial;
    X509_ALGOR *signature;
    X509_NAME *issuer;
    X509_VAL *validity;
    X509_NAME *subject;
    PUBLIC_KEY_INFO *key;
    ASN1_BIT_STRING *issuer_id;
    ASN1_BIT_STRING *subject_id;
    STACK_OF(X509_EXTENSION) * extensions;
} TBS_CERTIFICATE;

typedef struct prov__x509 {
    TBS_CERTIFICATE *tbs;
    X509_ALGOR *algorithm;
    ASN1_BIT_STRING *signature;
} CERTIFICATE;

/* These take and refuse what OpenSSL's own templates of a certificate do. */
/* clang-format off */
ASN1_SEQUENCE(PUBLIC_KEY_INFO) = {
    ASN1_SIMPLE(PUBLIC_KEY_INFO, algorithm, X509_ALGOR),
    ASN1_SIMPLE(PUBLIC_KEY_INFO, key, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(PUBLIC_KEY_INFO)

ASN1_SEQUENCE_enc(TBS_CERTIFICATE, encoding, NULL) = {
    ASN1_EXP_OPT(TBS_CERTIFICATE, version, ASN1_INTEGER, 0),
    ASN1_SIMPLE(TBS_CERTIFICATE, serial, ASN1_INTEGER),
    ASN1_SIMPLE(TBS_CERTIFICATE, signature, X509_ALGOR),
    ASN1_SIMPLE(TBS_CERTIFICATE, issuer, X509_NAME),
    ASN1_SIMPLE(TBS_CERTIFICATE, validity, X509_VAL),
    ASN1_SIMPLE(TBS_CERTIFICATE, subject, X509_NAME),
    ASN1_SIMPLE(TBS_CERTIFICATE, key, PUBLIC_KEY_INFO),
    ASN1_IMP_OPT(TBS_CERTIFICATE, issuer_id, ASN1_BIT_STRING, 1),
    ASN1_IMP_OPT(TBS_CERTIFICATE, subject_id, ASN1_BIT_STRING, 2),
    ASN1_EXP_SEQUENCE_OF_OPT(TBS_CERTIFICATE, extensions, X509_EXTENSION, 3),
} static_ASN1_SEQUENCE_END_ref(TBS_CERTIFICATE, TBS_CERTIFICATE)

ASN1_SEQUENCE(CERTIFICATE) = {
    ASN1_SIMPLE(CERTIFICATE, tbs, TBS_CERTIFICATE),
    ASN1_SIMPLE(CERTIFICATE, algorithm, X509_ALGOR),
    ASN1_SIMPLE(CERTIFICATE, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(CERTIFICATE)
/* clang-format on */

struct prov__x509 *
prov__x509_from_der(const unsigned char *der, size_t len)
{
    const unsigned char *at = der;
    ASN1_VALUE *value = ASN1_item_d2i(NULL, &at, (long)len, ASN1_ITEM_rptr(CERTIFICATE));
    ERR_clear_error();
    if (value != NULL && at != der + len) {
        ASN1_item_free(value, ASN1_ITEM_rptr(CERTIFICATE));
        return NULL;
    }
    return (struct prov__x509 *)value;
}

bool
prov__x509_is_lone_pem(struct prov_span text)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----", any[] = "-----BEGIN ";
    const size_t any_len = sizeof any - 1;
    return text.len >= sizeof begin && memcmp(text.data, begin, sizeof begin - 1) == 0 &&
           memmem(text.data + any_len, text.len - any_len, any, any_len) == NULL;
}

/* The base64 between the two lines of `text`, its ends of lines left out, into `out`; 0 unless it
 * stands there as OpenSSL writes it, in lines of 64 without a word before or after. */
static size_t
join_lines(struct prov_span text, unsigned char *out)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----\n",
                      end[] = "-----END CERTIFICATE-----\n";
    const size_t begin_len = sizeof begin - 1, end_len = sizeof end - 1;
    if (text.len < begin_len + end_len || memcmp(text.data, begin, begin_len) != 0 ||
        memcmp(text.data + text.len - end_len, end, end_len) != 0)
        return 0;
    const unsigned char *at = text.data + begin_len;
    size_t left = text.len - begin_len - end_len, len = 0;
    while (left > 0) {
        size_t line = left > PEM_LINE ? PEM_LINE : left - 1;
        if (line == 0 || at[line] != '\n')
            return 0;
        memcpy(out + len, at, line);
        len += line;
        at += line + 1;
        left -= line + 1;
    }
    return len;
}

/* What OpenSSL's reader of PEM files makes of the usual form, in an eighth of its time. 0 for other
 * forms, which may be right as well. */
static size_t
decode_usual(struct prov_span text, unsigned char der[static USUAL_PEM_MAX])
{
    unsigned char base64[USUAL_PEM_MAX];
    size_t len = text.len <= sizeof base64 ? join_lines(text, base64) : 0;
    if (len < 4 || len % 4 != 0 || memchr(base64, '=', len - 2) != NULL ||
        (base64[len - 2] == '=' && base64[len - 1] != '='))
        return 0; /* OpenSSL's decoder of blocks would take it */
    size_t filling = (size_t)(base64[len - 1] == '=') + (size_t)(base64[len - 2] == '=');
    int decoded = EVP_DecodeBlock(der, base64, (int)len);
    return decoded == (int)(len / 4 * 3) ? (size_t)decoded - filling : 0;
}

struct prov__x509 *
prov__x509_from_pem(struct prov_span text)
{
    if (!prov__x509_is_lone_pem(text))
        return NULL;
    unsigned char usual[USUAL_PEM_MAX];
    size_t usual_len = decode_usual(text, usual);
    if (usual_len > 0)
        return prov__x509_from_der(usual, usual_len);
    struct prov__x509 *certificate = NULL;
    unsigned char *der = NULL;
    long len = 0;
    BIO *bio = BIO_new_mem_buf(text.data, (int)text.len);
    if (bio != NULL && PEM_bytes_read_bio(&der, &len, NULL, PEM_STRING_X509, bio, NULL, NULL) == 1)
        certificate = prov__x509_from_der(der, (size_t)len);
    OPENSSL_free(der);
    BIO_free(bio);
    ERR_clear_error();
    return certificate;
}

void
prov__x509_free(struct prov__x509 *certificate)
{
    ASN1_item_free((ASN1_VALUE *)certificate, ASN1_ITEM_rptr(CERTIFICATE));
}

size_t
prov__x509_encode(const struct prov__x509 *certificate, unsigned char **der)
{
    int len = ASN1_item_i2d((const ASN1_VALUE *)certificate, der, ASN1_ITEM_rptr(CERTIFICATE));
    return len > 0 ? (size_t)len : 0;
}

struct prov__x509_parts
prov__x509_parts(const struct prov__x509 *certificate)
{
    const TBS_CERTIFICATE *tbs = certificate->tbs;
    return (struct prov__x509_parts){tbs->subject, tbs->issuer, tbs->serial,
                                     tbs->validity->notBefore, tbs->validity->notAfter};
}

EVP_PKEY *
prov__x509_rsa_key(const struct prov__x509 *certificate)
{
    const PUBLIC_KEY_INFO *info = certificate->tbs->key;
    if (OBJ_obj2nid(info->algorithm->algorithm) != NID_rsaEncryption)
        return NULL;
    const unsigned char *at = ASN1_STRING_get0_data(info->key);
    EVP_PKEY *key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, ASN1_STRING_length(info->key));
    ERR_clear_error();
    return key;
}
