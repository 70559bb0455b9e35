/* SPDX-License-Identifier: MIT */
/* The parts of a certificate that is being made, for new ones, renewed ones and requests alike. */
#ifndef LIBPROV_CERTIFICATE_H
#define LIBPROV_CERTIFICATE_H

#include <prov/certificate.h>

#include <openssl/x509.h>

/* --- names */

/* The plan's names in order; O and OU that it lacks are the issuer's. */
int prov__set_subject(X509 *certificate, const struct prov_certificate_plan *plan,
                      struct prov_error *err) PROV_CHECKED;
/* The common name (may be NULL) if it is a host name or an address, and those in `texts`. */
int prov__add_alt_names(X509 *certificate, const char *common_name, const char *const *texts,
                        size_t count, struct prov_error *err) PROV_CHECKED;
/* "DNS:NAME" or "IP:ADDRESS", as prov__add_alt_names takes them. */
bool prov__is_alt_name(const char *text);
/* PROV_E_ARGUMENT if the common name or an alternative name is a wildcard. */
int prov__refuse_wildcards(X509 *certificate, struct prov_error *err) PROV_CHECKED;

/* --- the key */

/* Of a kind that phones and the other devices know. */
int prov__check_key(EVP_PKEY *key, int min_rsa_bits, const char *whose,
                    struct prov_error *err) PROV_CHECKED;

/* --- extensions */

/* All but the alternative names, as the plan's purposes ask for; needs the public key. */
int prov__add_extensions(X509 *certificate, const struct prov_certificate_plan *plan,
                         struct prov_error *err) PROV_CHECKED;
/* That it may issue nothing, and what its key is for then. */
int prov__add_no_issuing(X509 *certificate, struct prov_error *err) PROV_CHECKED;
/* Which key of the issuer signs; nothing if the issuer does not say what identifies its key. */
int prov__add_authority_key(X509 *certificate, const struct prov_identity *issuer,
                            struct prov_error *err) PROV_CHECKED;

/* --- the issuer */

/* PROV_E_UNFIT if the plan's issuer cannot issue a certificate for these purposes now. */
int prov__check_issuer(const struct prov_certificate_plan *plan, unsigned purposes,
                       struct prov_error *err) PROV_CHECKED;
/* PROV_E_UNFIT if an issuer of the plan constrains names (RFC 5280, section 4.2.1.10) and these are
 * outside. The certificate is complete. */
int prov__check_name_constraints(X509 *certificate, const struct prov_certificate_plan *plan,
                                 struct prov_error *err) PROV_CHECKED;
/* Certificates from the plan's issuer up to the root, both counted, known or not; 0 without one. */
size_t prov__issuer_depth(const struct prov_certificate_plan *plan);
/* The latest start and the earliest end among issuers; left alone without one. */
void prov__issuer_validity(const struct prov_certificate_plan *plan, int64_t *start, int64_t *end);
EVP_PKEY *prov__issuer_private_key(const struct prov_certificate_plan *plan);

/* --- the end */

/* Gives a certificate that has a subject, a public key and extensions the rest: version, serial
 * number, issuer, validity, and the signature of the issuer's key, else of `own_key`. */
int prov__complete(X509 *certificate, EVP_PKEY *own_key, const struct prov_certificate_plan *plan,
                   struct prov_error *err) PROV_CHECKED;

#endif
