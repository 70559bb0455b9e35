/* SPDX-License-Identifier: MIT */
/* Making keys and self-signed certificates (formats.md, section 5). */
#ifndef PROV_CERTIFICATE_H
#define PROV_CERTIFICATE_H

#include <prov/bytes.h>
#include <prov/error.h>

#include <stdint.h>

#define PROV_YEARS_MAX 100 /* of validity */

/* What a new certificate is to say. Strings are UTF-8; NULL where optional and absent. */
struct prov_certificate_plan {
    const char *common_name;      /* CN, required */
    const char *organization;     /* O, required */
    const char *unit;             /* OU, required */
    const char *locality;         /* L */
    const char *state;            /* ST */
    const char *country;          /* C, two letters in any case */
    const char *const *alt_names; /* "DNS:NAME" or "IP:ADDRESS", besides what the CN gives */
    size_t alt_name_count;
    unsigned rsa_bits;  /* 1024, 2048 or 4096; 0 with a curve */
    const char *curve;  /* secp256r1, secp384r1 or secp521r1; NULL for RSA */
    const char *digest; /* sha1, sha256 or sha512 */
    unsigned years;     /* 1 to PROV_YEARS_MAX */
    int64_t now;        /* valid from 00:00:00 UTC of this day */
};

/* Makes a key and its self-signed certificate; `*pem` is a new buffer, wiped when freed, with the
 * private key first. A common name that is a host name or an IP address becomes a subjectAltName of
 * that kind; any other gives none. PROV_E_ARGUMENT for a plan that cannot be carried out. */
PROV_API int prov_certificate_make(const struct prov_certificate_plan *plan,
                                   struct prov_bytes **pem, struct prov_error *err) PROV_CHECKED;

#endif
