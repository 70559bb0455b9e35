/* SPDX-License-Identifier: MIT */
/* A connection from its start to its end, and the list of all of them. */
#include "server/http/internal.h"
#include "server/http/tls.h"

#include <stdlib.h>
#include <string.h>

struct connection *
connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

/* --- the list of all, for the reaper */

static void
enlist(struct http_server *server, struct connection *connection)
{
    pthread_mutex_lock(&server->lock);
    connection->next = server->connections;
    if (connection->next != NULL)
        connection->next->previous = connection;
    server->connections = connection;
    atomic_fetch_add(&server->open, 1);
    if (server->reaper_sleeps)
        pthread_cond_signal(&server->work);
    pthread_mutex_unlock(&server->lock);
}

static void
delist(struct http_server *server, struct connection *connection)
{
    pthread_mutex_lock(&server->lock);
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        server->connections = connection->next;
    if (atomic_fetch_sub(&server->open, 1) == 1 && atomic_load(&server->stopping))
        pthread_cond_signal(&server->ended);
    pthread_mutex_unlock(&server->lock);
}

/* --- start and end */

static void
copy_peer(struct connection *connection, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || info->client_addr == NULL)
        return;
    size_t len = info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                          : sizeof(struct sockaddr_in);
    memcpy(&connection->peer, info->client_addr, len);
}

static bool
fill(struct connection *connection, struct port *port, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (socket == NULL)
        return false;
    connection->fd = socket->connect_fd;
    connection->port = port;
    copy_peer(connection, mhd);
    atomic_init(&connection->phase, PHASE_REQUEST);
    atomic_init(&connection->deadline,
                clock_milliseconds() + port->server->settings.request_seconds * INT64_C(1000));
    if (!port->tls)
        return true;
    const union MHD_ConnectionInfo *session =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (session == NULL)
        return false;
    connection->session = session->tls_session;
    return tls_session_prepare(connection);
}

static const struct sockaddr *
peer_of(const struct connection *connection)
{
    return (const struct sockaddr *)&connection->peer;
}

/* Without a context, the handler refuses what the connection asks for. */
static struct connection *
start(struct port *port, struct MHD_Connection *mhd)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return NULL;
    if (!fill(connection, port, mhd)) {
        tls_credentials_release(connection->credentials);
        free(connection);
        return NULL;
    }
    connection->counted = access_shares_take(port->server->shares, peer_of(connection));
    enlist(port->server, connection);
    delivery_gauge_add(port->server->settings.delivery,
                       port->tls ? DELIVERY_HTTPS_ACTIVE : DELIVERY_HTTP_ACTIVE, 1);
    return connection;
}

static void
end(struct connection *connection)
{
    struct port *port = connection->port;
    struct http_server *server = port->server;
    if (port->tls)
        tls_session_judge(connection);
    if (!connection->unsettled || !outcome_linger(connection))
        outcome_settle(connection);
    if (connection->counted)
        access_shares_give_back(server->shares, peer_of(connection));
    delist(server, connection);
    delivery_gauge_add(server->settings.delivery,
                       port->tls ? DELIVERY_HTTPS_ACTIVE : DELIVERY_HTTP_ACTIVE, -1);
    tls_credentials_release(connection->credentials);
    free(connection);
}

void
connection_notify(void *server_port, struct MHD_Connection *mhd, void **context,
                  enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *context = start(server_port, mhd);
    else if (*context != NULL)
        end(*context);
}
