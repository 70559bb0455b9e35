/* SPDX-License-Identifier: MIT */
/* A peer's address without its port. */
#include "server/access/address.h"

#include <netinet/in.h>
#include <string.h>

struct access_address
access_address_of(const struct sockaddr *peer)
{
    struct access_address address = {{0}};
    if (peer->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, peer, sizeof v4);
        address.bytes[10] = address.bytes[11] = 0xff;
        memcpy(address.bytes + 12, &v4.sin_addr, 4);
    } else if (peer->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, peer, sizeof v6);
        memcpy(address.bytes, &v6.sin6_addr, 16);
    }
    return address;
}
