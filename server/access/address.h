/* SPDX-License-Identifier: MIT */
/* A peer's address without its port. */
#ifndef SERVER_ACCESS_ADDRESS_H
#define SERVER_ACCESS_ADDRESS_H

#include <stdint.h>
#include <sys/socket.h>

/* As IPv6; an address of IPv4 is mapped. */
struct access_address {
    uint8_t bytes[16];
};

/* All zeroes for what is no internet address. */
struct access_address access_address_of(const struct sockaddr *peer);

#endif
