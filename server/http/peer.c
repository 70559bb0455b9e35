/* SPDX-License-Identifier: MIT */
/* Clients by their addresses, in messages and in what limits them. */
#include "server/http/internal.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#define PEER_SUBJECTS 64

const char *
peer_text(const struct sockaddr_storage *peer, char *out, size_t size)
{
    if (getnameinfo((const struct sockaddr *)peer, sizeof *peer, out, (socklen_t)size, NULL, 0,
                    NI_NUMERICHOST) != 0)
        return "unknown";
    static const char mapped[] = "::ffff:";
    return strncmp(out, mapped, sizeof mapped - 1) == 0 ? out + sizeof mapped - 1 : out;
}

bool
peer_allowed(const struct connection *connection)
{
    const struct http_settings *settings = &connection->port->server->settings;
    if (access_allows(settings->access, (const struct sockaddr *)&connection->peer))
        return true;
    delivery_count(settings->delivery, DELIVERY_NOT_ALLOWED);
    return false;
}

void
peer_subject(const struct sockaddr_storage *peer, const char *what, char *out, size_t size)
{
    char text[64];
    unsigned sum = 0;
    for (const char *at = peer_text(peer, text, sizeof text); *at != '\0'; at++)
        sum = sum * 31 + (unsigned char)*at;
    snprintf(out, size, "%s %u", what, sum % PEER_SUBJECTS);
}
