/* SPDX-License-Identifier: MIT */
/* Records that wait for the ledger, without those that a later one makes pointless. */
#include "server/delivery/unwritten.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define FIRST_CAPACITY 256
#define EMPTY UINT32_MAX

/* `records` is in order of arrival; a superseded one has an empty phone until the next compaction.
 * `places` is a hash table with open addressing, twice as large, of indices into it. */
struct delivery__unwritten {
    struct ledger_record *records;
    uint32_t *places;
    size_t used, live, capacity, max;
    size_t first;          /* no record that counts stands before this index */
    size_t oldest_request; /* and no mere request before this one */
    uint64_t secret[2];    /* names come from strangers, who must not know where they collide */
};

struct delivery__unwritten *
delivery__unwritten_new(size_t max)
{
    struct delivery__unwritten *unwritten = calloc(1, sizeof *unwritten);
    if (unwritten == NULL)
        return NULL;
    unwritten->max = max;
    if (getrandom(unwritten->secret, sizeof unwritten->secret, 0) != sizeof unwritten->secret) {
        free(unwritten);
        return NULL;
    }
    unwritten->secret[1] |= 1;
    return unwritten;
}

void
delivery__unwritten_free(struct delivery__unwritten *unwritten)
{
    if (unwritten == NULL)
        return;
    free(unwritten->records);
    free(unwritten->places);
    free(unwritten);
}

/* True if the record says what the phone has; otherwise it only says that the phone asked. */
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
mix_text(const struct delivery__unwritten *unwritten, uint64_t hash, const char *text)
{
    for (;; text++) {
        unsigned __int128 product =
            (unsigned __int128)(hash ^ (unsigned char)*text ^ unwritten->secret[0]) *
            unwritten->secret[1];
        hash = (uint64_t)product ^ (uint64_t)(product >> 64);
        if (*text == '\0')
            return hash;
    }
}

static uint64_t
hash_of(const struct delivery__unwritten *unwritten, const struct ledger_record *record)
{
    uint64_t hash = mix_text(unwritten, unwritten->secret[0], record->phone.text);
    hash = mix_text(unwritten, hash, record->address);
    return is_delivery(record) ? mix_text(unwritten, hash, record->file) : hash;
}

/* Where the record with this key is noted, or may be. Superseded ones stay as steps of the chain.
 */
static uint32_t *
find_place(struct delivery__unwritten *unwritten, const struct ledger_record *record)
{
    size_t mask = 2 * unwritten->capacity - 1;
    for (size_t at = hash_of(unwritten, record) & mask;; at = (at + 1) & mask) {
        uint32_t *place = &unwritten->places[at];
        if (*place == EMPTY || same_key(&unwritten->records[*place], record))
            return place;
    }
}

static void
index_all(struct delivery__unwritten *unwritten)
{
    memset(unwritten->places, 0xff, 2 * unwritten->capacity * sizeof unwritten->places[0]);
    for (size_t i = 0; i < unwritten->used; i++)
        *find_place(unwritten, &unwritten->records[i]) = (uint32_t)i;
}

static void
compact(struct delivery__unwritten *unwritten)
{
    size_t kept = 0;
    for (size_t i = 0; i < unwritten->used; i++)
        if (unwritten->records[i].phone.text[0] != '\0') {
            if (kept != i)
                unwritten->records[kept] = unwritten->records[i];
            kept++;
        }
    unwritten->used = kept;
    unwritten->first = unwritten->oldest_request = 0;
    index_all(unwritten);
}

static bool
grow(struct delivery__unwritten *unwritten)
{
    size_t capacity = unwritten->capacity == 0 ? FIRST_CAPACITY : 2 * unwritten->capacity;
    struct ledger_record *records =
        realloc(unwritten->records, capacity * sizeof unwritten->records[0]);
    if (records == NULL)
        return false;
    unwritten->records = records;
    uint32_t *places = realloc(unwritten->places, 2 * capacity * sizeof places[0]);
    if (places == NULL)
        return false;
    unwritten->places = places;
    unwritten->capacity = capacity;
    index_all(unwritten);
    return true;
}

static void
drop(struct delivery__unwritten *unwritten, size_t index)
{
    unwritten->records[index].phone.text[0] = '\0';
    unwritten->live--;
}

static bool
drop_oldest_request(struct delivery__unwritten *unwritten)
{
    for (; unwritten->oldest_request < unwritten->used; unwritten->oldest_request++) {
        const struct ledger_record *record = &unwritten->records[unwritten->oldest_request];
        if (record->phone.text[0] != '\0' && !is_delivery(record)) {
            drop(unwritten, unwritten->oldest_request);
            return true;
        }
    }
    return false;
}

static bool
make_room(struct delivery__unwritten *unwritten)
{
    if (unwritten->used < unwritten->capacity)
        return true;
    if (unwritten->live <= unwritten->used / 2 && unwritten->used > 0) {
        compact(unwritten);
        return true;
    }
    /* Twice the maximum, so that compactions stay rare. */
    return unwritten->capacity < 2 * unwritten->max && grow(unwritten);
}

enum delivery__drop
delivery__unwritten_add(struct delivery__unwritten *unwritten, const struct ledger_record *record)
{
    enum delivery__drop dropped = DELIVERY__KEPT;
    enum delivery__drop own =
        is_delivery(record) ? DELIVERY__DROPPED_DELIVERY : DELIVERY__DROPPED_REQUEST;
    if (!make_room(unwritten))
        return own;
    uint32_t *place = find_place(unwritten, record);
    if (*place != EMPTY) {
        drop(unwritten, *place);
    } else if (unwritten->live == unwritten->max) {
        if (own == DELIVERY__DROPPED_REQUEST || !drop_oldest_request(unwritten))
            return own;
        dropped = DELIVERY__DROPPED_REQUEST;
    }
    *place = (uint32_t)unwritten->used;
    unwritten->records[unwritten->used++] = *record;
    unwritten->live++;
    return dropped;
}

size_t
delivery__unwritten_count(const struct delivery__unwritten *unwritten)
{
    return unwritten->live;
}

size_t
delivery__unwritten_first(const struct delivery__unwritten *unwritten, struct ledger_record *out,
                          size_t max)
{
    size_t count = 0;
    for (size_t i = unwritten->first; i < unwritten->used && count < max; i++)
        if (unwritten->records[i].phone.text[0] != '\0')
            out[count++] = unwritten->records[i];
    return count;
}

static void
clear(struct delivery__unwritten *unwritten)
{
    free(unwritten->records);
    free(unwritten->places);
    unwritten->records = NULL;
    unwritten->places = NULL;
    unwritten->first = unwritten->used = unwritten->live = 0;
    unwritten->capacity = unwritten->oldest_request = 0;
}

void
delivery__unwritten_drop_first(struct delivery__unwritten *unwritten, size_t count)
{
    for (; count > 0 && unwritten->first < unwritten->used; unwritten->first++)
        if (unwritten->records[unwritten->first].phone.text[0] != '\0') {
            drop(unwritten, unwritten->first);
            count--;
        }
    if (unwritten->live == 0)
        clear(unwritten);
}
