/* SPDX-License-Identifier: MIT */
/* What arrives on the sockets. */
#ifndef SERVER_TFTP_REQUEST_H
#define SERVER_TFTP_REQUEST_H

#include "server/tftp/server.h"

/* A datagram and its two ends. */
struct tftp_arrival {
    struct tftp_key key;
    const uint8_t *packet;
    size_t len;
};

typedef void tftp_serve(struct tftp_server *server, const struct tftp_arrival *arrival,
                        void *context);

/* Answers what came to a listening socket, or starts a transfer, or does nothing. */
tftp_serve tftp_request_serve;

/* Takes in what waits on a channel's sockets; nothing is done about it yet. */
void tftp_replies_serve(struct tftp_server *server, struct tftp_channel *channel);

/* Calls `serve` for each datagram that waits on a socket; it must not use this inbox itself. */
void tftp_inbox_serve(struct tftp_server *server, struct tftp_inbox *inbox, int socket,
                      tftp_serve *serve, void *context);
struct tftp_inbox *tftp_inbox_new(void);
void tftp_inbox_free(struct tftp_inbox *inbox);

#endif
