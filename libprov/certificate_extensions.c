/* SPDX-License-Identifier: MIT */
/* What a certificate may be used for: that of a phone's trust list, of a CA, of TLS peers. */
#include "libprov/certificate.h"
#include "libprov/identity.h"
#include "libprov/internal.h"

#include <openssl/x509v3.h>
#include <stdio.h>

static int
add_extension(X509 *certificate, const struct prov_identity *issuer, int nid, const char *value,
              struct prov_error *err)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer != NULL ? prov__identity_x509(issuer) : certificate, certificate,
                   NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added ? PROV_OK : prov__crypto_failed(err, "cannot add an extension");
}

/* By its identifier alone: its serial number, the other way, changes when it is renewed, and what
 * it issued before would not verify any more. */
int
prov__add_authority_key(X509 *certificate, const struct prov_identity *issuer,
                        struct prov_error *err)
{
    const ASN1_OCTET_STRING *id =
        issuer != NULL ? X509_get0_subject_key_id(prov__identity_x509(issuer)) : NULL;
    if (id == NULL)
        return PROV_OK;
    AUTHORITY_KEYID *authority = AUTHORITY_KEYID_new();
    if (authority != NULL)
        authority->keyid = ASN1_OCTET_STRING_dup(id);
    bool added = authority != NULL && authority->keyid != NULL &&
                 X509_add1_ext_i2d(certificate, NID_authority_key_identifier, authority, 0,
                                   X509V3_ADD_DEFAULT) == 1;
    AUTHORITY_KEYID_free(authority);
    return added ? PROV_OK : prov__crypto_failed(err, "cannot add an extension");
}

static const char *
extended_key_usage(unsigned purposes)
{
    switch (purposes & (PROV_PURPOSE_SERVER | PROV_PURPOSE_CLIENT)) {
    case PROV_PURPOSE_SERVER:
        return "serverAuth";
    case PROV_PURPOSE_CLIENT:
        return "clientAuth";
    default:
        return "serverAuth,clientAuth";
    }
}

static int
add_issuing(X509 *certificate, struct prov_error *err)
{
    int rc =
        add_extension(certificate, NULL, NID_basic_constraints, "critical,CA:TRUE,pathlen:0", err);
    if (rc != PROV_OK)
        return rc;
    return add_extension(certificate, NULL, NID_key_usage,
                         "keyCertSign,cRLSign,digitalSignature,keyEncipherment,dataEncipherment",
                         err);
}

int
prov__add_no_issuing(X509 *certificate, struct prov_error *err)
{
    int rc = add_extension(certificate, NULL, NID_basic_constraints, "critical,CA:FALSE", err);
    if (rc != PROV_OK)
        return rc;
    return add_extension(certificate, NULL, NID_key_usage,
                         "digitalSignature,keyEncipherment,dataEncipherment", err);
}

/* Self-signed: formats.md, section 5. Only what is for trust lists and says no purpose may issue
 * anything; a phone that could would be whoever it likes. */
static int
add_self_signed(X509 *certificate, const struct prov_certificate_plan *plan, struct prov_error *err)
{
    bool issuer = plan->purposes == 0 && !prov__names_phone(plan->common_name);
    const char *usage = plan->purposes == 0 ? "serverAuth,clientAuth,ipsecEndSystem"
                                            : extended_key_usage(plan->purposes);
    int rc = issuer ? add_issuing(certificate, err) : prov__add_no_issuing(certificate, err);
    if (rc == PROV_OK)
        rc = add_extension(certificate, NULL, NID_ext_key_usage, usage, err);
    return rc;
}

/* Below a CA there is room for PROV_CHAIN_MAX less its own depth, of which one is no CA. */
static long
path_length(const struct prov_certificate_plan *plan)
{
    long room = PROV_CHAIN_MAX - 1 - ((long)prov__issuer_depth(plan) + 1);
    long above = plan->issuer != NULL ? X509_get_pathlen(prov__identity_x509(plan->issuer)) : -1;
    return above >= 0 && above - 1 < room ? above - 1 : room;
}

static int
add_ca(X509 *certificate, const struct prov_certificate_plan *plan, struct prov_error *err)
{
    char constraints[64];
    snprintf(constraints, sizeof constraints, "critical,CA:TRUE,pathlen:%ld", path_length(plan));
    int rc = add_extension(certificate, plan->issuer, NID_basic_constraints, constraints, err);
    if (rc == PROV_OK)
        rc = add_extension(certificate, plan->issuer, NID_key_usage, "critical,keyCertSign,cRLSign",
                           err);
    return rc;
}

/* RFC 5246, section 7.4.2: an EC key signs, an RSA key may be sent secrets too. */
static int
add_peer(X509 *certificate, const struct prov_certificate_plan *plan, struct prov_error *err)
{
    bool rsa = EVP_PKEY_is_a(X509_get0_pubkey(certificate), "RSA") == 1;
    int rc =
        add_extension(certificate, plan->issuer, NID_basic_constraints, "critical,CA:FALSE", err);
    if (rc == PROV_OK)
        rc = add_extension(
            certificate, plan->issuer, NID_key_usage,
            rsa ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature", err);
    if (rc == PROV_OK)
        rc = add_extension(certificate, plan->issuer, NID_ext_key_usage,
                           extended_key_usage(plan->purposes), err);
    return rc;
}

int
prov__add_extensions(X509 *certificate, const struct prov_certificate_plan *plan,
                     struct prov_error *err)
{
    int rc = PROV_OK;
    if ((plan->purposes & PROV_PURPOSE_CA) != 0)
        rc = add_ca(certificate, plan, err);
    else if (plan->issuer != NULL)
        rc = add_peer(certificate, plan, err);
    else
        rc = add_self_signed(certificate, plan, err);
    if (rc == PROV_OK)
        rc = add_extension(certificate, NULL, NID_subject_key_identifier, "hash", err);
    return rc == PROV_OK ? prov__add_authority_key(certificate, plan->issuer, err) : rc;
}
