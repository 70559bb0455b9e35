/* SPDX-License-Identifier: MIT */
/* Which lists phones have shown to hold, one of each kind. All functions may be called from any
 * thread. */
#ifndef SERVER_RESOLVER_PROVEN_H
#define SERVER_RESOLVER_PROVEN_H

#include "server/resolver/resolver.h"

struct proven;

/* NULL when memory is short. */
struct proven *proven_new(void);
void proven_free(struct proven *proven);

/* Replaces what the phone showed of that kind before. False when memory is short. */
bool proven_put(struct proven *proven, const struct prov_mac *phone, bool ctl,
                const uint8_t sha256[static RESOLVER_SHA256_LEN]);
/* False if it has shown nothing. */
bool proven_find(struct proven *proven, const struct prov_mac *phone, bool ctl,
                 uint8_t sha256[static RESOLVER_SHA256_LEN]);

#endif
