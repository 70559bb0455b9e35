/* SPDX-License-Identifier: MIT */
/* DHCP messages as bytes: what a phone asks, and what it is offered (RFC 2131, RFC 2132, RFC 3396;
 * option 150: RFC 5859). */
#ifndef PROVCHECK_DHCP_MESSAGE_H
#define PROVCHECK_DHCP_MESSAGE_H

#include <prov.h>

#include <netinet/in.h>
#include <stdbool.h>

#define DHCP_HARDWARE_LEN 6
#define DHCP_DISCOVER_MAX 548 /* bytes: what every server takes (RFC 2131, section 2) */
#define DHCP_VALUE_MAX 510    /* bytes of one option in all its parts: two whole ones */
#define DHCP_SERVER_NAME_MAX 64

struct dhcp_question {
    uint32_t id;
    uint8_t hardware[DHCP_HARDWARE_LEN];
    const char *host;              /* SEP<MAC> */
    struct prov_span vendor_class; /* option 60 */
};

/* Writes a DHCPDISCOVER as a 7911 sends it; returns its length. */
size_t dhcp_discover(const struct dhcp_question *question, uint8_t out[static DHCP_DISCOVER_MAX]);

/* An option's value; one that is there may be empty. */
struct dhcp_value {
    bool given;
    size_t len;
    uint8_t bytes[DHCP_VALUE_MAX];
};

/* A DHCPOFFER. */
struct dhcp_answer {
    struct in_addr from;        /* the server's identifier; 0.0.0.0: it names none */
    struct in_addr offered;     /* the phone's address */
    struct in_addr next_server; /* field siaddr */
    struct in_addr relay;       /* field giaddr; 0.0.0.0: it came straight */
    char server_name[DHCP_SERVER_NAME_MAX + 1]; /* field sname; empty where it holds options */
    struct dhcp_value mask, routers, name_servers, tftp_name, tftp_addresses;
};

enum dhcp_reading {
    DHCP_OTHER, /* no answer to this question, or no offer */
    DHCP_OFFER,
    DHCP_MALFORMED /* an answer whose options do not end where they say */
};

/* `message` is what a UDP datagram carries. */
enum dhcp_reading dhcp_answer_read(struct prov_span message, const struct dhcp_question *question,
                                   struct dhcp_answer *out);

#endif
