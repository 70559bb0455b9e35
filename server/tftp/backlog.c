/* SPDX-License-Identifier: MIT */
/* Requests that wait for their turn: a line for each address, in two rounds. */
#include "server/tftp/backlog.h"

#include "server/access/address.h"
#include "server/access/hash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define WAITING_MAX 8192 /* requests; a power of two */

struct waiting {
    struct waiting *next; /* of the same sender, or among the unused */
    struct tftp_key key;
    size_t len;
    uint8_t packet[TFTP_REQUEST_MAX + 1]; /* one more byte shows what is too long */
};

struct sender {
    struct sender *next;  /* in its bucket, or among the unused */
    struct sender *after; /* whose turn comes then */
    struct access_address address;
    struct waiting *first, *last;
};

/* Senders in the order of their turns. */
struct round {
    struct sender *first, *last;
};

struct tftp_backlog {
    struct round fresh; /* those whose first request waits */
    struct round again; /* those who had a turn and have more */
    struct waiting *unused;
    struct sender *unused_senders;
    struct sender *buckets[WAITING_MAX];
    uint64_t secret[2];
    struct waiting waiting[WAITING_MAX];
    struct sender senders[WAITING_MAX];
};

struct tftp_backlog *
tftp_backlog_new(void)
{
    struct tftp_backlog *backlog = calloc(1, sizeof *backlog);
    if (backlog == NULL)
        return NULL;
    if (getrandom(backlog->secret, sizeof backlog->secret, 0) != (ssize_t)sizeof backlog->secret) {
        free(backlog);
        return NULL;
    }
    for (size_t i = WAITING_MAX; i-- > 0;) { /* the first are used first: a quiet server is small */
        backlog->waiting[i].next = backlog->unused;
        backlog->unused = &backlog->waiting[i];
        backlog->senders[i].next = backlog->unused_senders;
        backlog->unused_senders = &backlog->senders[i];
    }
    return backlog;
}

void
tftp_backlog_free(struct tftp_backlog *backlog)
{
    free(backlog);
}

/* --- turns */

static void
append(struct round *round, struct sender *sender)
{
    sender->after = NULL;
    if (round->first == NULL)
        round->first = sender;
    else
        round->last->after = sender;
    round->last = sender;
}

static struct sender *
next_sender(struct tftp_backlog *backlog, bool again_first)
{
    struct round *round = again_first ? &backlog->again : &backlog->fresh;
    if (round->first == NULL)
        round = again_first ? &backlog->fresh : &backlog->again;
    struct sender *sender = round->first;
    if (sender != NULL)
        round->first = sender->after;
    return sender;
}

/* --- senders */

static struct sender **
find(struct tftp_backlog *backlog, const struct access_address *address)
{
    uint64_t hash = access_hash(backlog->secret, address->bytes, sizeof address->bytes);
    struct sender **link = &backlog->buckets[hash % WAITING_MAX];
    while (*link != NULL && memcmp(&(*link)->address, address, sizeof *address) != 0)
        link = &(*link)->next;
    return link;
}

static struct sender *
sender_of(struct tftp_backlog *backlog, const union tftp_address *peer)
{
    struct access_address address = access_address_of(&peer->any);
    struct sender **link = find(backlog, &address), *sender = *link;
    if (sender != NULL)
        return sender;
    sender = backlog->unused_senders; /* there is one for each request */
    backlog->unused_senders = sender->next;
    *sender = (struct sender){.address = address};
    *link = sender;
    append(&backlog->fresh, sender);
    return sender;
}

static void
forget(struct tftp_backlog *backlog, struct sender *sender)
{
    *find(backlog, &sender->address) = sender->next;
    sender->next = backlog->unused_senders;
    backlog->unused_senders = sender;
}

/* Takes the oldest request of the one whose turn it is, who comes last then. */
static struct waiting *
take(struct tftp_backlog *backlog, bool again_first)
{
    struct sender *sender = next_sender(backlog, again_first);
    if (sender == NULL)
        return NULL;
    struct waiting *waiting = sender->first;
    sender->first = waiting->next;
    if (sender->first != NULL)
        append(&backlog->again, sender);
    else
        forget(backlog, sender);
    waiting->next = backlog->unused;
    backlog->unused = waiting;
    return waiting;
}

/* --- requests */

void
tftp_backlog_put(struct tftp_backlog *backlog, const struct tftp_arrival *arrival)
{
    struct waiting *waiting = backlog->unused;
    if (waiting == NULL)
        waiting = take(backlog, true);
    if (waiting == NULL)
        return;
    backlog->unused = waiting->next;
    waiting->next = NULL;
    waiting->key = arrival->key;
    waiting->len = arrival->len;
    memcpy(waiting->packet, arrival->packet, arrival->len);
    struct sender *sender = sender_of(backlog, &arrival->key.peer);
    if (sender->first == NULL)
        sender->first = waiting;
    else
        sender->last->next = waiting;
    sender->last = waiting;
}

bool
tftp_backlog_take(struct tftp_backlog *backlog, struct tftp_arrival *arrival)
{
    const struct waiting *waiting = take(backlog, false);
    if (waiting == NULL)
        return false;
    *arrival =
        (struct tftp_arrival){.key = waiting->key, .packet = waiting->packet, .len = waiting->len};
    return true;
}

bool
tftp_backlog_empty(const struct tftp_backlog *backlog)
{
    return backlog->fresh.first == NULL && backlog->again.first == NULL;
}
