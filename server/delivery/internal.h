/* SPDX-License-Identifier: MIT */
/* What the files of this room share: one delivery and its counters. */
#ifndef SERVER_DELIVERY_INTERNAL_H
#define SERVER_DELIVERY_INTERNAL_H

#include "server/delivery/allowance.h"
#include "server/delivery/delivery.h"
#include "server/delivery/recorder.h"

#include <pthread.h>
#include <stdatomic.h>

#define DELIVERY__THREAD_NAME "delivery"
#define DELIVERY__CERTIFICATES_MAX 16

struct delivery__metrics {
    atomic_ullong transfers[DELIVERY_TRANSPORTS][DELIVERY_OUTCOMES];
    atomic_ullong bytes[DELIVERY_TRANSPORTS];
    atomic_long gauges[DELIVERY_GAUGES];
    atomic_ullong counters[DELIVERY_COUNTERS];
    atomic_ullong events_dropped;
    atomic_ullong lines_left_out; /* of the log, since their peers had written enough */
    int64_t started;              /* seconds since 1970 */
    pthread_mutex_t mutex;        /* guards the certificates */
    size_t certificate_count;
    struct delivery_certificate certificates[DELIVERY__CERTIFICATES_MAX];
};

struct delivery {
    struct delivery__queue *queue;
    struct delivery__recorder *recorder;   /* NULL: no ledger */
    struct delivery__allowance *allowance; /* the thread's */
    struct delivery__metrics metrics;
    pthread_t thread;
    bool running;
    atomic_bool log_failing; /* the last lines could not be written */
};

#endif
