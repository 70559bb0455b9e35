/* SPDX-License-Identifier: MIT */
/* Proof that a phone holds the newest list: a TLS handshake on a certificate that only this list
 * names. */
#ifndef SERVER_HTTP_PROOF_H
#define SERVER_HTTP_PROOF_H

#include "server/http/internal.h"

/* Before the handshake, whose credentials are set: true if this client is to be shown the
 * certificate for proof, since the newest list was given there in an earlier boot. Each delivery is
 * good for one attempt. */
bool proof_is_due(struct connection *connection);
/* At a request, after the client was judged: notes the proof if the phone gave it. Only a client
 * that took the certificate gets so far. */
void proof_note(struct connection *connection);

#endif
