/* SPDX-License-Identifier: MIT */
/* What certificates in a row are to those who issue. */
#ifndef LIBPROV_CHAIN_H
#define LIBPROV_CHAIN_H

#include <prov/chain.h>

#include <stdbool.h>

/* Issued by itself, with its own key's signature. */
bool prov__self_signed(const struct prov_identity *identity);

#endif
