/* SPDX-License-Identifier: MIT */
/* The ring of events between those who serve and the thread that writes them down. */
#include "server/delivery/queue.h"

#include <pthread.h>
#include <stdlib.h>

#define TAKEN_AT_ONCE 512

enum sleep { AWAKE, RESTING, ASLEEP };

struct delivery__queue {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    enum sleep sleep;
    bool stopped;
    size_t head, count;
    struct delivery__entry entries[DELIVERY__QUEUE_EVENTS];
};

int
delivery__queue_new(struct delivery__queue **out, struct prov_error *err)
{
    pthread_condattr_t attributes;
    struct delivery__queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL || pthread_condattr_init(&attributes) != 0) {
        free(queue);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&queue->wake, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    if (made && pthread_mutex_init(&queue->mutex, NULL) == 0) {
        *out = queue;
        return PROV_OK;
    }
    if (made)
        pthread_cond_destroy(&queue->wake);
    free(queue);
    return prov_fail(err, PROV_E_MEMORY, "out of memory");
}

void
delivery__queue_free(struct delivery__queue *queue)
{
    if (queue == NULL)
        return;
    pthread_cond_destroy(&queue->wake);
    pthread_mutex_destroy(&queue->mutex);
    free(queue);
}

static size_t
room_for(const struct delivery_event *event)
{
    if (!event->names_phone)
        return DELIVERY__QUEUE_EVENTS / 4 * 3;
    if (event->outcome != DELIVERY_DELIVERED && event->outcome != DELIVERY_UNACKNOWLEDGED)
        return DELIVERY__QUEUE_EVENTS / 8 * 7;
    return DELIVERY__QUEUE_EVENTS;
}

bool
delivery__queue_put(struct delivery__queue *queue, const struct delivery_event *event)
{
    struct timespec now;
    bool wake = false, put = false;
    clock_gettime(CLOCK_REALTIME, &now);
    pthread_mutex_lock(&queue->mutex);
    if (queue->count < room_for(event)) {
        size_t at = (queue->head + queue->count++) % DELIVERY__QUEUE_EVENTS;
        queue->entries[at].event = *event;
        queue->entries[at].time = now;
        put = true;
    }
    if (queue->sleep == ASLEEP ||
        (queue->sleep == RESTING && queue->count >= DELIVERY__QUEUE_EVENTS / 2)) {
        queue->sleep = AWAKE;
        wake = true;
    }
    pthread_mutex_unlock(&queue->mutex);
    if (wake)
        pthread_cond_signal(&queue->wake);
    return put;
}

void
delivery__queue_stop(struct delivery__queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->stopped = true;
    queue->sleep = AWAKE;
    pthread_mutex_unlock(&queue->mutex);
    pthread_cond_signal(&queue->wake);
}

bool
delivery__queue_stopped(struct delivery__queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool stopped = queue->stopped;
    pthread_mutex_unlock(&queue->mutex);
    return stopped;
}

/* With the mutex held: until somebody sets AWAKE, or the time is over. */
static void
sleep_for(struct delivery__queue *queue, enum sleep how, int64_t milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    if (milliseconds >= 0) {
        int64_t nanoseconds = until.tv_nsec + milliseconds % 1000 * 1000000;
        until.tv_sec += milliseconds / 1000 + nanoseconds / 1000000000;
        until.tv_nsec = nanoseconds % 1000000000;
    }
    queue->sleep = how;
    while (queue->sleep != AWAKE)
        if (milliseconds < 0)
            pthread_cond_wait(&queue->wake, &queue->mutex);
        else if (pthread_cond_timedwait(&queue->wake, &queue->mutex, &until) != 0)
            queue->sleep = AWAKE;
}

size_t
delivery__queue_take(struct delivery__queue *queue, const struct delivery__entry **first)
{
    pthread_mutex_lock(&queue->mutex);
    size_t count = queue->count, to_end = DELIVERY__QUEUE_EVENTS - queue->head;
    *first = &queue->entries[queue->head];
    pthread_mutex_unlock(&queue->mutex);
    count = count < to_end ? count : to_end;
    return count < TAKEN_AT_ONCE ? count : TAKEN_AT_ONCE;
}

void
delivery__queue_release(struct delivery__queue *queue, size_t count)
{
    pthread_mutex_lock(&queue->mutex);
    queue->head = (queue->head + count) % DELIVERY__QUEUE_EVENTS;
    queue->count -= count;
    pthread_mutex_unlock(&queue->mutex);
}

void
delivery__queue_wait(struct delivery__queue *queue, int64_t milliseconds)
{
    pthread_mutex_lock(&queue->mutex);
    if (queue->count == 0 && !queue->stopped)
        sleep_for(queue, ASLEEP, milliseconds);
    pthread_mutex_unlock(&queue->mutex);
}

void
delivery__queue_rest(struct delivery__queue *queue, int64_t milliseconds)
{
    pthread_mutex_lock(&queue->mutex);
    if (queue->count < DELIVERY__QUEUE_EVENTS / 2 && !queue->stopped)
        sleep_for(queue, RESTING, milliseconds);
    pthread_mutex_unlock(&queue->mutex);
}
