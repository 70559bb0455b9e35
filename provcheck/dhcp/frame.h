/* SPDX-License-Identifier: MIT */
/* The IPv4 and UDP headers around a DHCP message (RFC 791, RFC 768). */
#ifndef PROVCHECK_DHCP_FRAME_H
#define PROVCHECK_DHCP_FRAME_H

#include <prov.h>

#include <netinet/in.h>
#include <stdbool.h>

#define DHCP_FRAME_HEADERS 28 /* bytes */

/* Writes the headers of a question of `len` bytes: to everybody, from no address yet. */
void dhcp_frame_put(size_t len, uint8_t out[static DHCP_FRAME_HEADERS]);

/* The message in a whole IPv4 packet to a DHCP client, and who sent it. False for any other packet,
 * parts of one, and lengths that contradict one another. */
bool dhcp_frame_open(struct prov_span packet, struct prov_span *message, struct in_addr *from);

#endif
