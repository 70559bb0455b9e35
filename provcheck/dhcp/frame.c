/* SPDX-License-Identifier: MIT */
/* The IPv4 and UDP headers around a DHCP message. */
#include "provcheck/dhcp/frame.h"

#include <string.h>

enum { IP_LEN = 20, UDP_LEN = 8, PORT_SERVER = 67, PORT_CLIENT = 68, HOPS = 64 };

/* Places in the IPv4 header. */
enum { AT_TOTAL = 2, AT_FRAGMENT = 6, AT_HOPS = 8, AT_PROTOCOL = 9, AT_FROM = 12, AT_TO = 16 };

static void
put_16(uint8_t *at, size_t number)
{
    at[0] = (uint8_t)(number >> 8);
    at[1] = (uint8_t)number;
}

static size_t
get_16(const uint8_t *at)
{
    return (size_t)at[0] << 8 | at[1];
}

/* The kernel fills in the header's checksum and sender. UDP's may be left out over IPv4. */
void
dhcp_frame_put(size_t len, uint8_t out[static DHCP_FRAME_HEADERS])
{
    memset(out, 0, DHCP_FRAME_HEADERS);
    out[0] = 0x45;
    put_16(out + AT_TOTAL, DHCP_FRAME_HEADERS + len);
    out[AT_HOPS] = HOPS;
    out[AT_PROTOCOL] = IPPROTO_UDP;
    memset(out + AT_TO, 0xff, sizeof(struct in_addr));
    put_16(out + IP_LEN, PORT_CLIENT);
    put_16(out + IP_LEN + 2, PORT_SERVER);
    put_16(out + IP_LEN + 4, UDP_LEN + len);
}

/* Checksums are not looked at: a packet that never left this machine has none yet. */
bool
dhcp_frame_open(struct prov_span packet, struct prov_span *message, struct in_addr *from)
{
    if (packet.len < IP_LEN || packet.data[0] >> 4 != 4)
        return false;
    size_t header = (size_t)(packet.data[0] & 0x0f) * 4, total = get_16(packet.data + AT_TOTAL);
    if (header < IP_LEN || total > packet.len || total < header + UDP_LEN ||
        packet.data[AT_PROTOCOL] != IPPROTO_UDP ||
        (get_16(packet.data + AT_FRAGMENT) & 0x3fff) != 0) /* more fragments, or an offset */
        return false;
    const uint8_t *udp = packet.data + header;
    size_t len = get_16(udp + 4);
    if (get_16(udp) != PORT_SERVER || get_16(udp + 2) != PORT_CLIENT || len < UDP_LEN ||
        len > total - header)
        return false;
    *message = (struct prov_span){udp + UDP_LEN, len - UDP_LEN};
    memcpy(from, packet.data + AT_FROM, sizeof *from);
    return true;
}
