/* SPDX-License-Identifier: MIT */
/* What a CA may issue: RFC 5280, section 6.1, as peers will check it, and no chain longer than the
 * shallowest of them looks. */
#include "libprov/certificate.h"
#include "libprov/identity.h"
#include "libprov/internal.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

/* The issuer at 0, then those above it; NULL beyond the last that is known. */
static const struct prov_identity *
issuer_at(const struct prov_certificate_plan *plan, size_t index)
{
    return index == 0 ? plan->issuer : prov_chain_get(plan->issuers, index - 1);
}

size_t
prov__issuer_depth(const struct prov_certificate_plan *plan)
{
    size_t known = 0;
    while (issuer_at(plan, known) != NULL)
        known++;
    bool root_is_missing = known > 0 && !prov__self_signed(issuer_at(plan, known - 1));
    return known + (root_is_missing ? 1 : 0);
}

void
prov__issuer_validity(const struct prov_certificate_plan *plan, int64_t *start, int64_t *end)
{
    const struct prov_identity *issuer = NULL;
    for (size_t i = 0; (issuer = issuer_at(plan, i)) != NULL; i++) {
        if (prov_identity_not_before(issuer) > *start)
            *start = prov_identity_not_before(issuer);
        if (prov_identity_not_after(issuer) < *end)
            *end = prov_identity_not_after(issuer);
    }
}

EVP_PKEY *
prov__issuer_private_key(const struct prov_certificate_plan *plan)
{
    return prov__identity_private_key(plan->issuer_key != NULL ? plan->issuer_key : plan->issuer);
}

static int
check_issuer_key(const struct prov_certificate_plan *plan, struct prov_error *err)
{
    EVP_PKEY *key = prov__issuer_private_key(plan);
    if (key == NULL)
        return prov_fail(err, PROV_E_UNFIT, "the private key of the issuer is not at hand");
    bool belongs = EVP_PKEY_eq(prov__identity_public_key(plan->issuer), key) == 1;
    ERR_clear_error();
    if (!belongs)
        return prov_fail(err, PROV_E_UNFIT,
                         "the private key given for the issuer does not belong to its certificate");
    enum prov_key_type type = prov_identity_key_type(plan->issuer);
    if (type != PROV_KEY_RSA && type != PROV_KEY_EC)
        return prov_fail(err, PROV_E_UNFIT,
                         "the issuer's key is %s; phones and gateways know RSA and EC",
                         prov_identity_key_name(plan->issuer));
    return PROV_OK;
}

/* The CA at this index, with `below` CA certificates between it and the end of the chain. */
static int
check_ca(const struct prov_identity *ca, size_t index, size_t below, int64_t now,
         struct prov_error *err)
{
    const char *who = index == 0 ? "the issuer" : "a CA above the issuer";
    X509 *certificate = prov__identity_x509(ca);
    uint32_t flags = X509_get_extension_flags(certificate);
    long path_len = X509_get_pathlen(certificate);
    ERR_clear_error();
    if ((flags & EXFLAG_INVALID) != 0)
        return prov_fail(err, PROV_E_UNFIT, "%s has extensions that cannot be read", who);
    if ((flags & EXFLAG_CA) == 0)
        return prov_fail(err, PROV_E_UNFIT,
                         "%s is no CA (basicConstraints), so nobody would accept the certificate",
                         who);
    if ((X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) == 0)
        return prov_fail(err, PROV_E_UNFIT,
                         "%s may not sign certificates (keyUsage lacks keyCertSign), so nobody "
                         "would accept this one",
                         who);
    if (path_len >= 0 && (size_t)path_len < below)
        return prov_fail(err, PROV_E_UNFIT, "%s allows %ld CAs below it (pathlen), not %zu", who,
                         path_len, below);
    if (prov_identity_not_after(ca) <= now)
        return prov_fail(err, PROV_E_UNFIT, "%s has expired; renew it first", who);
    if (prov_identity_not_before(ca) > now)
        return prov_fail(err, PROV_E_UNFIT, "%s is not valid yet", who);
    return PROV_OK;
}

static int
check_purposes(const struct prov_identity *issuer, unsigned purposes, struct prov_error *err)
{
    static const struct {
        unsigned purpose;
        int id;
        const char *name;
    } checks[] = {
        {PROV_PURPOSE_SERVER, X509_PURPOSE_SSL_SERVER, "servers"},
        {PROV_PURPOSE_CLIENT, X509_PURPOSE_SSL_CLIENT, "clients"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if ((purposes & checks[i].purpose) != 0 &&
            X509_check_purpose(prov__identity_x509(issuer), checks[i].id, 1) <= 0) {
            ERR_clear_error();
            return prov_fail(err, PROV_E_UNFIT,
                             "the issuer's extendedKeyUsage lets it issue no certificates for %s",
                             checks[i].name);
        }
    return PROV_OK;
}

static bool
permits(const struct prov_identity *ca, X509 *certificate)
{
    int found = -1;
    NAME_CONSTRAINTS *constraints =
        X509_get_ext_d2i(prov__identity_x509(ca), NID_name_constraints, &found, NULL);
    bool permitted = constraints == NULL
                         ? found == -1
                         : NAME_CONSTRAINTS_check(certificate, constraints) == X509_V_OK;
    if (permitted && constraints != NULL && X509_check_ca(certificate) == 0)
        permitted = NAME_CONSTRAINTS_check_CN(certificate, constraints) == X509_V_OK;
    NAME_CONSTRAINTS_free(constraints);
    ERR_clear_error();
    return permitted;
}

int
prov__check_name_constraints(X509 *certificate, const struct prov_certificate_plan *plan,
                             struct prov_error *err)
{
    const struct prov_identity *issuer = NULL;
    (void)X509_get_extension_flags(certificate); /* OpenSSL reads the names for the checks here */
    for (size_t i = 0; (issuer = issuer_at(plan, i)) != NULL; i++)
        if (!permits(issuer, certificate))
            return prov_fail(err, PROV_E_UNFIT,
                             "the names of it or of its holder are none that the nameConstraints "
                             "of its issuers permit, so nobody would accept it");
    return PROV_OK;
}

static int
check_depth(const struct prov_certificate_plan *plan, bool ca, struct prov_error *err)
{
    /* A CA is of use only with room for one certificate below it. */
    size_t len = prov__issuer_depth(plan) + (ca ? 2 : 1);
    if (len <= PROV_CHAIN_MAX)
        return PROV_OK;
    return prov_fail(err, PROV_E_UNFIT,
                     "%s would end a chain of %zu certificates, and gateways such as the IMG 2020 "
                     "look at no more than %d; issue from a CA nearer to the root",
                     ca ? "what this CA issues" : "it", len, PROV_CHAIN_MAX);
}

int
prov__check_issuer(const struct prov_certificate_plan *plan, unsigned purposes,
                   struct prov_error *err)
{
    bool ca = (purposes & PROV_PURPOSE_CA) != 0;
    if (plan->issuer == NULL)
        return PROV_OK;
    if (!prov_identity_has_certificate(plan->issuer))
        return prov_fail(err, PROV_E_UNFIT, "the issuer has no certificate");
    int rc = check_issuer_key(plan, err);
    if (rc == PROV_OK)
        rc = check_depth(plan, ca, err);
    const struct prov_identity *issuer = NULL;
    for (size_t i = 0; rc == PROV_OK && (issuer = issuer_at(plan, i)) != NULL; i++) {
        rc = check_ca(issuer, i, i + (ca ? 1 : 0), plan->now, err);
        if (rc == PROV_OK)
            rc = check_purposes(issuer, purposes, err);
    }
    return rc;
}
