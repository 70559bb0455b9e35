/* SPDX-License-Identifier: MIT */
/* Numbers by lot: splitmix64. */
#include "tests/oracle/lot.h"

uint64_t
lot_draw(struct lot *lot)
{
    uint64_t z = lot->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int
lot_below(struct lot *lot, int count)
{
    return (int)(lot_draw(lot) % (uint64_t)count);
}

bool
lot_percent(struct lot *lot, int percent)
{
    return lot_below(lot, 100) < percent;
}
