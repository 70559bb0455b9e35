/* SPDX-License-Identifier: MIT */
/* Requests of configured phones that wait for the ledger: where there are too many, the oldest give
 * way. */
#ifndef SERVER_DELIVERY_REQUESTS_H
#define SERVER_DELIVERY_REQUESTS_H

#include "server/delivery/queue.h"

#define DELIVERY__REQUESTS_MAX 4096

struct delivery__requests {
    size_t first, count;
    struct ledger_request at[DELIVERY__REQUESTS_MAX];
};

void delivery__requests_add(struct delivery__requests *requests,
                            const struct delivery__entry *entry);
/* How many of the oldest stand at `*first`, at most `max`; they stay until they are dropped. */
size_t delivery__requests_first(const struct delivery__requests *requests, size_t max,
                                const struct ledger_request **first);
void delivery__requests_drop_first(struct delivery__requests *requests, size_t count);

#endif
