/* SPDX-License-Identifier: MIT */
/* Brings back at the start what the ledger knows of lists in turns. */
#include "server/main/recall.h"

#include "ladder/rungs.h"
#include "ledger/ledger.h"
#include "server/log/log.h"

#include <arpa/inet.h>
#include <string.h>

static bool
recall_proof(void *context, const struct ledger_proof *proof)
{
    return resolver_add_proof(context, &proof->phone, proof->kind == LEDGER_CTL, proof->sha256);
}

int
recall_proofs(const char *ledger, struct resolver *resolver, struct prov_error *err)
{
    struct ledger *opened = NULL;
    struct prov_error why = {0};
    int rc = ledger_open(ledger, LEDGER_READ, &opened, &why);
    if (rc == PROV_OK)
        rc = ledger_each_proof(opened, NULL, recall_proof, resolver, &why);
    ledger_close(opened);
    return rc == PROV_OK ? PROV_OK : prov_fail(err, rc, "%s: %s", ledger, why.text);
}

struct recall {
    struct resolver *resolver;
    struct given *given;
};

static bool
address_of(const char *text, struct sockaddr_storage *out)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    *out = (struct sockaddr_storage){.ss_family = AF_UNSPEC};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(out, &v4, sizeof v4);
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(out, &v6, sizeof v6);
    return out->ss_family != AF_UNSPEC;
}

static bool
recall_delivery(void *context, const struct ledger_entry *entry)
{
    static const char folder[] = LADDER_FOLDER "/";
    const struct recall *recall = context;
    struct ledger_proof list = {.phone = entry->phone, .kind = entry->kind, .time = entry->time};
    struct sockaddr_storage address;
    struct resolver_file *newest = NULL;
    bool list_in_turns = (entry->kind == LEDGER_ITL || entry->kind == LEDGER_CTL) &&
                         strncmp(entry->file, folder, strlen(folder)) == 0;
    if (!list_in_turns || !address_of(entry->address, &address) ||
        !resolver_rung(recall->resolver, &entry->phone, entry->kind == LEDGER_CTL, 0, &newest))
        return true;
    memcpy(list.sha256, entry->sha256, sizeof list.sha256);
    if (memcmp(newest->sha256, list.sha256, sizeof list.sha256) == 0)
        given_recall(recall->given, &address, &list);
    resolver_release(newest);
    return true;
}

void
recall_given(const char *ledger, struct resolver *resolver, struct given *given)
{
    struct ledger *opened = NULL;
    struct recall recall = {resolver, given};
    struct prov_error err;
    int rc = ledger_open(ledger, LEDGER_READ, &opened, &err);
    if (rc == PROV_OK)
        rc = ledger_each_delivery_of_given(opened, recall_delivery, &recall, &err);
    if (rc != PROV_OK)
        log_warn(
            "%s: %s; phones that were given the newest list are asked for proof after the next "
            "time",
            ledger, err.text);
    ledger_close(opened);
}
