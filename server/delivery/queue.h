/* SPDX-License-Identifier: MIT */
/* Events on their way to the thread that writes them down: a ring of fixed size. Whoever puts one
 * in never waits for room. */
#ifndef SERVER_DELIVERY_QUEUE_H
#define SERVER_DELIVERY_QUEUE_H

#include "server/delivery/delivery.h"

#include <time.h>

#define DELIVERY__QUEUE_EVENTS 8192

struct delivery__entry {
    struct delivery_event event;
    struct timespec time; /* when it was put in */
};

struct delivery__queue;

int delivery__queue_new(struct delivery__queue **out, struct prov_error *err) PROV_CHECKED;
void delivery__queue_free(struct delivery__queue *queue);

/* False if there is no room. The last quarter is kept for what names a phone, the last eighth for
 * what a phone may have got, so that a flood of forged requests pushes none of these out. */
bool delivery__queue_put(struct delivery__queue *queue, const struct delivery_event *event);
/* Ends all waiting from now on. */
void delivery__queue_stop(struct delivery__queue *queue);

/* How many entries stand at `*first`, 0 if there is nothing; they stay until they are released. */
size_t delivery__queue_take(struct delivery__queue *queue, const struct delivery__entry **first);
void delivery__queue_release(struct delivery__queue *queue, size_t count);
/* Sleeps until there is something, the queue was stopped or `milliseconds` (negative: for ever) are
 * over. */
void delivery__queue_wait(struct delivery__queue *queue, int64_t milliseconds);
/* Sleeps even if events arrive, so that they come in batches and the transports need not wake
 * anybody; but not if the queue is half full or was stopped. */
void delivery__queue_rest(struct delivery__queue *queue, int64_t milliseconds);
bool delivery__queue_stopped(struct delivery__queue *queue);

#endif
