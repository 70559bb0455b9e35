/* SPDX-License-Identifier: MIT */
/* Numbers by lot, the same for the same seed. */
#ifndef TESTS_ORACLE_LOT_H
#define TESTS_ORACLE_LOT_H

#include <stdbool.h>
#include <stdint.h>

struct lot {
    uint64_t state; /* begins as the seed */
};

uint64_t lot_draw(struct lot *lot);
/* From 0 below `count`. */
int lot_below(struct lot *lot, int count);
bool lot_percent(struct lot *lot, int percent);

#endif
