/* SPDX-License-Identifier: MIT */
/* Two ladders beside each other: for each pair of lists that somebody may hold, where either leads.
 */
#include "ladder/compare.h"

#include <string.h>

struct comparing {
    const struct ladder_lists *before, *after, *held;
    struct ladder_verdict *worse;
    const struct ladder_known *known; /* where the ways of one ladder are looked at alone */
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

/* Neither was there, or both were, when somebody said whom he knows to be lost. */
static bool
are_known_alike(const struct ladder_known *known, const struct ladder_list *a,
                const struct ladder_list *b)
{
    return known == NULL || (a->time > known->until) == (b->time > known->until);
}

/* Phones that hold an earlier one do the same. */
static bool
is_like_an_earlier(const struct comparing *comparing, enum ladder_kind kind, size_t index)
{
    const struct ladder_list *lists = comparing->held->at[kind];
    for (size_t i = 0; i < index; i++)
        if (ladder_same_sasts(&lists[i], &lists[index]) &&
            are_known_alike(comparing->known, &lists[i], &lists[index]) &&
            are_as_old(comparing->before, kind, &lists[i], &lists[index]) &&
            are_as_old(comparing->after, kind, &lists[i], &lists[index]))
            return true;
    return false;
}

/* Index `count` stands for no list of this kind. */
static struct ladder_pair
pair_at(const struct ladder_lists *held, const size_t at[static LADDER_KINDS])
{
    struct ladder_pair pair;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        pair.list[kind] = at[kind] < held->count[kind] ? &held->at[kind][at[kind]] : NULL;
    return pair;
}

static void
blame(struct comparing *comparing, const struct ladder_verdict *verdict,
      const struct ladder_pair *pair, const size_t at[static LADDER_KINDS])
{
    *comparing->worse = *verdict;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        comparing->worse->held[kind] = pair->list[kind] != NULL ? at[kind] : LADDER_NO_LIST;
}

static int
compare_pair(struct comparing *comparing, const size_t at[static LADDER_KINDS],
             struct prov_error *err)
{
    const struct ladder_pair pair = pair_at(comparing->held, at);
    struct ladder_verdict after, before;
    int rc = ladder_judge_pair(comparing->after, &pair, &after, err);
    if (rc != PROV_OK || after.fault == LADDER_SOUND)
        return rc;
    rc = ladder_judge_pair(comparing->before, &pair, &before, err);
    if (rc == PROV_OK && gravity(after.fault) > gravity(before.fault))
        blame(comparing, &after, &pair, at);
    return rc;
}

static bool
was_held(const struct ladder_pair *pair, const struct ladder_known *known)
{
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        if (pair->list[kind] != NULL && pair->list[kind]->time > known->until)
            return false;
    return known->rungs.count[LADDER_CTL] + known->rungs.count[LADDER_ITL] > 0;
}

static int
look_for_stuck(struct comparing *comparing, const size_t at[static LADDER_KINDS],
               struct prov_error *err)
{
    const struct ladder_pair pair = pair_at(comparing->held, at);
    struct ladder_verdict now, known = {.fault = LADDER_SOUND};
    int rc = ladder_judge_pair(comparing->after, &pair, &now, err);
    if (rc != PROV_OK || now.fault != LADDER_STUCK)
        return rc;
    if (was_held(&pair, comparing->known))
        rc = ladder_judge_pair(comparing->before, &pair, &known, err);
    if (rc == PROV_OK && known.fault != LADDER_STUCK)
        blame(comparing, &now, &pair, at);
    return rc;
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

typedef int look_at_pair(struct comparing *comparing, const size_t at[static LADDER_KINDS],
                         struct prov_error *err);

/* Until the first that is found. */
static int
each_pair(struct comparing *comparing, look_at_pair *look, struct prov_error *err)
{
    const struct ladder_lists *held = comparing->held;
    size_t at[LADDER_KINDS];
    int rc = PROV_OK;
    comparing->worse->fault = LADDER_SOUND;
    for (at[LADDER_CTL] = 0; at[LADDER_CTL] <= held->count[LADDER_CTL]; at[LADDER_CTL]++)
        for (at[LADDER_ITL] = 0; at[LADDER_ITL] <= held->count[LADDER_ITL]; at[LADDER_ITL]++) {
            if (!is_settled(comparing, at))
                rc = look(comparing, at, err);
            if (rc != PROV_OK || comparing->worse->fault != LADDER_SOUND)
                return rc;
        }
    return PROV_OK;
}

int
ladder_compare(const struct ladder_lists *before, const struct ladder_lists *after,
               const struct ladder_lists *held, struct ladder_verdict *worse,
               struct prov_error *err)
{
    struct comparing comparing = {before, after, held, worse, NULL};
    int rc = compare_rungs(&comparing, err);
    if (rc != PROV_OK || worse->fault == LADDER_SOUND || is_of_rungs(worse->fault))
        return rc;
    return each_pair(&comparing, compare_pair, err);
}

int
ladder_find_stuck(const struct ladder_lists *rungs, const struct ladder_known *known,
                  const struct ladder_lists *held, struct ladder_verdict *stuck,
                  struct prov_error *err)
{
    struct comparing comparing = {&known->rungs, rungs, held, stuck, known};
    return each_pair(&comparing, look_for_stuck, err);
}
