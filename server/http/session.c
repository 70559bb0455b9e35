/* SPDX-License-Identifier: MIT */
/* A TLS session: what it gets before the handshake, and what is said if that fails. */
#include "server/http/proof.h"
#include "server/http/tls.h"
#include "server/log/log.h"

#include <linux/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

static bool
handshake_done(const struct handshake *handshake)
{
    return handshake->finished_in && handshake->finished_out;
}

/* Is called before and after each message is judged. A hello that will be refused is seen only
 * before; and only after both sides' last messages it is certain that the client accepted ours. */
static int
on_handshake_message(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                     const gnutls_datum_t *message)
{
    struct connection *connection = gnutls_session_get_ptr(session);
    struct handshake *handshake = &connection->handshake;
    if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO && incoming && !handshake->hello_seen) {
        handshake->hello_seen = true;
        hello_read(message->data, message->size, &handshake->hello);
    }
    if (type != GNUTLS_HANDSHAKE_FINISHED || when != GNUTLS_HOOK_POST)
        return 0;
    handshake->finished_in |= incoming != 0;
    handshake->finished_out |= incoming == 0;
    if (handshake_done(handshake) && gnutls_protocol_get_version(session) < GNUTLS_TLS1_2)
        delivery_count(connection->port->server->settings.delivery, DELIVERY_TLS_OLD);
    return 0;
}

struct tls_credentials *
tls_credentials_of(struct port *port)
{
    pthread_mutex_lock(&port->lock);
    struct tls_credentials *credentials = tls_credentials_hold(port->credentials);
    pthread_mutex_unlock(&port->lock);
    return credentials;
}

/* libmicrohttpd gives each session its own idea of priorities and certificates; ours replace them
 * before the handshake. */
bool
tls_session_prepare(struct connection *connection)
{
    struct port *port = connection->port;
    gnutls_session_t session = connection->session;
    struct tls_credentials *credentials = tls_credentials_of(port);
    connection->credentials = credentials;
    bool proof = proof_is_due(connection);
    if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
                               proof ? credentials->proof : credentials->x509) != 0 ||
        gnutls_priority_set(session, credentials->priority) != 0)
        return false;
    /* Who resumes a session sees no certificate, so for proof there are no tickets. */
    if (!proof && gnutls_session_ticket_enable_server(
                      session, &port->server->ticket_keys[credentials->profile]) != 0)
        return false;
    if (credentials->profile == TLS_STRICT)
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
    gnutls_session_set_ptr(session, connection);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_BOTH,
                                       on_handshake_message);
    return true;
}

static bool
something_received(int fd)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && info.tcpi_bytes_received > 1;
}

void
tls_session_judge(struct connection *connection)
{
    const struct handshake *handshake = &connection->handshake;
    struct delivery *delivery = connection->port->server->settings.delivery;
    if (handshake_done(handshake))
        return;
    if (!handshake->hello_seen && !something_received(connection->fd))
        return; /* somebody looked whether the port is open */
    char peer[64], subject[96], why[512];
    const char *name = peer_text(&connection->peer, peer, sizeof peer);
    peer_subject(&connection->peer, "TLS", subject, sizeof subject);
    handshake_explain(handshake, &connection->credentials->terms, atomic_load(&connection->cut),
                      why, sizeof why);
    log_warn_once(subject, "%s: TLS handshake with %s failed: %s", connection->port->address, name,
                  why);
    delivery_count(delivery, DELIVERY_TLS_FAILED);
}
