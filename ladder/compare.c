/* SPDX-License-Identifier: MIT */
/* Two ladders beside each other: for each pair of lists that somebody may hold, where either leads.
 */
#include "ladder/compare.h"

#include <string.h>

struct comparing {
    const struct ladder_lists *before, *after, *held;
    struct ladder_verdict *worse;
};

static int
gravity(enum ladder_fault fault)
{
    return fault == LADDER_STUCK ? 2 : fault == LADDER_UNSTABLE ? 1 : 0;
}

/* --- of the rungs themselves */

static bool
is_of_rungs(enum ladder_fault fault)
{
    return fault == LADDER_UNEQUAL || fault == LADDER_DATES;
}

static int
compare_rungs(struct comparing *comparing, struct prov_error *err)
{
    struct ladder_verdict before = {.fault = LADDER_SOUND};
    int rc = ladder_judge(comparing->after, comparing->held, comparing->worse, err);
    if (rc != PROV_OK || !is_of_rungs(comparing->worse->fault))
        return rc;
    rc = ladder_judge(comparing->before, comparing->held, &before, err);
    if (rc == PROV_OK && before.fault == comparing->worse->fault)
        comparing->worse->fault = LADDER_STUCK; /* the ways are still to be compared */
    return rc;
}

/* --- of the ways */

/* Older than the same rungs. */
static bool
are_as_old(const struct ladder_lists *rungs, enum ladder_kind kind, const struct ladder_list *a,
           const struct ladder_list *b)
{
    for (size_t i = 0; i < rungs->count[kind]; i++)
        if ((a->time < rungs->at[kind][i].time) != (b->time < rungs->at[kind][i].time) ||
            ladder_list_equal(a, &rungs->at[kind][i]) || ladder_list_equal(b, &rungs->at[kind][i]))
            return false;
    return true;
}

/* Phones that hold an earlier one do the same. */
static bool
is_like_an_earlier(const struct comparing *comparing, enum ladder_kind kind, size_t index)
{
    const struct ladder_list *lists = comparing->held->at[kind];
    for (size_t i = 0; i < index; i++)
        if (ladder_same_sasts(&lists[i], &lists[index]) &&
            are_as_old(comparing->before, kind, &lists[i], &lists[index]) &&
            are_as_old(comparing->after, kind, &lists[i], &lists[index]))
            return true;
    return false;
}

/* Index `count` stands for no list of this kind. */
static int
compare_pair(struct comparing *comparing, const size_t at[static LADDER_KINDS],
             struct prov_error *err)
{
    const struct ladder_lists *held = comparing->held;
    struct ladder_pair pair;
    struct ladder_verdict after, before;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        pair.list[kind] = at[kind] < held->count[kind] ? &held->at[kind][at[kind]] : NULL;
    int rc = ladder_judge_pair(comparing->after, &pair, &after, err);
    if (rc != PROV_OK || after.fault == LADDER_SOUND)
        return rc;
    rc = ladder_judge_pair(comparing->before, &pair, &before, err);
    if (rc != PROV_OK || gravity(after.fault) <= gravity(before.fault))
        return rc;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        after.held[kind] = pair.list[kind] != NULL ? at[kind] : LADDER_NO_LIST;
    *comparing->worse = after;
    return PROV_OK;
}

static bool
is_settled(const struct comparing *comparing, const size_t at[static LADDER_KINDS])
{
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        if (at[kind] < comparing->held->count[kind] &&
            is_like_an_earlier(comparing, kind, at[kind]))
            return true;
    return false;
}

int
ladder_compare(const struct ladder_lists *before, const struct ladder_lists *after,
               const struct ladder_lists *held, struct ladder_verdict *worse,
               struct prov_error *err)
{
    struct comparing comparing = {before, after, held, worse};
    size_t at[LADDER_KINDS];
    int rc = compare_rungs(&comparing, err);
    if (rc != PROV_OK || worse->fault == LADDER_SOUND || is_of_rungs(worse->fault))
        return rc;
    worse->fault = LADDER_SOUND;
    for (at[LADDER_CTL] = 0; at[LADDER_CTL] <= held->count[LADDER_CTL]; at[LADDER_CTL]++)
        for (at[LADDER_ITL] = 0; at[LADDER_ITL] <= held->count[LADDER_ITL]; at[LADDER_ITL]++) {
            if (!is_settled(&comparing, at))
                rc = compare_pair(&comparing, at, err);
            if (rc != PROV_OK || worse->fault != LADDER_SOUND)
                return rc;
        }
    return PROV_OK;
}
