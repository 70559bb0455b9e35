/* SPDX-License-Identifier: MIT */
/* The ports that transfers are served from: a few for all of them, so that many datagrams go in
 * and out with one system call. A client's transfers, one after another, come from different ones,
 * so that what is late from one disturbs no other (transfer identifiers: RFC 1350, section 4). */
#ifndef SERVER_TFTP_CHANNEL_H
#define SERVER_TFTP_CHANNEL_H

#include "server/tftp/address.h"
#include "settings/settings.h"

#include <stddef.h>
#include <stdint.h>

#define TFTP_CHANNELS 4 /* at most, for each family */
#define TFTP_CHANNELS_MAX SETTINGS_LISTENERS_MAX
#define TFTP_CLIENTS 4096 /* told apart by their hash, for whose turn it is */

struct tftp_outbox;

/* Whether the way to a client is known to work: first packets leave through a socket of their own,
 * since what is sent to an address that nobody has waits for ARP and uses up the send buffer. */
enum tftp_path { TFTP_FRESH, TFTP_PROVEN, TFTP_PATHS };

/* One port, a socket for each; or the socket on which requests arrive, for both. */
struct tftp_channel {
    int family;
    int listener; /* that socket, which is its server's; -1: none */
    int epoll;
    uint64_t event; /* the number by which epoll knows both sockets */
    uint64_t heard; /* the turn of the loop in which its replies were taken in last */
    struct tftp_outbox *outboxes[TFTP_PATHS];
};

struct tftp_channels {
    size_t count; /* those of one family after those of the other */
    struct tftp_channel at[TFTP_CHANNELS_MAX];
    uint8_t turns[TFTP_CLIENTS]; /* transfers that a client had so far */
};

/* Opens those of a family, as many as `ports` has free, and has `epoll` watch them, by the numbers
 * from `first_event` on in the order of `at`. -1 with errno: EADDRINUSE if none is free. */
int tftp_channels_open(struct tftp_channels *channels, int family,
                       const struct settings_ports *ports, int epoll, uint64_t first_event);
/* Adds the socket `listener` as a channel: who reads from it hands on what arrives for transfers.
 * -1 with errno. */
int tftp_channels_add_listener(struct tftp_channels *channels, int listener);
/* The channel that this socket is; NULL if it is none. */
struct tftp_channel *tftp_channels_at_listener(struct tftp_channels *channels, int listener);
void tftp_channels_close(struct tftp_channels *channels);
/* A channel for the client's next transfer or answer; NULL if that family has none. */
struct tftp_channel *tftp_channels_next(struct tftp_channels *channels, int family,
                                        uint64_t client_hash);
int tftp_channel_socket(const struct tftp_channel *channel, enum tftp_path path);

/* Where to write a datagram of at most `max` bytes (TFTP_HEADER_LEN + TFTP_BLKSIZE_MAX). */
uint8_t *tftp_channel_room(struct tftp_channel *channel, enum tftp_path path, size_t max);
/* The datagram written there is to leave from `local` (port 0) for `peer`. */
void tftp_channel_put(struct tftp_channel *channel, enum tftp_path path,
                      const union tftp_address *local, const union tftp_address *peer, size_t len);
/* Sends what was put. What cannot be sent is dropped, as it may be anywhere on its way. */
void tftp_channel_flush(struct tftp_channel *channel);
void tftp_channels_flush(struct tftp_channels *channels);

#endif
