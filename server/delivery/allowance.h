/* SPDX-License-Identifier: MIT */
/* How much of the log each peer may fill, and all of them together: bytes that are saved up and
 * spent. Belongs to one thread. */
#ifndef SERVER_DELIVERY_ALLOWANCE_H
#define SERVER_DELIVERY_ALLOWANCE_H

#include "server/access/access.h"
#include <prov/error.h>

#include <stddef.h>
#include <stdint.h>

/* Of one address: a day's worth of lines, with what was saved up, is below 600 kB. */
#define DELIVERY__PEER_BURST (64 * 1024) /* bytes: some 400 lines at once */
#define DELIVERY__PEER_RATE 6            /* bytes a second */
/* Of all addresses, for those who have many: 10,000 phones that boot at once, and then 350 MB a
 * day. */
#define DELIVERY__ALL_BURST (128 * 1024 * 1024)
#define DELIVERY__ALL_RATE (4 * 1024)

struct delivery__allowance;

/* `shared`: addresses behind which many phones stand, limited with all others alone; NULL: none. */
int delivery__allowance_new(struct access_list *shared, struct delivery__allowance **out,
                            struct prov_error *err) PROV_CHECKED;
void delivery__allowance_free(struct delivery__allowance *allowance);

/* Spends `len` bytes for a line about the peer; `now`: milliseconds of a clock that only goes
 * forward. True: it may be written, and `*left_out` lines about this peer before it were not. What
 * went out to nobody (not `delivered`) leaves a quarter of the allowance to what did. */
bool delivery__allowance_spend(struct delivery__allowance *allowance, const struct sockaddr *peer,
                               size_t len, bool delivered, int64_t now, unsigned long *left_out);

#endif
