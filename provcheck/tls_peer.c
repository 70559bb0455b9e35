/* SPDX-License-Identifier: MIT */
#include "provcheck/tls_peer.h"
#include "provcheck/fetch.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
parse_port(const char *text, unsigned *out, struct prov_error *err)
{
    char *end = NULL;
    errno = 0;
    unsigned long port = strtoul(text, &end, 10);
    if (errno != 0 || !isdigit((unsigned char)text[0]) || *end != '\0' || port == 0 || port > 65535)
        return prov_fail(err, PROV_E_ARGUMENT, "port must be a number from 1 to 65535, not %s",
                         text);
    *out = (unsigned)port;
    return PROV_OK;
}

bool
tls_is_address(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

int
tls_peer_parse(const char *text, struct tls_peer *out, struct prov_error *err)
{
    const char *colon = strrchr(text, ':');
    const char *start = text;
    size_t len = colon != NULL ? (size_t)(colon - text) : 0;
    if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
        start++;
        len -= 2;
    } else if (memchr(text, ':', len) != NULL) {
        return prov_fail(err, PROV_E_ARGUMENT,
                         "write an IPv6 address in brackets, [2001:db8::1]:5061");
    }
    if (len == 0 || len >= sizeof out->host)
        return prov_fail(err, PROV_E_ARGUMENT, "give the server as HOST:PORT, pbx.example:5061");
    memcpy(out->host, start, len);
    out->host[len] = '\0';
    if (text[0] == '[' && !tls_is_address(out->host))
        return prov_fail(err, PROV_E_ARGUMENT, "%s is no IPv6 address", out->host);
    return parse_port(colon + 1, &out->port, err);
}

int
tls_peer_find(struct tls_peer *peer, struct prov_error *err)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char port[8];
    snprintf(port, sizeof port, "%u", peer->port);
    int rc = getaddrinfo(peer->host, port, &hints, &found);
    if (rc != 0)
        return prov_fail(err, PROV_E_ARGUMENT, "the name %s has no address: %s", peer->host,
                         gai_strerror(rc));
    peer->address_count = 0;
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        if (peer->address_count == TLS_ADDRESSES_MAX)
            break;
        struct tls_address *address = &peer->addresses[peer->address_count++];
        memcpy(&address->address, at->ai_addr, at->ai_addrlen);
        address->len = at->ai_addrlen;
    }
    freeaddrinfo(found);
    return PROV_OK;
}

bool
tls_peer_wait(int fd, short events, int64_t deadline)
{
    struct pollfd wait = {.fd = fd, .events = events};
    for (;;) {
        int64_t left = deadline - fetch_clock();
        if (left <= 0)
            return false;
        int rc = poll(&wait, 1, (int)left);
        if (rc > 0)
            return true;
        if (rc < 0 && errno != EINTR)
            return false;
    }
}

/* An errno; 0 where it is connected. */
static int
finish_connecting(int fd, int64_t deadline)
{
    int error = 0;
    socklen_t len = sizeof error;
    if (!tls_peer_wait(fd, POLLOUT, deadline))
        return ETIMEDOUT;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 ? error : errno;
}

int
tls_peer_connect(const struct tls_peer *peer, int64_t deadline, int *fd, struct prov_error *err)
{
    int problem = EADDRNOTAVAIL;
    for (size_t i = 0; i < peer->address_count; i++) {
        const struct tls_address *address = &peer->addresses[i];
        int made =
            socket(address->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        problem = made < 0 ? errno : 0;
        if (made >= 0 &&
            connect(made, (const struct sockaddr *)&address->address, address->len) != 0)
            problem = errno == EINPROGRESS ? finish_connecting(made, deadline) : errno;
        if (problem == 0) {
            *fd = made;
            return PROV_OK;
        }
        if (made >= 0)
            close(made);
    }
    return prov_fail(err, PROV_E_SYSTEM, "%s port %u: %s", peer->host, peer->port,
                     strerror(problem));
}
