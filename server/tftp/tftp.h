/* SPDX-License-Identifier: MIT */
/* The TFTP transport: RFC 1350, 2347, 2348, 2349, 7440; read requests only. One thread. */
#ifndef SERVER_TFTP_TFTP_H
#define SERVER_TFTP_TFTP_H

#include "server/access/access.h"
#include "server/delivery/delivery.h"
#include "server/resolver/resolver.h"
#include "server/transport/given.h"
#include <prov/error.h>

struct tftp_server;

struct tftp_settings {
    const int *sockets; /* bound datagram sockets, non-blocking; stay the caller's */
    size_t socket_count;
    struct resolver *resolver;
    struct delivery *delivery;
    struct access_list *access;
    struct access_list *shared; /* addresses of many phones: no limit for each */
    struct given *given;
    struct settings_ports ports; /* that transfers are served from */
    bool single_port;            /* or all of them from the sockets that requests arrive on */
    unsigned transfers;          /* at once */
    unsigned blksize;            /* largest, bytes */
    unsigned windowsize;         /* largest, blocks */
};

/* Makes ready a socket of `family` for requests, before it is bound: the address that was asked
 * (IP_PKTINFO), the receive buffer. */
int tftp_socket_prepare(int fd, int family, struct prov_error *err) PROV_CHECKED;

int tftp_server_new(const struct tftp_settings *settings, struct tftp_server **out,
                    struct prov_error *err) PROV_CHECKED;
/* Serves in a thread of its own until tftp_server_stop. */
int tftp_server_start(struct tftp_server *server, struct prov_error *err) PROV_CHECKED;
/* Ends the transfers of those who are not allowed any more. */
void tftp_server_judge_again(struct tftp_server *server);
/* Takes no new requests, lets running transfers finish for up to `seconds`, ends the thread. */
void tftp_server_stop(struct tftp_server *server, unsigned seconds);
void tftp_server_free(struct tftp_server *server);

#endif
