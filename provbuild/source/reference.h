/* SPDX-License-Identifier: MIT */
/* A header that stands, compared with the one that the library writes (prov_header_expect): only
 * what belongs to one file (name, time, signature, encryption) may differ. */
#ifndef PROVBUILD_SOURCE_REFERENCE_H
#define PROVBUILD_SOURCE_REFERENCE_H

#include <prov.h>

/* "signer", "digest", "name" or "layout": the first in which `header` differs from `reference`, or
 * whose name is not `name`; NULL if it is as it should be. */
const char *reference_difference(const struct prov_header *header,
                                 const struct prov_header *reference, const char *name);

#endif
