/* SPDX-License-Identifier: MIT */
/* Which lists phones have shown to hold: a sorted array, since few are added and many looked up. */
#include "server/resolver/proven.h"

#include "cli/array.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct prov_mac phone;
    bool ctl;
    uint8_t sha256[RESOLVER_SHA256_LEN];
};

struct proven {
    pthread_mutex_t lock; /* of what follows */
    size_t count;
    struct entry *at; /* in ascending order */
};

struct proven *
proven_new(void)
{
    struct proven *proven = calloc(1, sizeof *proven);
    if (proven != NULL && pthread_mutex_init(&proven->lock, NULL) != 0) {
        free(proven);
        return NULL;
    }
    return proven;
}

void
proven_free(struct proven *proven)
{
    if (proven == NULL)
        return;
    pthread_mutex_destroy(&proven->lock);
    free(proven->at);
    free(proven);
}

static int
compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->phone.text, y->phone.text);
    return order != 0 ? order : (int)x->ctl - (int)y->ctl;
}

/* Where the entry stands, or would. */
static size_t
place_of(const struct proven *proven, const struct prov_mac *phone, bool ctl, bool *found)
{
    const struct entry wanted = {.phone = *phone, .ctl = ctl};
    return array_place(&wanted, proven->at, proven->count, sizeof *proven->at, compare, found);
}

static bool
insert(struct proven *proven, size_t place, struct entry entry)
{
    struct entry *at = array_open(proven->at, proven->count, place, sizeof *at);
    if (at == NULL)
        return false;
    proven->at = at;
    proven->count++;
    at[place] = entry;
    return true;
}

bool
proven_put(struct proven *proven, const struct prov_mac *phone, bool ctl,
           const uint8_t sha256[static RESOLVER_SHA256_LEN])
{
    bool found = false;
    pthread_mutex_lock(&proven->lock);
    size_t place = place_of(proven, phone, ctl, &found);
    bool put = found || insert(proven, place, (struct entry){.phone = *phone, .ctl = ctl});
    if (put)
        memcpy(proven->at[place].sha256, sha256, RESOLVER_SHA256_LEN);
    pthread_mutex_unlock(&proven->lock);
    return put;
}

bool
proven_find(struct proven *proven, const struct prov_mac *phone, bool ctl,
            uint8_t sha256[static RESOLVER_SHA256_LEN])
{
    bool found = false;
    pthread_mutex_lock(&proven->lock);
    size_t place = place_of(proven, phone, ctl, &found);
    if (found)
        memcpy(sha256, proven->at[place].sha256, RESOLVER_SHA256_LEN);
    pthread_mutex_unlock(&proven->lock);
    return found;
}
