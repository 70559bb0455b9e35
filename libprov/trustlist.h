/* SPDX-License-Identifier: MIT */
/* What reading, building and comparing trust lists share. */
#ifndef LIBPROV_TRUSTLIST_H
#define LIBPROV_TRUSTLIST_H

#include <prov/trustlist.h>

/* True if `record` is a SAST record with these issuer and serial bytes: how phones find a signer
 * (phones.md, section 5). */
bool prov__record_is_sast(const struct prov_record *record, struct prov_span issuer,
                          struct prov_span serial);

/* The certificate that `record` stands for: its own, or `known` if the record names that by its
 * hash; NULL if neither. */
const struct prov_identity *prov__record_certificate(const struct prov_record *record,
                                                     const struct prov_identity *known);

#endif
