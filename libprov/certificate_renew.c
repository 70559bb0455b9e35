/* SPDX-License-Identifier: MIT */
/* Issuing a certificate again: key, names and usage stay. */
#include "libprov/certificate.h"
#include "libprov/identity.h"
#include "libprov/internal.h"

#include <prov/text.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#define DAY INT64_C(86400)
#define NAME_SHOWN 256
#define COMMON_NAME_SIZE 256

bool
prov_certificate_is_self_signed(const struct prov_identity *certificate)
{
    return prov__self_signed(certificate);
}

unsigned
prov_certificate_years(const struct prov_identity *certificate)
{
    int64_t seconds = prov_identity_not_after(certificate) - prov_identity_not_before(certificate);
    int64_t years = (seconds / DAY * 100 + 36525 / 2) / 36525;
    return years < 1 ? 1 : years > PROV_YEARS_MAX ? PROV_YEARS_MAX : (unsigned)years;
}

static const char *
digest_name(const X509 *certificate)
{
    int digest = NID_undef;
    if (X509_get_signature_info((X509 *)certificate, &digest, NULL, NULL, NULL) != 1)
        ERR_clear_error();
    switch (digest) {
    case NID_sha1:
        return "sha1";
    case NID_sha512:
        return "sha512";
    default:
        return "sha256";
    }
}

static int
refuse_other_issuer(const struct prov_identity *old, struct prov_error *err)
{
    char shown[NAME_SHOWN];
    struct prov_bytes *name = NULL;
    int rc = prov_identity_issuer(old, NULL, &name, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span issuer = prov_bytes_span(name);
    rc = prov_fail(err, PROV_E_ARGUMENT, "it was issued by %s; give that CA with --issuer",
                   prov_printable(issuer.data, issuer.len, shown, sizeof shown));
    prov_bytes_free(name);
    return rc;
}

static int
check_who_issues(const struct prov_identity *old, const struct prov_certificate_plan *plan,
                 struct prov_error *err)
{
    X509 *certificate = prov__identity_x509(old);
    bool self_signed = prov__self_signed(old);
    if (self_signed && plan->issuer != NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "it is self-signed and issues itself again; leave --issuer out");
    if (self_signed)
        return PROV_OK;
    if (plan->issuer == NULL ||
        X509_NAME_cmp(X509_get_issuer_name(certificate),
                      X509_get_subject_name(prov__identity_x509(plan->issuer))) != 0)
        return refuse_other_issuer(old, err);
    uint32_t flags = X509_get_extension_flags(certificate);
    uint32_t usage = X509_get_extended_key_usage(certificate);
    unsigned purposes = (flags & EXFLAG_CA) != 0 ? PROV_PURPOSE_CA : 0;
    if ((flags & EXFLAG_XKUSAGE) != 0)
        purposes |= ((usage & XKU_SSL_SERVER) != 0 ? PROV_PURPOSE_SERVER : 0u) |
                    ((usage & XKU_SSL_CLIENT) != 0 ? PROV_PURPOSE_CLIENT : 0u);
    return prov__check_issuer(plan, purposes, err);
}

/* Phones' certificates once could issue others. */
static bool
is_phone_that_issues(const struct prov_identity *old)
{
    char name[COMMON_NAME_SIZE];
    return (X509_get_extension_flags(prov__identity_x509(old)) & EXFLAG_CA) != 0 &&
           prov_identity_common_name(old, name, sizeof name) && prov__names_phone(name);
}

/* Everything that says who holds the certificate and what it may be used for. What a public CA adds
 * about itself (policies, logs, revocation) is not ours to repeat. */
static int
copy_extensions(X509 *certificate, const struct prov_identity *identity,
                const struct prov_certificate_plan *plan, struct prov_error *err)
{
    static const int kept[] = {NID_basic_constraints, NID_key_usage, /* not of such a phone */
                               NID_ext_key_usage, NID_subject_key_identifier, NID_subject_alt_name};
    const X509 *old = prov__identity_x509(identity);
    bool phone = is_phone_that_issues(identity);
    int rc = phone ? prov__add_no_issuing(certificate, err) : PROV_OK;
    if (rc != PROV_OK)
        return rc;
    for (size_t i = phone ? 2 : 0; i < sizeof kept / sizeof kept[0]; i++) {
        int at = X509_get_ext_by_NID(old, kept[i], -1);
        if (at >= 0 && X509_add_ext(certificate, X509_get_ext(old, at), -1) != 1)
            return prov__crypto_failed(err, "cannot copy an extension");
    }
    return prov__add_authority_key(certificate, plan->issuer, err);
}

static int
fill(X509 *certificate, const struct prov_identity *old, struct prov_certificate_plan plan,
     struct prov_error *err)
{
    X509 *model = prov__identity_x509(old);
    EVP_PKEY *key = prov__identity_private_key(plan.key != NULL ? plan.key : old);
    if (plan.digest == NULL)
        plan.digest = digest_name(model);
    if (plan.years == 0)
        plan.years = prov_certificate_years(old);
    if (plan.issuer == NULL && key == NULL)
        return prov_fail(err, PROV_E_UNFIT,
                         "it is self-signed, and its private key is not at hand");
    if (plan.issuer == NULL && EVP_PKEY_eq(X509_get0_pubkey(model), key) != 1) {
        ERR_clear_error();
        return prov_fail(err, PROV_E_UNFIT, "the private key given does not belong to it");
    }
    if (X509_set_subject_name(certificate, X509_get_subject_name(model)) != 1 ||
        X509_set_pubkey(certificate, X509_get0_pubkey(model)) != 1)
        return prov__crypto_failed(err, "cannot set up a certificate");
    int rc = copy_extensions(certificate, old, &plan, err);
    return rc == PROV_OK ? prov__complete(certificate, key, &plan, err) : rc;
}

int
prov_certificate_renew(const struct prov_identity *old, const struct prov_certificate_plan *plan,
                       struct prov_identity **out, struct prov_error *err)
{
    ERR_clear_error();
    int rc = prov__check_plan_size(plan->size, sizeof *plan, err);
    if (rc == PROV_OK)
        rc = check_who_issues(old, plan, err);
    if (rc != PROV_OK)
        return rc;
    X509 *certificate = X509_new();
    if (certificate == NULL)
        return prov__no_memory(err);
    rc = fill(certificate, old, *plan, err);
    if (rc == PROV_OK)
        return prov__identity_assemble(certificate, NULL, out, err);
    X509_free(certificate);
    return rc;
}
