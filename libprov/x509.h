/* SPDX-License-Identifier: MIT */
/* A certificate as ASN.1 alone (RFC 5280, section 4.1). OpenSSL's own reader makes the public key
 * at once, through its decoders: twenty times the work of all the rest, for every phone of a fleet.
 */
#ifndef LIBPROV_X509_H
#define LIBPROV_X509_H

#include <prov/bytes.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

struct prov__x509;

/* True for a text that is one certificate in PEM and nothing else, as phones' mostly are. */
bool prov__x509_is_lone_pem(struct prov_span text);

/* All of `der`, or a lone certificate in PEM. NULL if it is none. */
struct prov__x509 *prov__x509_from_der(const unsigned char *der, size_t len);
struct prov__x509 *prov__x509_from_pem(struct prov_span text);
/* NULL is allowed. */
void prov__x509_free(struct prov__x509 *certificate);

/* Its DER, to be freed with OPENSSL_free; its length, or 0 if memory is short. */
size_t prov__x509_encode(const struct prov__x509 *certificate, unsigned char **der);

/* Borrowed. */
struct prov__x509_parts {
    const X509_NAME *subject, *issuer;
    const ASN1_INTEGER *serial;
    const ASN1_TIME *not_before, *not_after;
};
struct prov__x509_parts prov__x509_parts(const struct prov__x509 *certificate);

/* The public key, to be freed, if it is a plain RSA key; NULL if it is another, or broken. */
EVP_PKEY *prov__x509_rsa_key(const struct prov__x509 *certificate);

#endif
