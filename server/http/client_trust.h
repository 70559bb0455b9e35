/* SPDX-License-Identifier: MIT */
/* Whom client-ca trusts: authorities, and certificates of phones, each for itself alone. */
#ifndef SERVER_HTTP_CLIENT_TRUST_H
#define SERVER_HTTP_CLIENT_TRUST_H

#include "server/http/http.h"

#include <prov/device.h>

#include <gnutls/gnutls.h>

struct client_trust;

/* All certificates of the PEM files. PROV_E_SYSTEM, PROV_E_FORMAT, PROV_E_UNFIT; `*path` becomes
 * the file that the error is about. */
int client_trust_load(const struct tls_client_terms *terms, struct client_trust **out,
                      const char **path, struct prov_error *err) PROV_CHECKED;
void client_trust_free(struct client_trust *trust);

/* Has the authorities named to clients, who choose their certificate by that. Not if phones are
 * trusted one by one: a client without an issuer among the names would send nothing. */
int client_trust_announce(const struct client_trust *trust,
                          gnutls_certificate_credentials_t credentials,
                          struct prov_error *err) PROV_CHECKED;

/* Whose certificate it is, and why it is good. */
struct client_verdict {
    struct prov_mac phone;
    bool pinned;  /* it stands in client-ca itself */
    bool expired; /* it is its manufacturer's, which has none to replace it */
};

/* Whether the chain (the client's own certificate first) is that of a phone that is trusted now.
 * False, with a phrase on why not. */
bool client_trust_accepts(const struct client_trust *trust, const gnutls_datum_t *chain,
                          unsigned count, struct client_verdict *out, struct prov_error *why);

#endif
