/* SPDX-License-Identifier: MIT */
/* Both ends of a transfer. */
#ifndef SERVER_TFTP_ADDRESS_H
#define SERVER_TFTP_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

union tftp_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* A v4-mapped address, as a socket for both families gives it, becomes an IPv4 address. */
void tftp_address_unmap(union tftp_address *address);
socklen_t tftp_address_len(const union tftp_address *address);
bool tftp_address_equal(const union tftp_address *a, const union tftp_address *b);

#endif
