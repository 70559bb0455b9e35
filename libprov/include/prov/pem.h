/* SPDX-License-Identifier: MIT */
/* Keys and certificates as PEM text. */
#ifndef PROV_PEM_H
#define PROV_PEM_H

#include <prov/bytes.h>
#include <prov/certificate.h>
#include <prov/error.h>
#include <prov/identity.h>

/* Appends the private key, not encrypted. PROV_E_UNFIT if it cannot leave its hardware. */
PROV_API int prov_pem_put_key(struct prov_bytes *pem, const struct prov_identity *identity,
                              struct prov_error *err) PROV_CHECKED;
PROV_API int prov_pem_put_certificate(struct prov_bytes *pem, const struct prov_identity *identity,
                                      struct prov_error *err) PROV_CHECKED;
/* Appends the plan's issuer and those above it; without a root, unless `with_root`. */
PROV_API int prov_pem_put_issuers(struct prov_bytes *pem, const struct prov_certificate_plan *plan,
                                  bool with_root, struct prov_error *err) PROV_CHECKED;

/* A copy of the PEM text `old_text` with `renewed` in the place of `old`, and the plan's issuer and
 * those above it in the place of earlier certificates of theirs; all else, keys above all, stays
 * byte for byte. PROV_E_FORMAT if `old` is not in it. */
PROV_API int prov_pem_renew(struct prov_span old_text, const struct prov_identity *old,
                            const struct prov_identity *renewed,
                            const struct prov_certificate_plan *plan, struct prov_bytes **out,
                            struct prov_error *err) PROV_CHECKED;

#endif
