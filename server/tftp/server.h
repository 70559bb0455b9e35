/* SPDX-License-Identifier: MIT */
/* What the parts of the transport share: the one thread's state. */
#ifndef SERVER_TFTP_SERVER_H
#define SERVER_TFTP_SERVER_H

#include "server/tftp/channel.h"
#include "server/tftp/packet.h"
#include "server/tftp/table.h"
#include "server/tftp/tftp.h"
#include "server/tftp/timers.h"

#include <pthread.h>
#include <stdatomic.h>

struct tftp_inbox;

struct tftp_server {
    struct tftp_settings settings;
    int *listeners;
    int epoll;
    int wake; /* eventfd: look at `stop` */
    struct tftp_channels channels;
    pthread_t thread;
    bool running;
    atomic_uint stop; /* 0, or 1 + the seconds that running transfers get */
    bool stopping;    /* the thread saw it */
    uint64_t deadline;
    uint64_t now; /* read once per turn of the loop */
    struct tftp_table table;
    struct tftp_timers timers;
    struct tftp_inbox *requests, *replies;
    struct tftp_transfer *heard; /* those that heard something in this turn */
    uint8_t scratch[TFTP_BLKSIZE_MAX];
};

/* Monotonic, microseconds. */
uint64_t tftp_clock(void);

#endif
