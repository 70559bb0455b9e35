/* SPDX-License-Identifier: MIT */
/* Which phone a client's certificate names. */
#include "server/http/internal.h"
#include "server/http/tls.h"
#include "server/log/log.h"

#include <prov/identity.h>
#include <prov/text.h>

#include <gnutls/x509.h>
#include <stdio.h>

static void
refuse(const struct connection *connection, const char *why)
{
    char peer[64], subject[96];
    const char *name = peer_text(&connection->peer, peer, sizeof peer);
    peer_subject(&connection->peer, "client certificate", subject, sizeof subject);
    log_warn_once(subject, "%s: the certificate of %s is not accepted: %s",
                  connection->port->address, name, why);
}

static bool
chain_verifies(struct connection *connection)
{
    unsigned status = 0;
    int rc = gnutls_certificate_verify_peers2(connection->session, &status);
    if (rc == 0 && status == 0)
        return true;
    char why[512];
    gnutls_datum_t text = {0};
    if (rc == 0)
        rc = gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0);
    if (rc == 0)
        prov_printable(text.data, text.size > 0 ? text.size - 1 : 0, why, sizeof why);
    else
        snprintf(why, sizeof why, "%s", gnutls_strerror(rc));
    gnutls_free(text.data);
    refuse(connection, why);
    return false;
}

static bool
certificate_names(struct connection *connection, const gnutls_datum_t *der)
{
    struct prov_identity *identity = NULL;
    struct prov_error err;
    if (prov_identity_from_der(der->data, der->size, &identity, &err) != PROV_OK) {
        refuse(connection, err.text);
        return false;
    }
    bool named = prov_mac_of_certificate(identity, &connection->client);
    prov_identity_free(identity);
    if (!named)
        refuse(connection,
               "it names no phone: its only CN must be SEP<MAC> or CP-<model>-SEP<MAC>");
    return named;
}

/* A resumed session brings the chain along in its ticket, and it is verified again, against the
 * CAs of today. */
const struct prov_mac *
client_phone(struct connection *connection)
{
    if (connection->session == NULL || !connection->credentials->verifies_clients)
        return NULL;
    if (!connection->client_checked) {
        unsigned count = 0;
        const gnutls_datum_t *chain = gnutls_certificate_get_peers(connection->session, &count);
        connection->client_named = chain != NULL && count > 0 && chain_verifies(connection) &&
                                   certificate_names(connection, &chain[0]);
        connection->client_checked = true;
    }
    return connection->client_named ? &connection->client : NULL;
}
