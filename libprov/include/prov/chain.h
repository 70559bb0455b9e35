/* SPDX-License-Identifier: MIT */
/* Certificates in a row: those of a file, or a CA's issuers up to the root. */
#ifndef PROV_CHAIN_H
#define PROV_CHAIN_H

#include <prov/error.h>
#include <prov/identity.h>

struct prov_chain;

/* All certificates of a PEM or DER file, in order, without asking for a passphrase; keys are passed
 * over, and a file of another kind gives none. PROV_E_FORMAT, PROV_E_LIMIT, PROV_E_SYSTEM. */
PROV_API int prov_chain_load(const char *path, struct prov_chain **out,
                             struct prov_error *err) PROV_CHECKED;
/* The same from `len` bytes in memory, of which nothing is kept. */
PROV_API int prov_chain_read(const void *data, size_t len, struct prov_chain **out,
                             struct prov_error *err) PROV_CHECKED;
/* Those of `pool` (may be NULL) that issued `certificate`, nearest first, up to a self-signed one
 * or as far as they lead. */
PROV_API int prov_chain_above(const struct prov_identity *certificate,
                              const struct prov_chain *pool, struct prov_chain **out,
                              struct prov_error *err) PROV_CHECKED;

/* The chain may be NULL, an empty one, in these. */
PROV_API void prov_chain_free(struct prov_chain *chain);
PROV_API size_t prov_chain_count(const struct prov_chain *chain);
/* Borrowed; NULL beyond the end. */
PROV_API const struct prov_identity *prov_chain_get(const struct prov_chain *chain, size_t index);

#endif
