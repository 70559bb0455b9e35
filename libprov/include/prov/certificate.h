/* SPDX-License-Identifier: MIT */
/* Making keys and certificates: self-signed (formats.md, section 5), or issued by a CA. */
#ifndef PROV_CERTIFICATE_H
#define PROV_CERTIFICATE_H

#include <prov/bytes.h>
#include <prov/chain.h>
#include <prov/error.h>
#include <prov/identity.h>

#include <stdbool.h>
#include <stdint.h>

#define PROV_YEARS_MAX 100 /* of validity */
#define PROV_CHAIN_MAX 4   /* certificates in a chain, as deep as an IMG 2020 looks */

/* What a certificate is for, to be or-ed. */
enum prov_purpose {
    PROV_PURPOSE_SERVER = 1, /* TLS server */
    PROV_PURPOSE_CLIENT = 2, /* TLS client */
    PROV_PURPOSE_CA = 4      /* issuing certificates, and nothing else */
};

/* What a new certificate is to say. Strings are UTF-8; NULL where optional and absent. */
struct prov_certificate_plan {
    size_t size; /* sizeof(struct prov_certificate_plan): later versions may add to its end */
    const char *common_name;      /* CN, required */
    const char *organization;     /* O, required */
    const char *unit;             /* OU, required */
    const char *locality;         /* L */
    const char *state;            /* ST */
    const char *country;          /* C, two letters in any case */
    const char *const *alt_names; /* "DNS:NAME" or "IP:ADDRESS", besides what the CN gives */
    size_t alt_name_count;
    unsigned rsa_bits;  /* 1024, 2048, 3072 or 4096; 0 with a curve */
    const char *curve;  /* secp256r1 (or prime256v1, P-256), secp384r1 or secp521r1; NULL for RSA */
    const char *digest; /* sha1, sha256 or sha512 */
    unsigned years;     /* 1 to PROV_YEARS_MAX */
    int64_t now;        /* valid from 00:00:00 UTC of this day */
    unsigned purposes;  /* 0: with an issuer server and client, else all that phones know */
    bool no_wildcards;  /* refused in names (RFC 5922, section 7.2) */
    const struct prov_identity *key;        /* with a private key; NULL: a new one is made */
    const struct prov_identity *issuer;     /* the CA that signs; NULL: self-signed */
    const struct prov_identity *issuer_key; /* where `issuer` comes without its private key */
    const struct prov_chain *issuers;       /* those above `issuer`, nearest first; may be NULL */
};

/* Makes a certificate, with a new key unless the plan names one. A common name that is a host name
 * or an IP address becomes a subjectAltName of that kind; any other, and that of a CA, gives none.
 * With an issuer: O and OU that the plan lacks are the issuer's, and the certificate ends with its
 * issuer at the latest. PROV_E_ARGUMENT for a plan that cannot be carried out, PROV_E_UNFIT for an
 * issuer or key that cannot be used. */
PROV_API int prov_certificate_issue(const struct prov_certificate_plan *plan,
                                    struct prov_identity **out,
                                    struct prov_error *err) PROV_CHECKED;
/* The same as PEM; `*pem` is a new buffer, wiped when freed, with the private key first unless the
 * plan named it, then the certificate, then its issuers: without the root for one that a server
 * presents, with it for a CA. */
PROV_API int prov_certificate_make(const struct prov_certificate_plan *plan,
                                   struct prov_bytes **pem, struct prov_error *err) PROV_CHECKED;

/* When a certificate of this plan ends if its issuer does not end before; 0 for no such plan. */
PROV_API int64_t prov_certificate_end(const struct prov_certificate_plan *plan);

/* Issues a certificate again: key, names and usage stay, serial number and validity are new. Of the
 * plan, those fields count that are not names or a kind of key; `digest` NULL stands for the old
 * one's, `years` 0 for as many as it had. One that is self-signed needs its private key, in `old`
 * or the plan; any other needs its issuer. */
PROV_API int prov_certificate_renew(const struct prov_identity *old,
                                    const struct prov_certificate_plan *plan,
                                    struct prov_identity **out,
                                    struct prov_error *err) PROV_CHECKED;
/* True if it was issued by itself. */
PROV_API bool prov_certificate_is_self_signed(const struct prov_identity *certificate);
/* The years of its validity, rounded, at least 1. */
PROV_API unsigned prov_certificate_years(const struct prov_identity *certificate);

#endif
