/* SPDX-License-Identifier: MIT */
/* Proof that a phone holds the newest list: who is asked for it, and who gave it. */
#include "server/http/proof.h"

#include "server/http/tls.h"
#include "server/log/log.h"

#include <prov/digest.h>
#include <prov/trustlist.h>

#include <string.h>
#include <time.h>

/* --- lists and the certificates that they name */

/* By its content, or by its hash where the list names it so. */
static bool
record_names(const struct prov_record *record, struct prov_span der)
{
    static const enum prov_digest digests[] = {PROV_SHA1, PROV_SHA256, PROV_SHA512};
    if (record->certificate != NULL) {
        struct prov_span own = prov_identity_der(record->certificate);
        return own.len == der.len && memcmp(own.data, der.data, der.len) == 0;
    }
    const struct prov_field *field = prov_record_find(record, PROV_RECORD_CERTIFICATE_HASH);
    struct prov_hash hash;
    for (size_t i = 0; field != NULL && i < sizeof digests / sizeof digests[0]; i++)
        if (prov_digest(digests[i], der.data, der.len, &hash, NULL) == PROV_OK &&
            hash.len == field->value.len && memcmp(hash.value, field->value.data, hash.len) == 0)
            return true;
    return false;
}

/* A list that cannot be read may name anything. */
static bool
list_may_name(const struct resolver_file *file, struct prov_span der, bool unreadable)
{
    struct prov_trustlist *list = NULL;
    if (file->data == NULL ||
        prov_trustlist_read(file->data, (size_t)file->size, &list, NULL) != PROV_OK)
        return unreadable;
    bool names = false;
    for (size_t i = 0; i < prov_trustlist_count(list) && !names; i++)
        names = record_names(prov_trustlist_at(list, i), der);
    prov_trustlist_free(list);
    return names;
}

/* Whether `proof->sha256` is the newest list of those that the phone is given in turns, and the
 * only one of them that names the certificate. */
static bool
newest_alone_names(struct resolver *resolver, const struct ledger_proof *proof,
                   struct prov_span der)
{
    struct resolver_file *file = NULL;
    bool alone = true;
    size_t rung = 0;
    while (alone &&
           resolver_rung(resolver, &proof->phone, proof->kind == LEDGER_CTL, rung, &file)) {
        if (rung == 0)
            alone = memcmp(file->sha256, proof->sha256, sizeof proof->sha256) == 0 &&
                    list_may_name(file, der, false);
        else
            alone = !list_may_name(file, der, true);
        resolver_release(file);
        file = NULL;
        rung++;
    }
    return alone && rung > 1;
}

/* --- asking */

bool
proof_is_due(struct connection *connection)
{
    const struct tls_credentials *credentials = connection->credentials;
    const struct http_settings *settings = &connection->port->server->settings;
    struct ledger_proof given[2];
    size_t count = 0, due = 0;
    if (credentials->proof == NULL)
        return false;
    struct prov_span der = prov_identity_der(credentials->proof_certificate);
    given_take(settings->given, &connection->peer, (int64_t)time(NULL), given, &count);
    for (size_t i = 0; i < count; i++) {
        bool ctl = given[i].kind == LEDGER_CTL;
        if (resolver_is_proven(settings->resolver, &given[i].phone, ctl, given[i].sha256) ||
            !newest_alone_names(settings->resolver, &given[i], der))
            continue;
        connection->proof = given[i];
        due++;
    }
    /* Named by both kinds of lists it would show that the phone holds one of them, not which. */
    connection->proof_due = due == 1;
    return connection->proof_due;
}

void
proof_note(struct connection *connection)
{
    const struct http_settings *settings = &connection->port->server->settings;
    struct ledger_proof *proof = &connection->proof;
    if (!connection->proof_due || !connection->client_named || !connection->client_pinned ||
        gnutls_session_is_resumed(connection->session) != 0 ||
        strcmp(connection->client.text, proof->phone.text) != 0)
        return;
    connection->proof_due = false;
    struct prov_span der = prov_identity_der(connection->credentials->proof_certificate);
    struct prov_hash hash;
    if (prov_digest(PROV_SHA256, der.data, der.len, &hash, NULL) != PROV_OK)
        return;
    memcpy(proof->certificate, hash.value, sizeof proof->certificate);
    proof->time = time(NULL);
    bool ctl = proof->kind == LEDGER_CTL;
    if (!delivery_prove(settings->delivery, proof) ||
        !resolver_add_proof(settings->resolver, &proof->phone, ctl, proof->sha256))
        return;
    delivery_count(settings->delivery, DELIVERY_PROOFS);
    log_info("SEP%s has shown that it holds the newest %s: it took the certificate for proof",
             proof->phone.text, ctl ? "CTL" : "ITL");
}
