/* SPDX-License-Identifier: MIT */
/* The transfers that go on, found by their ends, and the oldest that nobody acknowledged. */
#include "server/tftp/table.h"

#include "server/access/hash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Whoever forges an address directs at it what answers. So one address may have a part of all
 * transfers begun without acknowledging any, then some each second: never none, since the one whose
 * address is forged asks too. */
#define SHARE 10
#define SHARE_MORE 16
#define SHARE_EACH_SECOND 50

int
tftp_table_init(struct tftp_table *table, size_t capacity, struct access_list *shared)
{
    size_t buckets = 1, each = capacity / SHARE + SHARE_MORE;
    while (buckets < capacity)
        buckets *= 2;
    *table = (struct tftp_table){.capacity = capacity, .mask = buckets - 1};
    table->transfers = calloc(capacity, sizeof *table->transfers);
    table->buckets = calloc(buckets, sizeof(struct tftp_transfer *));
    table->unacknowledged = access_budget_new((uint32_t)each, SHARE_EACH_SECOND, shared);
    if (table->transfers == NULL || table->buckets == NULL || table->unacknowledged == NULL)
        return -1;
    ssize_t got = getrandom(table->secret, sizeof table->secret, 0);
    return got == (ssize_t)sizeof table->secret ? 0 : -1;
}

void
tftp_table_free(struct tftp_table *table)
{
    access_budget_free(table->unacknowledged);
    free(table->transfers);
    free(table->buckets);
    *table = (struct tftp_table){0};
}

static size_t
pack_address(uint8_t *out, const union tftp_address *address)
{
    if (address->any.sa_family == AF_INET) {
        memcpy(out, &address->v4.sin_port, 2);
        memcpy(out + 2, &address->v4.sin_addr, 4);
        return 6;
    }
    memcpy(out, &address->v6.sin6_port, 2);
    memcpy(out + 2, &address->v6.sin6_addr, 16);
    return 18;
}

uint64_t
tftp_table_client(const struct tftp_table *table, const union tftp_address *peer)
{
    uint8_t packed[40];
    return access_hash(table->secret, packed, pack_address(packed, peer));
}

static struct tftp_transfer **
bucket_of(const struct tftp_table *table, const struct tftp_key *key)
{
    uint8_t packed[40];
    size_t len = pack_address(packed, &key->peer);
    len += pack_address(packed + len, &key->local);
    return &table->buckets[access_hash(table->secret, packed, len) & table->mask];
}

static bool
same_ends(const struct tftp_key *a, const struct tftp_key *b)
{
    return tftp_address_equal(&a->peer, &b->peer) && tftp_address_equal(&a->local, &b->local);
}

struct tftp_transfer *
tftp_table_find(const struct tftp_table *table, const struct tftp_key *key)
{
    struct tftp_transfer *transfer = *bucket_of(table, key);
    while (transfer != NULL &&
           (transfer->key.listener != key->listener || !same_ends(&transfer->key, key)))
        transfer = transfer->next;
    return transfer;
}

struct tftp_transfer *
tftp_table_find_served(const struct tftp_table *table, const struct tftp_key *key,
                       const struct tftp_channel *channel)
{
    struct tftp_transfer *transfer = *bucket_of(table, key);
    while (transfer != NULL && (transfer->channel != channel || !same_ends(&transfer->key, key)))
        transfer = transfer->next;
    return transfer;
}

/* Used memory first, so that a quiet server stays small. */
static struct tftp_transfer *
take_unused(struct tftp_table *table)
{
    struct tftp_transfer *transfer = table->unused;
    if (transfer != NULL)
        table->unused = transfer->next;
    else if (table->touched < table->capacity)
        transfer = &table->transfers[table->touched++];
    return transfer;
}

bool
tftp_table_takes(struct tftp_table *table, const union tftp_address *peer, uint64_t now)
{
    unsigned long refused;
    return access_budget_spend(table->unacknowledged, &peer->any, 1, 0, (int64_t)(now / 1000),
                               &refused);
}

struct tftp_transfer *
tftp_table_add(struct tftp_table *table, const struct tftp_key *key)
{
    struct tftp_transfer *transfer = take_unused(table);
    if (transfer == NULL)
        return NULL;
    struct tftp_transfer **bucket = bucket_of(table, key);
    *transfer = (struct tftp_transfer){
        .key = *key,
        .next = *bucket,
        .older = table->youngest,
    };
    *bucket = transfer;
    if (table->youngest != NULL)
        table->youngest->younger = transfer;
    else
        table->oldest = transfer;
    table->youngest = transfer;
    table->count++;
    return transfer;
}

static void
unlist_unacknowledged(struct tftp_table *table, struct tftp_transfer *transfer)
{
    transfer->acknowledged = true;
    if (transfer->older != NULL)
        transfer->older->younger = transfer->younger;
    else
        table->oldest = transfer->younger;
    if (transfer->younger != NULL)
        transfer->younger->older = transfer->older;
    else
        table->youngest = transfer->older;
    transfer->older = NULL;
    transfer->younger = NULL;
}

void
tftp_table_acknowledged(struct tftp_table *table, struct tftp_transfer *transfer)
{
    if (transfer->acknowledged)
        return;
    unlist_unacknowledged(table, transfer);
    access_budget_refund(table->unacknowledged, &transfer->key.peer.any, 1);
}

void
tftp_table_remove(struct tftp_table *table, struct tftp_transfer *transfer)
{
    if (!transfer->acknowledged)
        unlist_unacknowledged(table, transfer);
    struct tftp_transfer **link = bucket_of(table, &transfer->key);
    while (*link != transfer)
        link = &(*link)->next;
    *link = transfer->next;
    transfer->next = table->unused;
    table->unused = transfer;
    table->count--;
}
