/* SPDX-License-Identifier: MIT */
/* The sockets of the transport, and which address a datagram was sent to. */
#ifndef SERVER_TFTP_SOCKET_H
#define SERVER_TFTP_SOCKET_H

#include "server/tftp/address.h"

#include <stddef.h>

#define TFTP_CONTROL_SIZE 128 /* for both families' IP_PKTINFO */

/* A socket for replies, on all addresses, at the port of `own` (0: one that is free), which must be
 * nobody's else yet; or, `shared`, this server's. -1 with errno. */
int tftp_socket_open(const union tftp_address *own, bool shared);
/* Lets transfers be served from a socket of `family` on which requests arrive. */
void tftp_socket_send_from(int fd, int family);
/* The largest block that crosses the path between two addresses in one piece. */
size_t tftp_path_blksize(const union tftp_address *local, const union tftp_address *peer);

/* The address that a datagram was sent to, from its control data, port 0. False if it was no
 * address of one host alone (RFC 1123, section 4.2.3.5), or cannot be known. */
bool tftp_local_address(struct msghdr *message, union tftp_address *local);
/* The same for one that is to be sent: `message` has room for TFTP_CONTROL_SIZE bytes of it. */
void tftp_put_local_address(struct msghdr *message, const union tftp_address *local);

#endif
