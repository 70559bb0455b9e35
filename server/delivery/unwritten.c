/* SPDX-License-Identifier: MIT */
#include "server/delivery/unwritten.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define FIRST_CAPACITY 256
#define EMPTY UINT32_MAX

/* `records` is in order of arrival; a superseded one has an empty phone until the next compaction.
 * `places` is a hash table with open addressing, twice as large, of indices into it. */
struct delivery__pending {
    struct ledger_record *records;
    uint32_t *places;
    size_t used, live, capacity, max;
    size_t first;          /* no record that counts stands before this index */
    size_t oldest_request; /* and no mere request before this one */
    uint64_t secret[2];    /* names come from strangers, who must not know where they collide */
};

struct delivery__pending *
delivery__pending_new(size_t max)
{
    struct delivery__pending *pending = calloc(1, sizeof *pending);
    if (pending == NULL)
        return NULL;
    pending->max = max;
    if (getrandom(pending->secret, sizeof pending->secret, 0) != sizeof pending->secret) {
        free(pending);
        return NULL;
    }
    pending->secret[1] |= 1;
    return pending;
}

void
delivery__pending_free(struct delivery__pending *pending)
{
    if (pending == NULL)
        return;
    free(pending->records);
    free(pending->places);
    free(pending);
}

/* Only what changes more than the sighting: the rest is a mere request. */
static bool
is_delivery(const struct ledger_record *record)
{
    return record->delivered ||
           (record->unacknowledged && (record->kind == LEDGER_ITL || record->kind == LEDGER_CTL));
}

/* Lists differ by their content: each that a phone may have got is to be told to the ledger. */
static bool
same_key(const struct ledger_record *a, const struct ledger_record *b)
{
    if (strcmp(a->phone.text, b->phone.text) != 0 || strcmp(a->address, b->address) != 0 ||
        is_delivery(a) != is_delivery(b))
        return false;
    return !is_delivery(a) ||
           (a->delivered == b->delivered && a->kind == b->kind && strcmp(a->file, b->file) == 0 &&
            (a->kind == LEDGER_CONFIGURATION || a->kind == LEDGER_OTHER ||
             memcmp(a->sha256, b->sha256, LEDGER_SHA256_LEN) == 0));
}

static uint64_t
mix_text(const struct delivery__pending *pending, uint64_t hash, const char *text)
{
    for (;; text++) {
        unsigned __int128 product =
            (unsigned __int128)(hash ^ (unsigned char)*text ^ pending->secret[0]) *
            pending->secret[1];
        hash = (uint64_t)product ^ (uint64_t)(product >> 64);
        if (*text == '\0')
            return hash;
    }
}

static uint64_t
hash_of(const struct delivery__pending *pending, const struct ledger_record *record)
{
    uint64_t hash = mix_text(pending, pending->secret[0], record->phone.text);
    hash = mix_text(pending, hash, record->address);
    return is_delivery(record) ? mix_text(pending, hash, record->file) : hash;
}

/* Where the record with this key is noted, or may be. Superseded ones stay as steps of the chain.
 */
static uint32_t *
find_place(struct delivery__pending *pending, const struct ledger_record *record)
{
    size_t mask = 2 * pending->capacity - 1;
    for (size_t at = hash_of(pending, record) & mask;; at = (at + 1) & mask) {
        uint32_t *place = &pending->places[at];
        if (*place == EMPTY || same_key(&pending->records[*place], record))
            return place;
    }
}

static void
index_all(struct delivery__pending *pending)
{
    memset(pending->places, 0xff, 2 * pending->capacity * sizeof pending->places[0]);
    for (size_t i = 0; i < pending->used; i++)
        *find_place(pending, &pending->records[i]) = (uint32_t)i;
}

static void
compact(struct delivery__pending *pending)
{
    size_t kept = 0;
    for (size_t i = 0; i < pending->used; i++)
        if (pending->records[i].phone.text[0] != '\0') {
            if (kept != i)
                pending->records[kept] = pending->records[i];
            kept++;
        }
    pending->used = kept;
    pending->first = pending->oldest_request = 0;
    index_all(pending);
}

static bool
grow(struct delivery__pending *pending)
{
    size_t capacity = pending->capacity == 0 ? FIRST_CAPACITY : 2 * pending->capacity;
    struct ledger_record *records =
        realloc(pending->records, capacity * sizeof pending->records[0]);
    if (records == NULL)
        return false;
    pending->records = records;
    uint32_t *places = realloc(pending->places, 2 * capacity * sizeof places[0]);
    if (places == NULL)
        return false;
    pending->places = places;
    pending->capacity = capacity;
    index_all(pending);
    return true;
}

static void
drop(struct delivery__pending *pending, size_t index)
{
    pending->records[index].phone.text[0] = '\0';
    pending->live--;
}

static bool
drop_oldest_request(struct delivery__pending *pending)
{
    for (; pending->oldest_request < pending->used; pending->oldest_request++) {
        const struct ledger_record *record = &pending->records[pending->oldest_request];
        if (record->phone.text[0] != '\0' && !is_delivery(record)) {
            drop(pending, pending->oldest_request);
            return true;
        }
    }
    return false;
}

static bool
make_room(struct delivery__pending *pending)
{
    if (pending->used < pending->capacity)
        return true;
    if (pending->live <= pending->used / 2 && pending->used > 0) {
        compact(pending);
        return true;
    }
    /* Twice the maximum, so that compactions stay rare. */
    return pending->capacity < 2 * pending->max && grow(pending);
}

enum delivery__pending_loss
delivery__pending_add(struct delivery__pending *pending, const struct ledger_record *record)
{
    enum delivery__pending_loss loss = DELIVERY__KEPT;
    enum delivery__pending_loss own =
        is_delivery(record) ? DELIVERY__LOST_DELIVERY : DELIVERY__LOST_REQUEST;
    if (!make_room(pending))
        return own;
    uint32_t *place = find_place(pending, record);
    if (*place != EMPTY) {
        drop(pending, *place);
    } else if (pending->live == pending->max) {
        if (own == DELIVERY__LOST_REQUEST || !drop_oldest_request(pending))
            return own;
        loss = DELIVERY__LOST_REQUEST;
    }
    *place = (uint32_t)pending->used;
    pending->records[pending->used++] = *record;
    pending->live++;
    return loss;
}

size_t
delivery__pending_count(const struct delivery__pending *pending)
{
    return pending->live;
}

size_t
delivery__pending_first(const struct delivery__pending *pending, struct ledger_record *out,
                        size_t max)
{
    size_t count = 0;
    for (size_t i = pending->first; i < pending->used && count < max; i++)
        if (pending->records[i].phone.text[0] != '\0')
            out[count++] = pending->records[i];
    return count;
}

static void
clear(struct delivery__pending *pending)
{
    free(pending->records);
    free(pending->places);
    pending->records = NULL;
    pending->places = NULL;
    pending->first = pending->used = pending->live = 0;
    pending->capacity = pending->oldest_request = 0;
}

void
delivery__pending_drop_first(struct delivery__pending *pending, size_t count)
{
    for (; count > 0 && pending->first < pending->used; pending->first++)
        if (pending->records[pending->first].phone.text[0] != '\0') {
            drop(pending, pending->first);
            count--;
        }
    if (pending->live == 0)
        clear(pending);
}
