/* SPDX-License-Identifier: MIT */
/* What the files of this room share: the one thread's state, and what they do with it. */
#ifndef SERVER_TFTP_INTERNAL_H
#define SERVER_TFTP_INTERNAL_H

#include "server/tftp/channel.h"
#include "server/tftp/packet.h"
#include "server/tftp/table.h"
#include "server/tftp/tftp.h"
#include "server/tftp/timers.h"

#include <pthread.h>
#include <stdatomic.h>

#define TFTP_FIRST_SENDS 5 /* of the first packet, before the first acknowledgement */

struct tftp_backlog;
struct tftp_inbox;

struct tftp_server {
    struct tftp_settings settings;
    int *listeners;
    int epoll;
    int wake; /* eventfd: look at `stop` and `judge` */
    struct tftp_channels channels;
    pthread_t thread;
    bool running;
    atomic_uint stop;  /* 0, or 1 + the seconds that running transfers get */
    bool stopping;     /* the thread saw it */
    atomic_bool judge; /* whether running transfers are still allowed */
    uint64_t deadline;
    uint64_t turn; /* of the loop, counted from 1 */
    uint64_t now;  /* read once per turn */
    struct tftp_table table;
    struct tftp_timers timers;
    struct tftp_inbox *requests, *replies;
    struct tftp_backlog *backlog; /* requests that were received */
    struct tftp_transfer *heard;  /* those that heard something in this turn */
    uint8_t scratch[TFTP_BLKSIZE_MAX];
};

/* --- transfer.c: one transfer from its first packet to its report. Where a function may end the
 * transfer, the pointer is not to be used afterwards. */

/* Sends the first packet of a transfer whose channel, content, terms and event are set, and the
 * number of packets that went out in vain before. May end it. */
void tftp_transfer_begin(struct tftp_server *server, struct tftp_transfer *transfer);
/* Takes in a datagram from the client; nothing is done about it yet. */
void tftp_transfer_hear(struct tftp_server *server, struct tftp_transfer *transfer,
                        const uint8_t *packet, size_t len);
/* Does what those transfers want that heard something. May end them. */
void tftp_transfers_act(struct tftp_server *server);
/* Its time has come. May end it. */
void tftp_transfer_expire(struct tftp_server *server, struct tftp_transfer *transfer);
/* The same request came again: if nothing was acknowledged, the first packet may not have arrived.
 */
void tftp_transfer_repeat(struct tftp_server *server, struct tftp_transfer *transfer);
/* Ends it because the client has gone, or has to go. */
void tftp_transfer_abandon(struct tftp_server *server, struct tftp_transfer *transfer);

/* --- inbox.c: what waits on a socket */

/* A datagram and its two ends. */
struct tftp_arrival {
    struct tftp_key key;
    const uint8_t *packet;
    size_t len;
};

typedef void tftp_serve(struct tftp_server *server, const struct tftp_arrival *arrival,
                        void *context);

/* Calls `serve` for each datagram that waits on a socket; it must not use this inbox itself. */
void tftp_inbox_serve(struct tftp_server *server, struct tftp_inbox *inbox, int socket,
                      tftp_serve *serve, void *context);
struct tftp_inbox *tftp_inbox_new(void);
void tftp_inbox_free(struct tftp_inbox *inbox);

/* --- replies.c: what arrives for transfers that go on */

/* Takes in what waits on a channel's own sockets, once in each turn of the loop; nothing is done
 * about it yet. */
void tftp_replies_serve(struct tftp_server *server, struct tftp_channel *channel);
/* Takes in what arrived on a listening socket that is a channel, too, for the transfer between
 * these ends, if there is one. False if it is none of a transfer's packets. */
bool tftp_reply_take(struct tftp_server *server, const struct tftp_arrival *arrival);
/* The packet of a read request as a number, to see whether it comes again. */
uint64_t tftp_request_digest(const struct tftp_server *server, const struct tftp_arrival *arrival);
/* True if this read request is only that of a transfer that goes on, sent again; it is answered.
 * Otherwise the client has given such a transfer up, and it is ended; `*sends` is how many packets
 * this peer got of it without an acknowledgement. No more than TFTP_FIRST_SENDS go to a peer that
 * acknowledges nothing, whatever it asks for: it may not have asked at all. */
bool tftp_request_repeats(struct tftp_server *server, const struct tftp_arrival *arrival,
                          uint8_t *sends);

/* --- request.c */

/* Answers what came to a listening socket, or starts a transfer, or does nothing. */
tftp_serve tftp_request_serve;

#endif
