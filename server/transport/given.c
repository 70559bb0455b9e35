/* SPDX-License-Identifier: MIT */
/* Which address was given the newest list in which phone's name. */
#include "server/transport/given.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define PLACES 16384

struct place {
    struct in6_addr address; /* an IPv4 one as IPv6 has it; all zeros: empty */
    struct ledger_proof lists[2];
};

struct given {
    uint32_t secret;
    pthread_mutex_t lock; /* of what follows */
    struct place places[PLACES];
};

struct given *
given_new(void)
{
    struct given *given = calloc(1, sizeof *given);
    if (given == NULL)
        return NULL;
    if (getrandom(&given->secret, sizeof given->secret, 0) != sizeof given->secret ||
        pthread_mutex_init(&given->lock, NULL) != 0) {
        free(given);
        return NULL;
    }
    return given;
}

void
given_free(struct given *given)
{
    if (given == NULL)
        return;
    pthread_mutex_destroy(&given->lock);
    free(given);
}

static struct in6_addr
address_of(const struct sockaddr_storage *peer)
{
    struct in6_addr address = IN6ADDR_ANY_INIT;
    if (peer->ss_family == AF_INET6)
        return ((const struct sockaddr_in6 *)peer)->sin6_addr;
    if (peer->ss_family != AF_INET)
        return address;
    address.s6_addr[10] = address.s6_addr[11] = 0xff;
    memcpy(&address.s6_addr[12], &((const struct sockaddr_in *)peer)->sin_addr, 4);
    return address;
}

static struct place *
place_of(struct given *given, const struct in6_addr *address)
{
    uint32_t hash = given->secret; /* FNV-1a from a secret start */
    for (size_t i = 0; i < sizeof address->s6_addr; i++)
        hash = (hash ^ address->s6_addr[i]) * 16777619U;
    return &given->places[(hash ^ hash >> 16) % PLACES];
}

static void
put(struct given *given, const struct sockaddr_storage *peer, const struct ledger_proof *list,
    bool replace)
{
    struct in6_addr address = address_of(peer);
    if (IN6_IS_ADDR_UNSPECIFIED(&address) || list->kind > LEDGER_CTL)
        return;
    pthread_mutex_lock(&given->lock);
    struct place *place = place_of(given, &address);
    bool other = !IN6_ARE_ADDR_EQUAL(&place->address, &address);
    bool empty = IN6_IS_ADDR_UNSPECIFIED(&place->address);
    if (other && (replace || empty))
        *place = (struct place){.address = address};
    if (replace || empty || (!other && place->lists[list->kind].time < list->time))
        place->lists[list->kind] = *list;
    pthread_mutex_unlock(&given->lock);
}

void
given_note(struct given *given, const struct sockaddr_storage *peer,
           const struct ledger_proof *list)
{
    put(given, peer, list, true);
}

void
given_recall(struct given *given, const struct sockaddr_storage *peer,
             const struct ledger_proof *list)
{
    put(given, peer, list, false);
}

void
given_take(struct given *given, const struct sockaddr_storage *peer, int64_t now,
           struct ledger_proof out[2], size_t *count)
{
    struct in6_addr address = address_of(peer);
    *count = 0;
    pthread_mutex_lock(&given->lock);
    struct place *place = place_of(given, &address);
    for (size_t i = 0; i < 2 && IN6_ARE_ADDR_EQUAL(&place->address, &address); i++) {
        struct ledger_proof *list = &place->lists[i];
        if (list->time == 0 || list->time + GIVEN_BOOT_SECONDS > now)
            continue;
        out[(*count)++] = *list;
        list->time = 0;
    }
    pthread_mutex_unlock(&given->lock);
}
