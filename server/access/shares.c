/* SPDX-License-Identifier: MIT */
/* Counts of what each address holds, in a hash table whose places strangers cannot foresee. */
#include "server/access/shares.h"

#include "server/access/address.h"
#include "server/access/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct holder {
    struct holder *next; /* in its bucket, or among the unused */
    struct access_address address;
    unsigned held;
};

struct access_shares {
    pthread_mutex_t lock; /* of all that follows */
    struct access_list *shared;
    unsigned each;
    uint64_t secret[2];
    size_t mask;
    struct holder *holders, *unused;
    struct holder **buckets;
};

static int
allocate(struct access_shares *shares, size_t capacity)
{
    size_t buckets = 1;
    while (buckets < capacity)
        buckets *= 2;
    shares->mask = buckets - 1;
    shares->holders = calloc(capacity, sizeof *shares->holders);
    shares->buckets = calloc(buckets, sizeof(struct holder *));
    if (shares->holders == NULL || shares->buckets == NULL ||
        getrandom(shares->secret, sizeof shares->secret, 0) != (ssize_t)sizeof shares->secret)
        return -1;
    for (size_t i = 0; i < capacity; i++) {
        shares->holders[i].next = shares->unused;
        shares->unused = &shares->holders[i];
    }
    return 0;
}

struct access_shares *
access_shares_new(size_t capacity, unsigned each, struct access_list *shared)
{
    struct access_shares *shares = calloc(1, sizeof *shares);
    if (shares == NULL)
        return NULL;
    shares->each = each;
    shares->shared = shared;
    pthread_mutex_init(&shares->lock, NULL);
    if (allocate(shares, capacity) != 0) {
        access_shares_free(shares);
        return NULL;
    }
    return shares;
}

void
access_shares_free(struct access_shares *shares)
{
    if (shares == NULL)
        return;
    pthread_mutex_destroy(&shares->lock);
    free(shares->holders);
    free(shares->buckets);
    free(shares);
}

/* The link to the address's holder, or to the NULL at the end of its bucket. */
static struct holder **
find(struct access_shares *shares, const struct access_address *address)
{
    uint64_t hash = access_hash(shares->secret, address->bytes, sizeof address->bytes);
    struct holder **link = &shares->buckets[hash & shares->mask];
    while (*link != NULL && memcmp(&(*link)->address, address, sizeof *address) != 0)
        link = &(*link)->next;
    return link;
}

bool
access_shares_open(struct access_shares *shares, const struct sockaddr *peer)
{
    struct access_address address = access_address_of(peer);
    pthread_mutex_lock(&shares->lock);
    const struct holder *holder = *find(shares, &address);
    bool open = holder == NULL || holder->held < shares->each;
    pthread_mutex_unlock(&shares->lock);
    return open || (shares->shared != NULL && access_names(shares->shared, peer));
}

bool
access_shares_take(struct access_shares *shares, const struct sockaddr *peer)
{
    struct access_address address = access_address_of(peer);
    pthread_mutex_lock(&shares->lock);
    struct holder **link = find(shares, &address), *holder = *link;
    if (holder == NULL && shares->unused != NULL) {
        holder = shares->unused;
        shares->unused = holder->next;
        *holder = (struct holder){.address = address};
        *link = holder;
    }
    if (holder != NULL)
        holder->held++;
    pthread_mutex_unlock(&shares->lock);
    return holder != NULL;
}

void
access_shares_give_back(struct access_shares *shares, const struct sockaddr *peer)
{
    struct access_address address = access_address_of(peer);
    pthread_mutex_lock(&shares->lock);
    struct holder **link = find(shares, &address), *holder = *link;
    if (holder != NULL && --holder->held == 0) {
        *link = holder->next;
        holder->next = shares->unused;
        shares->unused = holder;
    }
    pthread_mutex_unlock(&shares->lock);
}
