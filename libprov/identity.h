/* SPDX-License-Identifier: MIT */
/* The OpenSSL objects inside an identity, for those who sign, verify, wrap and unwrap. */
#ifndef LIBPROV_IDENTITY_H
#define LIBPROV_IDENTITY_H

#include <prov/identity.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

struct prov__x509;

/* Borrowed; NULL where the identity has none. With one of prov__identity_from_parsed, the first
 * call may also fail for want of memory. */
X509 *prov__identity_x509(const struct prov_identity *identity);
EVP_PKEY *prov__identity_public_key(const struct prov_identity *identity);
EVP_PKEY *prov__identity_private_key(const struct prov_identity *identity);

/* To be fed what is to be signed; NULL, with OpenSSL's reason, if the key cannot sign. */
EVP_MD_CTX *prov__identity_start_signing(const struct prov_identity *identity,
                                         enum prov_digest digest);

/* Takes over `x509` and `key`, of which one may be NULL; also on failure. */
int prov__identity_assemble(X509 *x509, EVP_PKEY *key, struct prov_identity **out,
                            struct prov_error *err) PROV_CHECKED;
/* Takes over `certificate`, also on failure. OpenSSL's X509 of it is not made before it is asked
 * for, which saves most of the time if nobody does. */
int prov__identity_from_parsed(struct prov__x509 *certificate, struct prov_identity **out,
                               struct prov_error *err) PROV_CHECKED;
/* Group or others can read the file that the key came from. */
void prov__identity_mark_exposed(struct prov_identity *identity);

#endif
