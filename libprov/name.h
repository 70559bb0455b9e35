/* SPDX-License-Identifier: MIT */
/* An X.509 name as the string that phones compare (formats.md, section 1, Names). */
#ifndef LIBPROV_NAME_H
#define LIBPROV_NAME_H

#include <prov/bytes.h>

#include <openssl/x509.h>

/* In certificate order, TYPE=value joined by `separator`, values escaped after RFC 4514
 * section 2.4, characters outside ASCII as raw UTF-8. A new buffer without a NUL at its end. */
int prov__name_string(const X509_NAME *name, char separator, struct prov_bytes **out,
                      struct prov_error *err) PROV_CHECKED;

#endif
