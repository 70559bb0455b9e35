/* SPDX-License-Identifier: MIT */
/* A server's TLS port: found, connected to and read from, each within a deadline. */
#include "provcheck/tls/peer.h"
#include "provcheck/fetch/fetch.h"

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

/* With a zone, "fe80::1%eth0", if it is one of IPv6 (RFC 4007, section 11). */
static bool
is_scoped_address(const char *host)
{
    char address[INET6_ADDRSTRLEN];
    const char *zone = strchr(host, '%');
    if (zone == NULL)
        return tls_is_address(host);
    size_t len = (size_t)(zone - host);
    if (zone[1] == '\0' || len >= sizeof address || memchr(host, ':', len) == NULL)
        return false;
    memcpy(address, host, len);
    address[len] = '\0';
    return tls_is_address(address);
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
    if (text[0] == '[' && !is_scoped_address(out->host))
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

/* --- connecting */

#define ATTEMPT_DELAY 250 /* milliseconds before the next address; RFC 8305, section 5 */

/* The attempts that are under way (RFC 8305, "Happy Eyeballs"), so that an address that never
 * answers leaves time for the others. */
struct race {
    struct pollfd attempts[TLS_ADDRESSES_MAX]; /* an fd of -1 has failed */
    size_t started;
    size_t running;
    int64_t next; /* when the next one is due, unless all others failed before */
    int problem;  /* an errno, of the last that failed */
};

static void
start_attempt(const struct tls_peer *peer, struct race *race)
{
    const struct tls_address *address = &peer->addresses[race->started];
    int fd = socket(address->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address->address, address->len) != 0 &&
        errno != EINPROGRESS) {
        race->problem = errno;
        close(fd);
        fd = -1;
    } else if (fd < 0) {
        race->problem = errno;
    }
    race->attempts[race->started++] = (struct pollfd){.fd = fd, .events = POLLOUT};
    race->running += fd >= 0 ? 1 : 0;
    race->next = fetch_clock() + ATTEMPT_DELAY;
}

/* The errno of an attempt that has come to its end; 0 where it is connected. */
static int
attempt_error(int fd)
{
    int error = 0;
    socklen_t len = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 ? error : errno;
}

/* Takes a connection out of the race; -1 where there is none yet. */
static int
take_winner(struct race *race)
{
    for (size_t i = 0; i < race->started; i++) {
        int fd = race->attempts[i].fd;
        if (fd < 0 || race->attempts[i].revents == 0)
            continue;
        int error = attempt_error(fd);
        race->attempts[i].fd = -1;
        race->running--;
        if (error == 0)
            return fd;
        race->problem = error;
        close(fd);
    }
    return -1;
}

/* Waits for an attempt's end, for the time of the next one or for the deadline; false at the
 * deadline. */
static bool
wait_for_attempts(const struct tls_peer *peer, struct race *race, int64_t deadline)
{
    int64_t now = fetch_clock();
    int64_t end =
        race->started < peer->address_count && race->next < deadline ? race->next : deadline;
    if (now >= deadline) {
        race->problem = ETIMEDOUT;
        return false;
    }
    int rc = poll(race->attempts, race->started, end > now ? (int)(end - now) : 0);
    if (rc >= 0 || errno == EINTR)
        return true;
    race->problem = errno;
    return false;
}

static int
run_race(const struct tls_peer *peer, struct race *race, int64_t deadline)
{
    int winner = -1;
    while (winner < 0) {
        bool more = race->started < peer->address_count;
        if (more && (race->running == 0 || fetch_clock() >= race->next)) {
            start_attempt(peer, race);
        } else {
            if (race->running == 0 || !wait_for_attempts(peer, race, deadline))
                return -1;
            winner = take_winner(race);
        }
    }
    return winner;
}

int
tls_peer_connect(const struct tls_peer *peer, int64_t deadline, int *fd, struct prov_error *err)
{
    struct race race = {.problem = EADDRNOTAVAIL};
    int winner = run_race(peer, &race, deadline);
    for (size_t i = 0; i < race.started; i++)
        if (race.attempts[i].fd >= 0)
            close(race.attempts[i].fd);
    if (winner < 0) {
        errno = race.problem;
        return prov_system_failed(err, "%s port %u", peer->host, peer->port);
    }
    *fd = winner;
    return PROV_OK;
}
