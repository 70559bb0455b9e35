/* SPDX-License-Identifier: MIT */
/* Headers as the library writes them, to compare with those that stand: only what belongs to one
 * file (name, time, signature, encryption) may differ. */
#ifndef PROVBUILD_SOURCE_REFERENCE_H
#define PROVBUILD_SOURCE_REFERENCE_H

#include <prov.h>

int reference_plain(const struct prov_signing *how, struct prov_header **out,
                    struct prov_error *err) PROV_CHECKED;
int reference_encrypted(const struct prov_signing *how, const struct prov_identity *device,
                        struct prov_header **out, struct prov_error *err) PROV_CHECKED;

/* "signer", "digest", "name" or "layout": the first in which `header` differs from `reference`, or
 * whose name is not `name`; NULL if it is as it should be. */
const char *reference_difference(const struct prov_header *header,
                                 const struct prov_header *reference, const char *name);

#endif
