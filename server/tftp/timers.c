/* SPDX-License-Identifier: MIT */
/* Deadlines of transfers, in a binary heap, and the clock that they are set by. */
#include "server/tftp/timers.h"

#include <stdlib.h>
#include <time.h>

uint64_t
tftp_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int
tftp_timers_init(struct tftp_timers *timers, size_t capacity)
{
    *timers = (struct tftp_timers){.heap = calloc(capacity + 1, sizeof(struct tftp_timer *))};
    return timers->heap != NULL ? 0 : -1;
}

void
tftp_timers_free(struct tftp_timers *timers)
{
    free(timers->heap);
    *timers = (struct tftp_timers){0};
}

static void
place(struct tftp_timers *timers, struct tftp_timer *timer, size_t number)
{
    timers->heap[number] = timer;
    timer->number = number;
}

static void
move_up(struct tftp_timers *timers, struct tftp_timer *timer)
{
    size_t number = timer->number;
    for (; number > 1 && timers->heap[number / 2]->key > timer->key; number /= 2)
        place(timers, timers->heap[number / 2], number);
    place(timers, timer, number);
}

static void
move_down(struct tftp_timers *timers, struct tftp_timer *timer)
{
    size_t number = timer->number;
    for (size_t child = 2 * number; child <= timers->count; child = 2 * number) {
        if (child < timers->count && timers->heap[child + 1]->key < timers->heap[child]->key)
            child++;
        if (timers->heap[child]->key >= timer->key)
            break;
        place(timers, timers->heap[child], number);
        number = child;
    }
    place(timers, timer, number);
}

void
tftp_timers_set(struct tftp_timers *timers, struct tftp_timer *timer, uint64_t due)
{
    timer->due = due;
    if (timer->number != 0 && due >= timer->key)
        return;
    timer->key = due;
    if (timer->number == 0)
        timer->number = ++timers->count;
    move_up(timers, timer);
}

void
tftp_timers_remove(struct tftp_timers *timers, struct tftp_timer *timer)
{
    size_t number = timer->number;
    if (number == 0)
        return;
    timer->number = 0;
    struct tftp_timer *last = timers->heap[timers->count--];
    if (last == timer)
        return;
    place(timers, last, number);
    move_up(timers, last);
    move_down(timers, last);
}

uint64_t
tftp_timers_next(const struct tftp_timers *timers)
{
    return timers->count > 0 ? timers->heap[1]->key : UINT64_MAX;
}

struct tftp_timer *
tftp_timers_expired(struct tftp_timers *timers, uint64_t now)
{
    while (timers->count > 0 && timers->heap[1]->key <= now) {
        struct tftp_timer *first = timers->heap[1];
        if (first->due <= now) {
            tftp_timers_remove(timers, first);
            return first;
        }
        first->key = first->due;
        move_down(timers, first);
    }
    return NULL;
}
