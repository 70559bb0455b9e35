/* SPDX-License-Identifier: MIT */
/* Deadlines of many transfers: a binary heap. A deadline that moves away, as with each
 * acknowledgement, costs nothing until the old one is reached. */
#ifndef SERVER_TFTP_TIMERS_H
#define SERVER_TFTP_TIMERS_H

#include <stddef.h>
#include <stdint.h>

/* Monotonic, microseconds. */
uint64_t tftp_clock(void);

struct tftp_timer {
    uint64_t due;
    uint64_t key;  /* place in the heap's order; never later than `due` */
    size_t number; /* place in the heap, from 1; 0: not in it */
};

struct tftp_timers {
    struct tftp_timer **heap;
    size_t count;
};

/* Room for `capacity` timers. -1 when memory is short. */
int tftp_timers_init(struct tftp_timers *timers, size_t capacity);
void tftp_timers_free(struct tftp_timers *timers);

void tftp_timers_set(struct tftp_timers *timers, struct tftp_timer *timer, uint64_t due);
void tftp_timers_remove(struct tftp_timers *timers, struct tftp_timer *timer);
/* When to look again: at or before the next deadline. UINT64_MAX without timers. */
uint64_t tftp_timers_next(const struct tftp_timers *timers);
/* Takes out a timer whose time has come; NULL if there is none. */
struct tftp_timer *tftp_timers_expired(struct tftp_timers *timers, uint64_t now);

#endif
