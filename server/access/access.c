/* SPDX-License-Identifier: MIT */
/* Networks, replaced as a whole while transports ask. */
#include "server/access/access.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct access_list {
    pthread_rwlock_t lock;
    size_t count;
    struct settings_network networks[SETTINGS_NETWORKS_MAX];
};

/* A new list is not to wait until nobody asks: in a boot storm somebody always does. */
static bool
lock_for_writers(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attributes;
    if (pthread_rwlockattr_init(&attributes) != 0)
        return false;
    bool made = pthread_rwlockattr_setkind_np(&attributes,
                                              PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0 &&
                pthread_rwlock_init(lock, &attributes) == 0;
    pthread_rwlockattr_destroy(&attributes);
    return made;
}

struct access_list *
access_new(void)
{
    struct access_list *list = calloc(1, sizeof *list);
    if (list != NULL && !lock_for_writers(&list->lock)) {
        free(list);
        return NULL;
    }
    return list;
}

void
access_free(struct access_list *list)
{
    if (list == NULL)
        return;
    pthread_rwlock_destroy(&list->lock);
    free(list);
}

void
access_set(struct access_list *list, const struct settings_network *networks, size_t count)
{
    if (count > SETTINGS_NETWORKS_MAX)
        count = SETTINGS_NETWORKS_MAX;
    pthread_rwlock_wrlock(&list->lock);
    if (count > 0)
        memcpy(list->networks, networks, count * sizeof networks[0]);
    list->count = count;
    pthread_rwlock_unlock(&list->lock);
}

bool
access_allows(struct access_list *list, const struct sockaddr *peer)
{
    pthread_rwlock_rdlock(&list->lock);
    bool allowed = list->count == 0 || settings_networks_hold(list->networks, list->count, peer);
    pthread_rwlock_unlock(&list->lock);
    return allowed;
}

bool
access_names(struct access_list *list, const struct sockaddr *peer)
{
    pthread_rwlock_rdlock(&list->lock);
    bool named = settings_networks_hold(list->networks, list->count, peer);
    pthread_rwlock_unlock(&list->lock);
    return named;
}
