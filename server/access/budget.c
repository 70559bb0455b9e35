/* SPDX-License-Identifier: MIT */
/* Token buckets of the addresses that were heard of lately. */
#include "server/access/budget.h"

#include "server/access/address.h"
#include "server/access/hash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Addresses are remembered in sets of a few, chosen by a hash that nobody can foresee; in a full
 * set the one that was silent for longest is forgotten. */
#define SETS 4096
#define WAYS 4
#define MILLI 1000

struct purse {
    bool used;
    struct access_address address;
    int64_t thousandths; /* that may be spent */
    int64_t filled;      /* when */
    unsigned long refused;
};

struct access_budget {
    struct access_list *shared;
    int64_t most, rate;
    uint64_t secret[2];
    struct purse purses[SETS][WAYS];
};

struct access_budget *
access_budget_new(uint32_t most, uint32_t rate, struct access_list *shared)
{
    struct access_budget *budget = calloc(1, sizeof *budget);
    if (budget == NULL)
        return NULL;
    budget->shared = shared;
    budget->most = (int64_t)most * MILLI;
    budget->rate = rate;
    if (getrandom(budget->secret, sizeof budget->secret, 0) == (ssize_t)sizeof budget->secret)
        return budget;
    free(budget);
    return NULL;
}

void
access_budget_free(struct access_budget *budget)
{
    free(budget);
}

static struct purse *
set_of(struct access_budget *budget, const struct access_address *address)
{
    return budget
        ->purses[access_hash(budget->secret, address->bytes, sizeof address->bytes) % SETS];
}

static struct purse *
find(struct purse *set, const struct access_address *address)
{
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].used && memcmp(&set[i].address, address, sizeof *address) == 0)
            return &set[i];
    return NULL;
}

/* In the place of the one that was silent for longest. */
static struct purse *
begin(struct access_budget *budget, struct purse *set, const struct access_address *address,
      int64_t now)
{
    struct purse *oldest = &set[0];
    for (size_t i = 1; i < WAYS; i++)
        if (oldest->used && (!set[i].used || set[i].filled < oldest->filled))
            oldest = &set[i];
    *oldest = (struct purse){
        .used = true, .address = *address, .thousandths = budget->most, .filled = now};
    return oldest;
}

static void
refill(const struct access_budget *budget, struct purse *purse, int64_t now)
{
    int64_t passed = now - purse->filled, missing = budget->most - purse->thousandths;
    if (passed <= 0)
        return;
    purse->thousandths += passed < missing / budget->rate ? passed * budget->rate : missing;
    purse->filled = now;
}

bool
access_budget_spend(struct access_budget *budget, const struct sockaddr *peer, uint32_t amount,
                    uint32_t kept, int64_t now, unsigned long *refused)
{
    struct access_address address = access_address_of(peer);
    struct purse *set = set_of(budget, &address), *purse = find(set, &address);
    if (purse == NULL)
        purse = begin(budget, set, &address, now);
    refill(budget, purse, now);
    int64_t left = purse->thousandths - (int64_t)amount * MILLI;
    if (left < (int64_t)kept * MILLI) {
        if (budget->shared == NULL || !access_names(budget->shared, peer)) {
            purse->refused++;
            return false;
        }
        left = purse->thousandths;
    }
    purse->thousandths = left;
    *refused = purse->refused;
    purse->refused = 0;
    return true;
}

void
access_budget_refund(struct access_budget *budget, const struct sockaddr *peer, uint32_t amount)
{
    struct access_address address = access_address_of(peer);
    struct purse *purse = find(set_of(budget, &address), &address);
    if (purse == NULL)
        return;
    purse->thousandths += (int64_t)amount * MILLI;
    if (purse->thousandths > budget->most)
        purse->thousandths = budget->most;
}
