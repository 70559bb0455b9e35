/* SPDX-License-Identifier: MIT */
/* What phones may hold, by what was published and what they are proven to hold. */
#include "provbuild/fleet/holdings.h"

#include <stdlib.h>
#include <string.h>

/* Which of the lists that were published count. */
struct marking {
    const struct published *published;
    enum list_kind kind;
    bool *marked;
};

/* What was published before is not held any more, unless it was published again since. */
struct bound {
    int64_t timestamp; /* of the oldest list that counts; INT64_MIN: all do */
    int64_t proven;    /* when that was known, seconds since 1970; who is forgotten may hold at that
                          moment what he likes */
};
static const struct bound unbound = {INT64_MIN, 0};

static void
mark_name(const struct marking *marking, const char *name, int64_t since)
{
    const struct published *published = marking->published;
    size_t end = 0;
    for (size_t i = published_range(published, name, &end); i < end; i++) {
        struct past_list *past = &published->at[i];
        if (past_list_read(past) != NULL && prov_trustlist_timestamp(past->list) >= since &&
            published_kept(published, past) == NULL)
            marking->marked[i] = true;
    }
}

/* Who took an older list again may have been led on from it by whatever followed it. */
static int64_t
since_again(const struct published *published, const char *name, const struct bound *bound)
{
    int64_t since = bound->timestamp;
    size_t end = 0;
    for (size_t i = published_range(published, name, &end); i < end; i++) {
        struct past_list *past = &published->at[i];
        if (past->again >= bound->proven && past_list_read(past) != NULL &&
            prov_trustlist_timestamp(past->list) < since)
            since = prov_trustlist_timestamp(past->list);
    }
    return since;
}

/* A phone asks for its own list, and without one for that of all. */
static void
mark_phone(const struct marking *marking, const struct prov_mac *phone, const struct bound *bound)
{
    char own[LIST_NAME_SIZE], generic[LIST_NAME_SIZE];
    list_name(marking->kind, phone, own);
    list_name(marking->kind, NULL, generic);
    int64_t since = since_again(marking->published, own, bound);
    int64_t of_all = since_again(marking->published, generic, bound);
    since = of_all < since ? of_all : since;
    mark_name(marking, own, since);
    mark_name(marking, generic, since);
}

/* What was published again at the moment of --forget was there to be seen by whoever gave it. */
static struct bound
bound_by(const struct fleet_proof *proof, int64_t timestamp)
{
    return (struct bound){timestamp, proof->time + (proof->how == PROOF_FORGOTTEN)};
}

/* A list of one kind leads on whatever the phone holds of the other: older lists of that only make
 * it take more. So these count no more than none, but for the newest. */
static struct bound
bound_of(const struct fleet *fleet, const struct fleet_phone *phone, enum list_kind kind)
{
    struct bound bound = unbound;
    for (enum list_kind i = 0; i < LIST_KINDS; i++) {
        const struct fleet_proof *proof = &phone->proof[i];
        if (proof->list == NULL)
            continue;
        const struct past_list *newest = i != kind ? fleet_newest(fleet, phone, kind) : NULL;
        int64_t timestamp = prov_trustlist_timestamp(proof->list->list);
        if (newest != NULL && prov_trustlist_timestamp(newest->list) < timestamp)
            timestamp = prov_trustlist_timestamp(newest->list);
        if (timestamp > bound.timestamp)
            bound = bound_by(proof, timestamp);
    }
    return bound;
}

static void
mark_all_phones(const struct marking *marking, const struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++) {
        const struct fleet_phone *phone = &fleet->at[i];
        const struct bound bound = bound_of(fleet, phone, marking->kind);
        if (!phone->left_out && !phone->section[marking->kind])
            mark_phone(marking, &phone->phone, &bound);
    }
}

static int
collect(const struct marking *marking, struct holdings *out, struct prov_error *err)
{
    const struct published *published = marking->published;
    *out = (struct holdings){.at = calloc(published->count + 1, sizeof(struct past_list *))};
    if (out->at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; i < published->count; i++)
        if (marking->marked[i])
            out->at[out->count++] = &published->at[i];
    return PROV_OK;
}

int
holdings_of(const struct published *published, const struct fleet *fleet, enum list_kind kind,
            const struct prov_mac *phone, struct holdings *out, struct prov_error *err)
{
    struct marking marking = {published, kind, calloc(published->count + 1, sizeof(bool))};
    char generic[LIST_NAME_SIZE];
    *out = (struct holdings){0};
    if (marking.marked == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    list_name(kind, NULL, generic);
    if (phone != NULL) {
        struct bound bound = unbound;
        const struct fleet_phone *known = fleet != NULL ? fleet_find(fleet, phone) : NULL;
        if (fleet != NULL && known != NULL)
            bound = bound_of(fleet, known, kind);
        mark_phone(&marking, phone, &bound);
    } else {
        if (fleet != NULL)
            mark_all_phones(&marking, fleet);
        if (fleet == NULL || fleet->partial)
            mark_name(&marking, generic, INT64_MIN);
    }
    int rc = collect(&marking, out, err);
    free(marking.marked);
    return rc;
}

int
holdings_proven(const struct published *published, const struct fleet_phone *phone,
                enum list_kind kind, struct holdings *out, struct prov_error *err)
{
    struct marking marking = {published, kind, calloc(published->count + 1, sizeof(bool))};
    const struct fleet_proof *proof = &phone->proof[kind];
    struct bound bound = unbound;
    *out = (struct holdings){0};
    if (marking.marked == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (proof->list != NULL)
        bound = bound_by(proof, prov_trustlist_timestamp(proof->list->list));
    mark_phone(&marking, &phone->phone, &bound);
    int rc = collect(&marking, out, err);
    free(marking.marked);
    return rc;
}

void
holdings_release(struct holdings *holdings)
{
    free(holdings->at);
    *holdings = (struct holdings){0};
}
