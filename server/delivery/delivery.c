/* SPDX-License-Identifier: MIT */
/* Takes reports in, and starts and ends the thread that writes them down. */
#include "server/delivery/internal.h"
#include "server/delivery/line.h"
#include "server/log/log.h"
#include "server/thread/thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REST_MILLISECONDS 20
#define LINES_SIZE (256 * 1024)

/* What the thread alone uses. */
struct writer {
    struct delivery *delivery;
    struct delivery__line_clock clock;
    size_t used;
    char lines[LINES_SIZE];
};

int
delivery_new(const char *ledger, struct access_list *shared, struct delivery **out,
             struct prov_error *err)
{
    struct delivery *delivery = calloc(1, sizeof *delivery);
    if (delivery == NULL || pthread_mutex_init(&delivery->metrics.mutex, NULL) != 0) {
        free(delivery);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    delivery->metrics.started = time(NULL);
    int rc = delivery__queue_new(&delivery->queue, err);
    if (rc == PROV_OK)
        rc = delivery__allowance_new(shared, &delivery->allowance, err);
    if (rc == PROV_OK && ledger != NULL)
        rc = delivery__recorder_new(ledger, &delivery->recorder, err);
    if (rc != PROV_OK) {
        delivery_free(delivery);
        return rc;
    }
    *out = delivery;
    return PROV_OK;
}

static int64_t
milliseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
write_lines(struct writer *writer)
{
    if (writer->used == 0)
        return;
    unsigned long dropped = log_dropped();
    log_lines(writer->lines, writer->used);
    atomic_store(&writer->delivery->log_failing, log_dropped() != dropped);
    writer->used = 0;
}

/* True for what a phone may have got. */
static bool
is_delivery(const struct delivery_event *event)
{
    return event->outcome == DELIVERY_DELIVERED || event->outcome == DELIVERY_UNACKNOWLEDGED;
}

/* The line, if its peer has not filled its part of the log. */
static void
add_line(struct writer *writer, const struct delivery__entry *entry, int64_t now)
{
    struct delivery *delivery = writer->delivery;
    unsigned long left_out = 0;
    char *line = writer->lines + writer->used;
    size_t len = delivery__line(&writer->clock, entry, line);
    if (!delivery__allowance_spend(delivery->allowance, (const struct sockaddr *)&entry->event.peer,
                                   len, is_delivery(&entry->event), now, &left_out)) {
        atomic_fetch_add_explicit(&delivery->metrics.lines_left_out, 1, memory_order_relaxed);
        return;
    }
    if (left_out > 0)
        len += delivery__line_left_out(line, len, left_out);
    writer->used += len;
}

static void
handle(struct writer *writer, const struct delivery__entry *entries, size_t count)
{
    int64_t now = milliseconds_now();
    struct delivery__recorder *recorder = writer->delivery->recorder;
    for (size_t i = 0; i < count; i++) {
        if (LINES_SIZE - writer->used < DELIVERY__LINE_MAX)
            write_lines(writer);
        add_line(writer, &entries[i], now);
        if (recorder != NULL)
            delivery__recorder_add(recorder, &entries[i]);
    }
    write_lines(writer);
}

/* As much as the queue holds at most: the ledger must have its turn. True if there was anything. */
static bool
drain(struct writer *writer)
{
    struct delivery__queue *queue = writer->delivery->queue;
    const struct delivery__entry *entries = NULL;
    size_t total = 0, count;
    do {
        count = delivery__queue_take(queue, &entries);
        handle(writer, entries, count);
        delivery__queue_release(queue, count);
        total += count;
    } while (count > 0 && total < DELIVERY__QUEUE_EVENTS);
    return total > 0;
}

/* Milliseconds until the ledger's next turn, -1: it needs none. */
static int64_t
feed_ledger(struct delivery *delivery)
{
    if (delivery->recorder == NULL)
        return -1;
    int64_t now = milliseconds_now();
    if (delivery__recorder_due(delivery->recorder, now) == 0)
        delivery__recorder_write(delivery->recorder, now);
    return delivery__recorder_due(delivery->recorder, now);
}

static void
serve(struct writer *writer)
{
    struct delivery *delivery = writer->delivery;
    bool stopped = false;
    do {
        stopped = delivery__queue_stopped(delivery->queue); /* and nothing comes after that */
        bool busy = drain(writer);
        int64_t due = feed_ledger(delivery);
        if (!busy)
            delivery__queue_wait(delivery->queue, due);
        else if (due != 0)
            delivery__queue_rest(delivery->queue, REST_MILLISECONDS);
    } while (!stopped);
    while (drain(writer))
        continue;
    if (delivery->recorder != NULL)
        delivery__recorder_finish(delivery->recorder);
}

static void *
run(void *context)
{
    struct writer *writer = context;
    serve(writer);
    free(writer);
    return NULL;
}

static struct writer *
writer_new(struct delivery *delivery)
{
    struct writer *writer = calloc(1, sizeof *writer);
    if (writer != NULL)
        writer->delivery = delivery;
    return writer;
}

int
delivery_start(struct delivery *delivery, struct prov_error *err)
{
    struct writer *writer = writer_new(delivery);
    if (writer == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = thread_start(&delivery->thread, DELIVERY__THREAD_NAME, run, writer, err);
    if (rc != PROV_OK) {
        free(writer);
        return rc;
    }
    delivery->running = true;
    return PROV_OK;
}

void
delivery_free(struct delivery *delivery)
{
    if (delivery == NULL)
        return;
    if (delivery->queue != NULL)
        delivery__queue_stop(delivery->queue);
    if (delivery->running) {
        pthread_join(delivery->thread, NULL);
    } else if (delivery->queue != NULL) {
        struct writer *writer = writer_new(delivery);
        if (writer != NULL)
            run(writer);
    }
    delivery__queue_free(delivery->queue);
    delivery__recorder_free(delivery->recorder);
    delivery__allowance_free(delivery->allowance);
    pthread_mutex_destroy(&delivery->metrics.mutex);
    free(delivery);
}

void
delivery_report(struct delivery *delivery, const struct delivery_event *event)
{
    struct delivery__metrics *metrics = &delivery->metrics;
    atomic_fetch_add_explicit(&metrics->transfers[event->transport][event->outcome], 1,
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&metrics->bytes[event->transport], event->bytes,
                              memory_order_relaxed);
    if (delivery__queue_put(delivery->queue, event))
        return;
    atomic_fetch_add_explicit(&metrics->events_dropped, 1, memory_order_relaxed);
    if (delivery->recorder != NULL)
        delivery__recorder_missed(delivery->recorder, event);
}

bool
delivery_healthy(struct delivery *delivery, char *why, size_t size)
{
    if (delivery->recorder != NULL && !delivery__recorder_works(delivery->recorder, why, size))
        return false;
    if (!atomic_load(&delivery->log_failing))
        return true;
    if (size > 0)
        snprintf(why, size, "the log cannot be written");
    return false;
}
