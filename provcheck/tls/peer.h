/* SPDX-License-Identifier: MIT */
/* A server's TLS port: found, connected to, and asked, each within a deadline. */
#ifndef PROVCHECK_TLS_PEER_H
#define PROVCHECK_TLS_PEER_H

#include "provcheck/tls/hello.h"

#include <prov.h>

#include <sys/socket.h>

#define TLS_HOST_MAX 256
#define TLS_ADDRESSES_MAX 8

struct tls_peer {
    char host[TLS_HOST_MAX]; /* without the brackets of an IPv6 address */
    unsigned port;
    int64_t timeout; /* milliseconds, for each connection */
    size_t address_count;
    struct tls_address {
        struct sockaddr_storage address;
        socklen_t len;
    } addresses[TLS_ADDRESSES_MAX];
};

/* True for an IP address without brackets. */
bool tls_is_address(const char *host);

/* "HOST:PORT", "192.0.2.1:5061", "[2001:db8::1]:5061" or "[fe80::1%eth0]:5061". PROV_E_ARGUMENT. */
int tls_peer_parse(const char *text, struct tls_peer *out, struct prov_error *err) PROV_CHECKED;
/* Asks the resolver for its addresses. PROV_E_ARGUMENT if it has none. */
int tls_peer_find(struct tls_peer *peer, struct prov_error *err) PROV_CHECKED;

/* Connects to one of the addresses, the earlier ones first, without blocking afterwards.
 * PROV_E_SYSTEM. */
int tls_peer_connect(const struct tls_peer *peer, int64_t deadline, int *fd,
                     struct prov_error *err) PROV_CHECKED;
/* Waits for the events of poll; false at the deadline (of fetch_clock). */
bool tls_peer_wait(int fd, short events, int64_t deadline);

enum tls_probe_outcome {
    TLS_PROBE_AGREED,      /* the flight is complete */
    TLS_PROBE_ALERT,       /* the server refused */
    TLS_PROBE_CLOSED,      /* it hung up instead */
    TLS_PROBE_SILENT,      /* it said nothing, or did not go on */
    TLS_PROBE_PLAIN,       /* it does not speak TLS there */
    TLS_PROBE_BROKEN,      /* it speaks it badly */
    TLS_PROBE_UNREACHABLE, /* nobody takes the connection */
    TLS_PROBE_FAILED       /* memory is short, or the like */
};

struct tls_probe {
    enum tls_probe_outcome outcome;
    char text[512]; /* a sentence for people, but where it is agreed */
    struct tls_flight flight;
};

/* Says hello on a connection of its own and reads the server's first flight. `offer->bytes` need
 * not be set. */
void tls_probe_run(const struct tls_peer *peer, const struct tls_offer *offer,
                   struct tls_probe *out);

#endif
