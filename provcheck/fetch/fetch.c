/* SPDX-License-Identifier: MIT */
/* Fetches from their start to their end, whatever the transport. */
#include "provcheck/fetch/internal.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static const struct fetch_protocol *const protocols[FETCH_TRANSPORTS] = {
    [FETCH_TFTP] = &fetch_tftp,
    [FETCH_HTTP] = &fetch_http,
    [FETCH_HTTPS] = &fetch_https,
};

static const struct fetch_protocol *
protocol_of(const struct fetch *fetch)
{
    return protocols[fetch->request.transport];
}

const char *
fetch_transport_name(enum fetch_transport transport)
{
    return protocols[transport]->name;
}

static void
set_port(struct sockaddr_storage *address, unsigned port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in *)address)->sin_port = htons((uint16_t)port);
}

int
fetch_server_find(const char *host, const unsigned ports[static FETCH_TRANSPORTS],
                  struct fetch_server *out, struct prov_error *err)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    *out = (struct fetch_server){0};
    if (strlen(host) >= sizeof out->host)
        return prov_fail(err, PROV_E_ARGUMENT, "the server's name is too long");
    int rc = getaddrinfo(host, NULL, &hints, &found);
    if (rc != 0)
        return prov_fail(err, PROV_E_ARGUMENT, "the server is not found: %s", gai_strerror(rc));
    snprintf(out->host, sizeof out->host, "%s", host);
    out->address_len = found->ai_addrlen;
    for (size_t i = 0; i < FETCH_TRANSPORTS; i++) {
        memcpy(&out->address[i], found->ai_addr, found->ai_addrlen);
        set_port(&out->address[i], ports[i]);
        out->ports[i] = ports[i];
    }
    freeaddrinfo(found);
    return PROV_OK;
}

static int
open_socket(struct fetch *fetch, struct prov_error *err)
{
    int family = fetch->server->address[0].ss_family;
    fetch->fd = socket(family, protocol_of(fetch)->socket_type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct epoll_event event = {.data.ptr = fetch};
    if (fetch->fd < 0 || epoll_ctl(fetch->epoll, EPOLL_CTL_ADD, fetch->fd, &event) != 0)
        return prov_system_failed(err, "cannot open a socket");
    return PROV_OK;
}

struct fetch *
fetch_start(int epoll, const struct fetch_server *server, struct fetch_tls *tls,
            const struct fetch_request *request, struct prov_error *err)
{
    struct fetch *fetch = calloc(1, sizeof *fetch);
    if (fetch == NULL) {
        prov_fail(err, PROV_E_MEMORY, "out of memory");
        return NULL;
    }
    fetch->server = server;
    fetch->tls = tls;
    fetch->request = *request;
    snprintf(fetch->name, sizeof fetch->name, "%s", request->name);
    fetch->request.name = fetch->name;
    fetch->epoll = epoll;
    fetch->fd = -1;
    fetch->content = prov_bytes_new(FETCH_FILE_MAX);
    int rc = fetch->content == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                                    : open_socket(fetch, err);
    if (rc == PROV_OK)
        rc = protocol_of(fetch)->start(fetch, err);
    if (rc != PROV_OK) {
        fetch_free(fetch);
        return NULL;
    }
    return fetch;
}

void
fetch_free(struct fetch *fetch)
{
    if (fetch == NULL)
        return;
    protocol_of(fetch)->end(fetch);
    if (fetch->fd >= 0)
        close(fetch->fd);
    prov_bytes_free(fetch->content);
    free(fetch);
}

void
fetch_ready(struct fetch *fetch, uint32_t events)
{
    if (fetch->outcome == FETCH_RUNNING)
        protocol_of(fetch)->ready(fetch, events);
}

void
fetch_tick(struct fetch *fetch)
{
    if (fetch->outcome == FETCH_RUNNING && fetch_clock() >= fetch->deadline)
        protocol_of(fetch)->late(fetch);
}

void *
fetch_owner(const struct fetch *fetch)
{
    return fetch->request.owner;
}

enum fetch_outcome
fetch_outcome(const struct fetch *fetch)
{
    return fetch->outcome;
}

const char *
fetch_text(const struct fetch *fetch)
{
    return fetch->text;
}

unsigned
fetch_resends(const struct fetch *fetch)
{
    return fetch->resends;
}
