/* SPDX-License-Identifier: MIT */
/* Making certificates as phones and servers want them (formats.md, section 5). */
#include "libprov/certificate.h"
#include "libprov/identity.h"
#include "libprov/internal.h"

#include <prov/pem.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define SERIAL_LEN 16
#define RSA_BITS_MIN 1024
#define RSA_BITS_MAX 4096
#define RSA_BITS_STEP 1024
#define PEM_MAX (64 * 1024)

static const struct {
    const char *name; /* SEC 2, ANSI X9.62, FIPS 186 */
    const char *openssl_name;
} curves[] = {
    {"secp256r1", "prime256v1"},  {"secp384r1", "secp384r1"}, {"secp521r1", "secp521r1"},
    {"prime256v1", "prime256v1"}, {"P-256", "prime256v1"},    {"P-384", "secp384r1"},
    {"P-521", "secp521r1"},
};

static const char *
find_curve(const char *name)
{
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
        if (strcmp(name, curves[i].name) == 0)
            return curves[i].openssl_name;
    return NULL;
}

int
prov__check_key(EVP_PKEY *key, int min_rsa_bits, const char *whose, struct prov_error *err)
{
    char curve[64] = "";
    bool known = false;
    int unnamed = 0; /* a curve that is given by its numbers, which RFC 5480 forbids */
    if (EVP_PKEY_is_a(key, "RSA") == 1) {
        int bits = EVP_PKEY_get_bits(key);
        if (bits < min_rsa_bits || bits > RSA_BITS_MAX)
            return prov_fail(err, PROV_E_UNFIT, "%s RSA key has %d bits; %d to %d can be used",
                             whose, bits, min_rsa_bits, RSA_BITS_MAX);
        return PROV_OK;
    }
    (void)EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &unnamed);
    if (EVP_PKEY_is_a(key, "EC") == 1 && unnamed == 0 &&
        EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL) == 1)
        for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
            known = known || strcmp(curve, curves[i].openssl_name) == 0;
    ERR_clear_error();
    if (known)
        return PROV_OK;
    return prov_fail(err, PROV_E_UNFIT,
                     "%s key is neither RSA nor on secp256r1, secp384r1 or secp521r1, all that "
                     "phones know",
                     whose);
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
        if (plan->rsa_bits < RSA_BITS_MIN || plan->rsa_bits > RSA_BITS_MAX ||
            plan->rsa_bits % RSA_BITS_STEP != 0)
            return prov_fail(err, PROV_E_ARGUMENT,
                             "an RSA key has 1024, 2048, 3072 or 4096 bits, not %u",
                             plan->rsa_bits);
        *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)plan->rsa_bits);
    }
    return *key != NULL ? PROV_OK : prov__crypto_failed(err, "cannot make a key");
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

/* The first and the last second of the plan's validity, whoever the issuer is. */
static int
plan_validity(const struct prov_certificate_plan *plan, int64_t *first, int64_t *last,
              struct prov_error *err)
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
    *first = timegm(&start);
    *last = timegm(&end);
    if (end.tm_mday != day.tm_mday) /* 29 February, N years on */
        *last -= 86400;
    return PROV_OK;
}

int64_t
prov_certificate_end(const struct prov_certificate_plan *plan)
{
    int64_t first = 0, last = 0;
    return prov__check_plan_size(plan->size, sizeof *plan, NULL) == PROV_OK &&
                   plan_validity(plan, &first, &last, NULL) == PROV_OK
               ? last
               : 0;
}

/* Nobody accepts a certificate that its issuer's does not outlive. */
static int
set_validity(X509 *certificate, const struct prov_certificate_plan *plan, struct prov_error *err)
{
    int64_t first = 0, last = 0;
    int rc = plan_validity(plan, &first, &last, err);
    if (rc != PROV_OK)
        return rc;
    prov__issuer_validity(plan, &first, &last);
    if (ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)first) == NULL ||
        ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)last) == NULL)
        return prov__crypto_failed(err, "cannot set the validity");
    return PROV_OK;
}

int
prov__complete(X509 *certificate, EVP_PKEY *own_key, const struct prov_certificate_plan *plan,
               struct prov_error *err)
{
    int rc = PROV_OK;
    const EVP_MD *digest = find_digest(plan->digest);
    if (digest == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "a certificate is signed with sha1, sha256 or sha512");
    const X509 *issuer = plan->issuer != NULL ? prov__identity_x509(plan->issuer) : certificate;
    if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1)
        return prov__crypto_failed(err, "cannot set up a certificate");
    if ((rc = set_serial(certificate, err)) != PROV_OK ||
        (rc = set_validity(certificate, plan, err)) != PROV_OK)
        return rc;
    if (plan->no_wildcards && (rc = prov__refuse_wildcards(certificate, err)) != PROV_OK)
        return rc;
    EVP_PKEY *key = plan->issuer != NULL ? prov__issuer_private_key(plan) : own_key;
    if (X509_sign(certificate, key, digest) <= 0)
        return prov__crypto_failed(err, "cannot sign the certificate");
    return prov__check_name_constraints(certificate, plan, err);
}

/* The public key as others will read it: the certificate is not to go to the token for it. */
static bool
set_public_key(X509 *certificate, EVP_PKEY *key)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(key, &der);
    const unsigned char *at = der;
    EVP_PKEY *public = len > 0 ? d2i_PUBKEY(NULL, &at, len) : NULL;
    bool set = public != NULL && X509_set_pubkey(certificate, public) == 1;
    EVP_PKEY_free(public);
    OPENSSL_free(der);
    return set;
}

static int
fill(X509 *certificate, EVP_PKEY *key, const struct prov_certificate_plan *plan,
     struct prov_error *err)
{
    int rc = PROV_OK;
    /* A CA is no host: its common name is none. */
    bool ca = (plan->purposes & PROV_PURPOSE_CA) != 0;
    if (!set_public_key(certificate, key))
        return prov__crypto_failed(err, "cannot set up a certificate");
    if ((rc = prov__set_subject(certificate, plan, err)) != PROV_OK ||
        (rc = prov__add_extensions(certificate, plan, err)) != PROV_OK ||
        (rc = prov__add_alt_names(certificate, ca ? NULL : plan->common_name, plan->alt_names,
                                  plan->alt_name_count, err)) != PROV_OK)
        return rc;
    return prov__complete(certificate, key, plan, err);
}

/* A reference of the caller's own. */
static int
take_key(const struct prov_certificate_plan *plan, EVP_PKEY **key, struct prov_error *err)
{
    if (plan->key == NULL)
        return make_key(plan, key, err);
    EVP_PKEY *given = prov__identity_private_key(plan->key);
    if (given == NULL)
        return prov_fail(err, PROV_E_UNFIT, "there is no private key to make a certificate for");
    int rc = prov__check_key(given, RSA_BITS_MIN, "the", err);
    if (rc == PROV_OK && EVP_PKEY_up_ref(given) != 1)
        rc = prov__crypto_failed(err, "cannot keep a key");
    if (rc == PROV_OK)
        *key = given;
    return rc;
}

static unsigned
all_purposes(const struct prov_certificate_plan *plan)
{
    return plan->purposes != 0 ? plan->purposes : PROV_PURPOSE_SERVER | PROV_PURPOSE_CLIENT;
}

int
prov_certificate_issue(const struct prov_certificate_plan *plan, struct prov_identity **out,
                       struct prov_error *err)
{
    ERR_clear_error();
    EVP_PKEY *key = NULL;
    X509 *certificate = X509_new();
    int rc = certificate == NULL ? prov__no_memory(err)
                                 : prov__check_plan_size(plan->size, sizeof *plan, err);
    if (rc == PROV_OK)
        rc = prov__check_issuer(plan, all_purposes(plan), err);
    if (rc == PROV_OK)
        rc = take_key(plan, &key, err);
    if (rc == PROV_OK)
        rc = fill(certificate, key, plan, err);
    if (rc == PROV_OK)
        return prov__identity_assemble(certificate, key, out, err);
    EVP_PKEY_free(key);
    X509_free(certificate);
    return rc;
}

int
prov_certificate_make(const struct prov_certificate_plan *plan, struct prov_bytes **pem,
                      struct prov_error *err)
{
    struct prov_identity *made = NULL;
    int rc = prov_certificate_issue(plan, &made, err);
    if (rc != PROV_OK)
        return rc;
    bool ca = (plan->purposes & PROV_PURPOSE_CA) != 0;
    struct prov_bytes *text = prov_bytes_new(PEM_MAX);
    rc = text == NULL ? prov__no_memory(err) : PROV_OK;
    if (rc == PROV_OK && plan->key == NULL)
        rc = prov_pem_put_key(text, made, err);
    if (rc == PROV_OK)
        rc = prov_pem_put_certificate(text, made, err);
    if (rc == PROV_OK)
        rc = prov_pem_put_issuers(text, plan, ca, err);
    prov_identity_free(made);
    if (rc == PROV_OK)
        *pem = text;
    else
        prov_bytes_free(text);
    return rc;
}
