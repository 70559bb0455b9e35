/* SPDX-License-Identifier: MIT */
/* The OpenSSL objects inside an identity, for those who sign, verify, wrap and unwrap. */
#ifndef PROV__IDENTITY_H
#define PROV__IDENTITY_H

#include <prov/identity.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

/* Borrowed; NULL where the identity has none. */
X509 *prov__identity_x509(const struct prov_identity *identity);
EVP_PKEY *prov__identity_public_key(const struct prov_identity *identity);
EVP_PKEY *prov__identity_private_key(const struct prov_identity *identity);

/* Takes over `certificate` and `key`, of which one may be NULL; also on failure. */
int prov__identity_assemble(X509 *certificate, EVP_PKEY *key, struct prov_identity **out,
                            struct prov_error *err) PROV_CHECKED;
/* Group or others can read the file that the key came from. */
void prov__identity_mark_exposed(struct prov_identity *identity);

#endif
