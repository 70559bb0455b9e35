/* SPDX-License-Identifier: MIT */
/* SEP<MAC>.cnf.xml, read as tolerantly as phones are fed with it (artifacts.md, section 6). */
#ifndef PROV_DEVICECONFIG_H
#define PROV_DEVICECONFIG_H

#include <prov/bytes.h>
#include <prov/error.h>

#include <stdbool.h>

#define PROV_DEVICECONFIG_MAX                                                                      \
    (2048 * 1024) /* bytes that a phone downloads (phones.md, section 2) */

#define PROV_DEVICECONFIG_ATTRIBUTES_MAX 8192 /* in all elements together */

/* A configuration that was read and is well-formed, with root `device`. */
struct prov_deviceconfig;

/* PROV_E_FORMAT with line and (where there is one) column for malformed XML, for a root other than
 * `device`, and for entities, which are never expanded. PROV_E_LIMIT beyond either limit. */
PROV_API int prov_deviceconfig_read(const void *xml, size_t len, struct prov_deviceconfig **out,
                                    struct prov_error *err) PROV_CHECKED;
PROV_API void prov_deviceconfig_free(struct prov_deviceconfig *config);

/* Whether XML, of whatever root, is within both limits: reading takes time that grows with the
 * square of an element's attributes. Counted is each `="` and `='`. */
PROV_API bool prov_deviceconfig_fits(const void *xml, size_t len);

/* The text of the first child element `name` of the root, as UTF-8 without blanks around it, into
 * `out`. False if there is none or it does not fit. */
PROV_API bool prov_deviceconfig_value(const struct prov_deviceconfig *config, const char *name,
                                      char *out, size_t size);

/* The stub that sends a phone to the encrypted file: `cert_hash` is the MD5 of the phone's
 * certificate in lower-case hexadecimal (formats.md, section 4). PROV_E_FORMAT where a copied
 * element has a name outside ASCII. */
PROV_API int prov_deviceconfig_stub(const struct prov_deviceconfig *config, const char *cert_hash,
                                    struct prov_bytes **out, struct prov_error *err) PROV_CHECKED;

#endif
