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

/* What was published before a list that a phone took is not held any more; unless it was published
 * again since. */
static bool
is_left_behind(const struct past_list *past, const struct fleet_proof *proof)
{
    return proof != NULL && proof->list != NULL && past->again < proof->time &&
           prov_trustlist_timestamp(past->list) < prov_trustlist_timestamp(proof->list->list);
}

static void
mark_name(const struct marking *marking, const char *name, const struct fleet_proof *proof)
{
    const struct published *published = marking->published;
    size_t end = 0;
    for (size_t i = published_range(published, name, &end); i < end; i++) {
        struct past_list *past = &published->at[i];
        if (past_list_read(past) != NULL && !is_left_behind(past, proof) &&
            !published_twice(published, past))
            marking->marked[i] = true;
    }
}

/* A phone asks for its own list, and without one for that of all. */
static void
mark_phone(const struct marking *marking, const struct prov_mac *phone,
           const struct fleet_proof *proof)
{
    char name[LIST_NAME_SIZE];
    list_name(marking->kind, phone, name);
    mark_name(marking, name, proof);
    list_name(marking->kind, NULL, name);
    mark_name(marking, name, proof);
}

static void
mark_all_phones(const struct marking *marking, const struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++) {
        const struct fleet_phone *phone = &fleet->at[i];
        if (!phone->left_out && !phone->section[marking->kind])
            mark_phone(marking, &phone->phone, &phone->proof[marking->kind]);
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
        const struct fleet_phone *known = fleet != NULL ? fleet_find(fleet, phone) : NULL;
        mark_phone(&marking, phone, known != NULL ? &known->proof[kind] : NULL);
    } else {
        if (fleet != NULL)
            mark_all_phones(&marking, fleet);
        if (fleet == NULL || fleet->partial)
            mark_name(&marking, generic, NULL);
    }
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
