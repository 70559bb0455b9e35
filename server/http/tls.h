/* SPDX-License-Identifier: MIT */
/* The inside of struct tls_credentials, and what each TLS session gets from it. */
#ifndef SERVER_HTTP_TLS_H
#define SERVER_HTTP_TLS_H

#include "server/http/client_trust.h"
#include "server/http/internal.h"

#include <prov/identity.h>

struct tls_credentials {
    atomic_uint references;
    enum tls_profile profile;
    gnutls_certificate_credentials_t x509;
    gnutls_priority_t priority;
    struct handshake_terms terms;
    struct client_trust *clients;           /* NULL: no client is known by its certificate */
    gnutls_certificate_credentials_t proof; /* shown for proof that a phone holds a list; NULL */
    struct prov_identity *proof_certificate;
};

/* "TLS 1.3, TLS 1.2": what the priority string and the system's GnuTLS configuration leave. */
void tls_protocols(const struct tls_credentials *credentials, char *out, size_t size);

/* --- session.c */

/* Those that the port has now; the caller gives the reference back. */
struct tls_credentials *tls_credentials_of(struct port *port);

/* Prepares the session of a new connection, before its handshake. False: it cannot be served. */
bool tls_session_prepare(struct connection *connection);
/* At the end of a connection: says so if its handshake came to nothing. */
void tls_session_judge(struct connection *connection);

#endif
