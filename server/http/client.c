/* SPDX-License-Identifier: MIT */
/* Which phone a client's certificate names. */
#include "server/http/internal.h"
#include "server/http/tls.h"
#include "server/log/log.h"

#include <gnutls/gnutls.h>

static void
refuse(const struct connection *connection, const char *why)
{
    char peer[64], subject[96];
    const char *name = peer_text(&connection->peer, peer, sizeof peer);
    peer_subject(&connection->peer, "client certificate", subject, sizeof subject);
    log_warn_once(subject, "%s: the certificate of %s is not accepted: %s",
                  connection->port->address, name, why);
}

/* A certificate that is good though it has expired. */
static void
note_expired(const struct connection *connection)
{
    char peer[64], subject[96];
    peer_subject(&connection->peer, "expired certificate", subject, sizeof subject);
    log_warn_once(subject,
                  "%s: SEP%s at %s shows a certificate of its manufacturer that has expired; it is "
                  "taken (expired-maker-certificates)",
                  connection->port->address, connection->client.text,
                  peer_text(&connection->peer, peer, sizeof peer));
}

static void
judge(struct connection *connection, const struct tls_credentials *credentials)
{
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(connection->session, &count);
    struct client_verdict verdict;
    struct prov_error why;
    connection->client_named = connection->client_pinned = connection->client_refused = false;
    if (chain == NULL || count == 0 || credentials->clients == NULL)
        return;
    connection->client_named =
        client_trust_accepts(credentials->clients, chain, count, &verdict, &why);
    connection->client_refused = !connection->client_named;
    connection->client_pinned = verdict.pinned;
    connection->client = verdict.phone;
    if (!connection->client_named)
        refuse(connection, why.text);
    else if (verdict.expired)
        note_expired(connection);
}

/* A resumed session brings the chain along in its ticket. It is judged by the port's terms of
 * today, and so is a connection that was open before these were loaded. */
const struct prov_mac *
client_phone(struct connection *connection)
{
    if (connection->session == NULL || connection->credentials->profile != TLS_STRICT)
        return NULL;
    struct tls_credentials *now = tls_credentials_of(connection->port);
    if (now != connection->judged_by) {
        judge(connection, now);
        tls_credentials_release(connection->judged_by);
        connection->judged_by = tls_credentials_hold(now);
    }
    tls_credentials_release(now);
    return connection->client_named ? &connection->client : NULL;
}
