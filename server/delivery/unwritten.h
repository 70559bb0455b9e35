/* SPDX-License-Identifier: MIT */
/* Records that wait for the ledger, in order, without those that a later one makes pointless. */
#ifndef SERVER_DELIVERY_UNWRITTEN_H
#define SERVER_DELIVERY_UNWRITTEN_H

#include "ledger/ledger.h"

#include <stddef.h>

#define DELIVERY__UNWRITTEN_MAX 32768

struct delivery__unwritten;

enum delivery__drop {
    DELIVERY__KEPT,
    DELIVERY__DROPPED_REQUEST, /* a record of a mere request, this or an older one */
    DELIVERY__DROPPED_DELIVERY
};

/* NULL when memory is short. `max`: at most DELIVERY__UNWRITTEN_MAX. */
struct delivery__unwritten *delivery__unwritten_new(size_t max);
void delivery__unwritten_free(struct delivery__unwritten *unwritten);

/* Mere requests give way to deliveries, never the other way round. */
enum delivery__drop delivery__unwritten_add(struct delivery__unwritten *unwritten,
                                            const struct ledger_record *record);
size_t delivery__unwritten_count(const struct delivery__unwritten *unwritten);
/* Copies the oldest ones, at most `max`; returns how many. */
size_t delivery__unwritten_first(const struct delivery__unwritten *unwritten,
                                 struct ledger_record *out, size_t max);
/* Forgets the oldest ones. */
void delivery__unwritten_drop_first(struct delivery__unwritten *unwritten, size_t count);

#endif
