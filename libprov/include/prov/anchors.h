/* SPDX-License-Identifier: MIT */
/* Authorities whose certificates count: the vendor's manufacturing CAs, a site's CAPF. */
#ifndef PROV_ANCHORS_H
#define PROV_ANCHORS_H

#include <prov/error.h>
#include <prov/identity.h>

/* May be used by several threads at once. */
struct prov_anchors;

/* All certificates of the PEM file `path`. PROV_E_FORMAT if it holds none. */
PROV_API int prov_anchors_load(const char *path, struct prov_anchors **out,
                               struct prov_error *err) PROV_CHECKED;
PROV_API void prov_anchors_free(struct prov_anchors *anchors);

/* PROV_OK if `certificate` is valid now, and was issued by one of them, directly or through others
 * of them, or is one itself. One that names a phone (prov_mac_of_certificate) counts for itself
 * alone, and is nobody's issuer. PROV_E_UNFIT with the reason otherwise. */
PROV_API int prov_anchors_check(const struct prov_anchors *anchors,
                                const struct prov_identity *certificate,
                                struct prov_error *err) PROV_CHECKED;

#endif
