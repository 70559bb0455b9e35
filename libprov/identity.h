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

#endif
