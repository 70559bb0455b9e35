/* SPDX-License-Identifier: MIT */
/* Requests for certificates (PKCS#10): checked, then issued. */
#include <prov/request.h>

#include "libprov/certificate.h"
#include "libprov/internal.h"

#include "libprov/identity.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALT_NAMES_MAX 64
#define ATTRIBUTES_MAX 16

struct prov_request {
    X509_REQ *pkcs10;
    char *common_name;
    char *alt_names[ALT_NAMES_MAX]; /* as a plan's */
    size_t alt_name_count;
    int bad_alt_name; /* the first that is none, from 1; 0 without one */
    bool wants_ca;
};

void
prov_request_free(struct prov_request *request)
{
    if (request == NULL)
        return;
    X509_REQ_free(request->pkcs10);
    for (size_t i = 0; i < request->alt_name_count; i++)
        free(request->alt_names[i]);
    free(request->common_name);
    free(request);
}

/* DER that OpenSSL writes back in other bytes was not DER. */
static X509_REQ *
read_der(const uint8_t *data, size_t len)
{
    const unsigned char *at = data;
    unsigned char *written = NULL;
    X509_REQ *pkcs10 = d2i_X509_REQ(NULL, &at, (long)len);
    if (pkcs10 == NULL)
        return NULL;
    int written_len = i2d_X509_REQ(pkcs10, &written);
    bool same = written_len > 0 && (size_t)written_len == len && memcmp(written, data, len) == 0;
    OPENSSL_free(written);
    if (same)
        return pkcs10;
    X509_REQ_free(pkcs10);
    return NULL;
}

static X509_REQ *
read_pem(const uint8_t *data, size_t len)
{
    unsigned char *der = NULL;
    long der_len = 0;
    BIO *bio = BIO_new_mem_buf(data, (int)len);
    X509_REQ *pkcs10 = NULL;
    if (bio != NULL &&
        PEM_bytes_read_bio(&der, &der_len, NULL, PEM_STRING_X509_REQ, bio, NULL, NULL) == 1)
        pkcs10 = read_der(der, (size_t)der_len);
    OPENSSL_free(der);
    BIO_free(bio);
    return pkcs10;
}

/* The parameters stand outside of what is signed: they say nothing for RSA and EC. */
static bool
has_plain_signature(const X509_REQ *pkcs10)
{
    const X509_ALGOR *algorithm = NULL;
    int type = V_ASN1_UNDEF;
    X509_REQ_get0_signature(pkcs10, NULL, &algorithm);
    X509_ALGOR_get0(NULL, &type, NULL, algorithm);
    return type == V_ASN1_UNDEF || type == V_ASN1_NULL;
}

static int
check_signature(const X509_REQ *pkcs10, struct prov_error *err)
{
    EVP_PKEY *key = X509_REQ_get0_pubkey((X509_REQ *)pkcs10);
    if (key == NULL) {
        ERR_clear_error();
        return prov_fail(err, PROV_E_UNFIT, "the request's public key cannot be read");
    }
    int rc = prov__check_key(key, PROV_REQUEST_RSA_MIN, "the request's", err);
    if (rc != PROV_OK)
        return rc;
    bool signed_by_key =
        has_plain_signature(pkcs10) && X509_REQ_verify((X509_REQ *)pkcs10, key) == 1;
    ERR_clear_error();
    if (!signed_by_key)
        return prov_fail(err, PROV_E_SIGNATURE,
                         "the request was altered, or is not signed with the key it asks for");
    return PROV_OK;
}

/* UTF-8 without control characters; to be freed with free(). NULL if it is not. */
static char *
plain_text(const ASN1_STRING *string)
{
    unsigned char *utf8 = NULL;
    int len = ASN1_STRING_to_UTF8(&utf8, string);
    bool plain = len > 0;
    for (int i = 0; plain && i < len; i++)
        plain = utf8[i] >= 0x20 && utf8[i] != 0x7f;
    char *text = plain ? strndup((const char *)utf8, (size_t)len) : NULL;
    OPENSSL_free(utf8);
    ERR_clear_error();
    return text;
}

static int
read_subject(struct prov_request *request, struct prov_error *err)
{
    X509_NAME *subject = X509_REQ_get_subject_name(request->pkcs10);
    int count = X509_NAME_entry_count(subject);
    if (count > ATTRIBUTES_MAX)
        return prov_fail(err, PROV_E_UNFIT, "the subject that it asks for has more than %d parts",
                         ATTRIBUTES_MAX);
    for (int i = 0; i < count; i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, i);
        char *text = plain_text(X509_NAME_ENTRY_get_data(entry));
        if (text == NULL)
            return prov_fail(err, PROV_E_UNFIT,
                             "part %d of the subject that it asks for is empty or holds characters "
                             "that no name has",
                             i + 1);
        if (OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) != NID_commonName) {
            free(text);
        } else if (request->common_name == NULL) {
            request->common_name = text;
        } else {
            free(text);
            return prov_fail(err, PROV_E_UNFIT, "it asks for several common names (CN)");
        }
    }
    if (request->common_name == NULL)
        return prov_fail(err, PROV_E_UNFIT, "it asks for no common name (CN); devices want one");
    return PROV_OK;
}

/* A string as plans have it; NULL for a name of another kind, or out of memory. */
static char *
alt_name_text(const GENERAL_NAME *name)
{
    char *text = NULL;
    char address[INET6_ADDRSTRLEN];
    if (name->type == GEN_DNS) {
        char *host = plain_text(name->d.dNSName);
        if (host == NULL || asprintf(&text, "DNS:%s", host) < 0)
            text = NULL;
        free(host);
    } else if (name->type == GEN_IPADD) {
        int len = ASN1_STRING_length(name->d.iPAddress);
        int family = len == 4 ? AF_INET : AF_INET6;
        if ((len != 4 && len != 16) ||
            inet_ntop(family, ASN1_STRING_get0_data(name->d.iPAddress), address, sizeof address) ==
                NULL ||
            asprintf(&text, "IP:%s", address) < 0)
            text = NULL;
    }
    if (text == NULL || prov__is_alt_name(text))
        return text;
    free(text);
    return NULL;
}

/* Those from the first on that is none are left out: others may be given in their place. */
static int
read_alt_names(struct prov_request *request, const GENERAL_NAMES *names, struct prov_error *err)
{
    if (sk_GENERAL_NAME_num(names) > ALT_NAMES_MAX)
        return prov_fail(err, PROV_E_UNFIT, "it asks for more than %d alternative names",
                         ALT_NAMES_MAX);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        char *text = alt_name_text(sk_GENERAL_NAME_value(names, i));
        if (text == NULL) {
            request->bad_alt_name = i + 1;
            return PROV_OK;
        }
        request->alt_names[request->alt_name_count++] = text;
    }
    return PROV_OK;
}

static int
read_extensions(struct prov_request *request, struct prov_error *err)
{
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(request->pkcs10);
    int names_found = -1, constraints_found = -1, rc = PROV_OK;
    GENERAL_NAMES *names = X509V3_get_d2i(extensions, NID_subject_alt_name, &names_found, NULL);
    BASIC_CONSTRAINTS *constraints =
        X509V3_get_d2i(extensions, NID_basic_constraints, &constraints_found, NULL);
    if ((names == NULL && names_found != -1) || (constraints == NULL && constraints_found != -1))
        rc = prov_fail(err, PROV_E_FORMAT, "an extension that it asks for cannot be read");
    else if (names != NULL)
        rc = read_alt_names(request, names, err);
    request->wants_ca = constraints != NULL && constraints->ca != 0;
    BASIC_CONSTRAINTS_free(constraints);
    GENERAL_NAMES_free(names);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    ERR_clear_error();
    return rc;
}

int
prov_request_read(const void *data, size_t len, struct prov_request **out, struct prov_error *err)
{
    ERR_clear_error();
    if (len > PROV_REQUEST_MAX)
        return prov_fail(err, PROV_E_LIMIT, "it is larger than a request can be");
    struct prov_request *request = calloc(1, sizeof *request);
    if (request == NULL)
        return prov__no_memory(err);
    bool der = len > 0 && *(const uint8_t *)data == 0x30; /* a SEQUENCE */
    if (len > 0)
        request->pkcs10 = der ? read_der(data, len) : read_pem(data, len);
    ERR_clear_error();
    int rc = PROV_OK;
    if (request->pkcs10 == NULL)
        rc = prov_fail(err, PROV_E_FORMAT, "it is no certificate request (PKCS#10) in PEM or DER");
    if (rc != PROV_OK || (rc = check_signature(request->pkcs10, err)) != PROV_OK ||
        (rc = read_subject(request, err)) != PROV_OK ||
        (rc = read_extensions(request, err)) != PROV_OK) {
        prov_request_free(request);
        return rc;
    }
    *out = request;
    return PROV_OK;
}

/* The request is to blame, not the plan. */
static int
refuse_wildcards(X509 *certificate, struct prov_error *err)
{
    struct prov_error why;
    int rc = prov__refuse_wildcards(certificate, &why);
    if (rc == PROV_OK)
        return PROV_OK;
    return prov_fail(err, rc == PROV_E_ARGUMENT ? PROV_E_UNFIT : rc, "%s", why.text);
}

static int
fill(X509 *certificate, const struct prov_request *request,
     const struct prov_certificate_plan *plan, struct prov_error *err)
{
    bool ca = (plan->purposes & PROV_PURPOSE_CA) != 0;
    bool own_names = plan->alt_name_count > 0;
    const char *const *names =
        own_names ? plan->alt_names : (const char *const *)request->alt_names;
    size_t count = own_names ? plan->alt_name_count : request->alt_name_count;
    int rc = PROV_OK;
    if (!own_names && request->bad_alt_name > 0)
        return prov_fail(err, PROV_E_UNFIT,
                         "alternative name %d that it asks for is no host name or IP address; "
                         "give those that it shall have with --san",
                         request->bad_alt_name);
    if (X509_set_subject_name(certificate, X509_REQ_get_subject_name(request->pkcs10)) != 1 ||
        X509_set_pubkey(certificate, X509_REQ_get0_pubkey(request->pkcs10)) != 1)
        return prov__crypto_failed(err, "cannot set up a certificate");
    if ((rc = prov__add_extensions(certificate, plan, err)) != PROV_OK ||
        (rc = prov__add_alt_names(certificate, ca ? NULL : request->common_name, names, count,
                                  err)) != PROV_OK)
        return rc;
    if (plan->no_wildcards && (rc = refuse_wildcards(certificate, err)) != PROV_OK)
        return rc;
    return prov__complete(certificate, NULL, plan, err);
}

int
prov_request_issue(const struct prov_request *request, const struct prov_certificate_plan *plan,
                   struct prov_identity **out, struct prov_error *err)
{
    ERR_clear_error();
    int rc = prov__check_plan_size(plan->size, sizeof *plan, err);
    if (rc != PROV_OK)
        return rc;
    if (plan->issuer == NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "a request is signed by a CA; give one as issuer");
    if (request->wants_ca && (plan->purposes & PROV_PURPOSE_CA) == 0)
        return prov_fail(err, PROV_E_UNFIT,
                         "it asks for the certificate of a CA; give --ca if it may be one");
    unsigned purposes =
        plan->purposes != 0 ? plan->purposes : PROV_PURPOSE_SERVER | PROV_PURPOSE_CLIENT;
    rc = prov__check_issuer(plan, purposes, err);
    if (rc != PROV_OK)
        return rc;
    X509 *certificate = X509_new();
    if (certificate == NULL)
        return prov__no_memory(err);
    rc = fill(certificate, request, plan, err);
    if (rc == PROV_OK)
        return prov__identity_assemble(certificate, NULL, out, err);
    X509_free(certificate);
    return rc;
}
