/* SPDX-License-Identifier: MIT */
/* Records that wait for the ledger, in order, without those that a later one makes pointless. */
#ifndef SERVER_DELIVERY_UNWRITTEN_H
#define SERVER_DELIVERY_UNWRITTEN_H

#include "ledger/ledger.h"

#include <stddef.h>

#define DELIVERY__PENDING_MAX 32768

struct delivery__pending;

enum delivery__pending_loss {
    DELIVERY__KEPT,
    DELIVERY__LOST_REQUEST, /* a record of a mere request, this or an older one */
    DELIVERY__LOST_DELIVERY
};

/* NULL when memory is short. `max`: at most DELIVERY__PENDING_MAX. */
struct delivery__pending *delivery__pending_new(size_t max);
void delivery__pending_free(struct delivery__pending *pending);

/* Mere requests give way to deliveries, never the other way round. */
enum delivery__pending_loss delivery__pending_add(struct delivery__pending *pending,
                                                  const struct ledger_record *record);
size_t delivery__pending_count(const struct delivery__pending *pending);
/* Copies the oldest ones, at most `max`; returns how many. */
size_t delivery__pending_first(const struct delivery__pending *pending, struct ledger_record *out,
                               size_t max);
/* Forgets the oldest ones. */
void delivery__pending_drop_first(struct delivery__pending *pending, size_t count);

#endif
