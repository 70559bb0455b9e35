/* SPDX-License-Identifier: MIT */
/* Which bridges a ladder needs: it is judged, and wherever phones are stuck, their own signer signs
 * a bridge; where that key is gone, one that the archive has is taken. */
#include "ladder/plan.h"

#include "ladder/compare.h"

#include <string.h>

/* A way for phones that are stuck. */
struct bridge {
    struct ladder_signer signer;
    int64_t since; /* of the oldest list that trusts it: generations climb in this order */
};

struct making {
    const struct ladder_problem *problem;
    size_t bridge_count;
    struct bridge bridges[LADDER_RUNGS_MAX];
    size_t archived_count[LADDER_KINDS];
    size_t archived[LADDER_KINDS][LADDER_RUNGS_MAX]; /* indexes into what is held */
    struct ladder_plan *plan;
};

/* --- signers */

static bool
has_key(const struct ladder_problem *problem, const struct ladder_signer *signer)
{
    for (size_t i = 0; i < problem->key_count; i++)
        if (ladder_signer_equal(&problem->keys[i], signer))
            return true;
    return false;
}

/* The newest list's holders would take what this signer signs. */
static bool
newest_names(const struct ladder_problem *problem, const struct ladder_signer *signer)
{
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        if (problem->wish[kind].wanted && ladder_names(&problem->wish[kind].content, signer))
            return true;
    return false;
}

static bool
has_bridge(const struct making *making, const struct ladder_signer *signer)
{
    for (size_t i = 0; i < making->bridge_count; i++)
        if (ladder_signer_equal(&making->bridges[i].signer, signer))
            return true;
    return false;
}

static int64_t
trusted_since(const struct ladder_lists *held, const struct ladder_signer *signer)
{
    int64_t since = INT64_MAX;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        for (size_t i = 0; i < held->count[kind]; i++)
            if (held->at[kind][i].time < since && ladder_names(&held->at[kind][i], signer))
                since = held->at[kind][i].time;
    return since;
}

/* --- another bridge */

static void
add_bridge(struct making *making, const struct ladder_signer *signer)
{
    struct bridge bridge = {*signer, trusted_since(&making->problem->held, signer)};
    size_t at = making->bridge_count++;
    while (at > 0 && making->bridges[at - 1].since > bridge.since) {
        making->bridges[at] = making->bridges[at - 1];
        at--;
    }
    making->bridges[at] = bridge;
}

static bool
sign_for(struct making *making, const struct ladder_list *stuck)
{
    for (size_t i = 0; i < stuck->sast_count; i++) {
        const struct ladder_signer *signer = &stuck->sasts[i];
        if (!has_key(making->problem, signer) || newest_names(making->problem, signer) ||
            has_bridge(making, signer))
            continue;
        add_bridge(making, signer);
        return true;
    }
    return false;
}

/* Whoever holds `list` takes a rung that the plan has. */
static bool
leads_on(const struct making *making, const struct ladder_list *list)
{
    const struct ladder_plan *plan = making->plan;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        for (size_t i = 0; i < plan->count[kind]; i++)
            if (ladder_names(list, &plan->rung[kind][i].list.signer))
                return true;
    return false;
}

static bool
is_taken(const struct making *making, enum ladder_kind kind, size_t held)
{
    for (size_t i = 0; i < making->archived_count[kind]; i++)
        if (making->archived[kind][i] == held)
            return true;
    return false;
}

/* The newest list of the archive that this one's holders take and that leads on. */
static bool
take_from_archive(struct making *making, const struct ladder_list *stuck)
{
    const struct ladder_lists *held = &making->problem->held;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++) {
        size_t best = LADDER_NO_LIST;
        bool ours = making->problem->wish[kind].wanted && !making->problem->wish[kind].given;
        for (size_t i = 0; ours && i < held->count[kind]; i++) {
            const struct ladder_list *list = &held->at[kind][i];
            if (!ladder_names(stuck, &list->signer) || ladder_list_equal(list, stuck) ||
                list->time <= stuck->time || is_taken(making, kind, i) ||
                newest_names(making->problem, &list->signer) || !leads_on(making, list))
                continue;
            if (best == LADDER_NO_LIST || list->time > held->at[kind][best].time)
                best = i;
        }
        if (best == LADDER_NO_LIST)
            continue;
        making->archived[kind][making->archived_count[kind]++] = best;
        return true;
    }
    return false;
}

static void
lay_out(const struct ladder_plan *plan, struct ladder_list rungs[LADDER_KINDS][LADDER_RUNGS_MAX],
        struct ladder_lists *out)
{
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++) {
        out->count[kind] = plan->count[kind];
        out->at[kind] = rungs[kind];
        for (size_t i = 0; i < plan->count[kind]; i++)
            rungs[kind][i] = plan->rung[kind][i].list;
    }
}

/* Phones that hold this list alone do not get through. */
static bool
is_stuck(const struct making *making, enum ladder_kind kind, const struct ladder_list *list)
{
    struct ladder_list rungs[LADDER_KINDS][LADDER_RUNGS_MAX];
    struct ladder_lists stand, held = {.count = {0}};
    struct ladder_verdict verdict;
    held.count[kind] = 1;
    held.at[kind] = list;
    lay_out(making->plan, rungs, &stand);
    return ladder_judge(&stand, &held, &verdict, NULL) == PROV_OK && verdict.fault == LADDER_STUCK;
}

typedef bool help_holders(struct making *making, const struct ladder_list *stuck);

/* Of lists that trust the same signers one is looked at. */
static bool
is_like_an_earlier(const struct ladder_list *lists, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (ladder_same_sasts(&lists[i], &lists[index]))
            return true;
    return false;
}

static bool
help_any(struct making *making, help_holders *helps)
{
    const struct ladder_lists *held = &making->problem->held;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        for (size_t i = 0; i < held->count[kind]; i++)
            if (!is_like_an_earlier(held->at[kind], i) &&
                is_stuck(making, kind, &held->at[kind][i]) && helps(making, &held->at[kind][i]))
                return true;
    return false;
}

/* False where nothing helps. */
static bool
help(struct making *making)
{
    return help_any(making, sign_for) || help_any(making, take_from_archive);
}

/* --- the rungs */

static int64_t
after_all(const struct ladder_lists *lists, enum ladder_kind kind, int64_t first)
{
    for (size_t i = 0; i < lists->count[kind]; i++)
        if (lists->at[kind][i].time >= first)
            first = lists->at[kind][i].time + 1;
    return first;
}

/* After all that is held of this kind, whatever the clock says; and after what stands, for who was
 * forgotten may hold that. */
static int64_t
first_time(const struct ladder_problem *problem, enum ladder_kind kind, size_t rungs)
{
    int64_t first = problem->now - (int64_t)rungs + 1;
    return after_all(&problem->stands, kind, after_all(&problem->held, kind, first));
}

static int
check_times(const struct ladder_plan *plan, struct prov_error *err)
{
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        for (size_t i = 0; i < plan->count[kind]; i++)
            if (!plan->rung[kind][i].stands && plan->rung[kind][i].list.time > UINT32_MAX)
                return prov_fail(err, PROV_E_CONTINUITY,
                                 "a list that was published is dated at the end of time, so that "
                                 "none can be dated after it");
    return PROV_OK;
}

static struct ladder_rung *
add_rung(struct ladder_plan *plan, enum ladder_kind kind, struct ladder_list list, size_t held)
{
    struct ladder_rung *rung = &plan->rung[kind][plan->count[kind]++];
    *rung = (struct ladder_rung){list, held != LADDER_NO_LIST, held};
    return rung;
}

/* A hash that no file has, another one for each. */
static void
make_up_hash(struct ladder_rung *rung, enum ladder_kind kind, size_t index)
{
    memset(rung->list.sha256, 0, sizeof rung->list.sha256);
    rung->list.sha256[0] = (uint8_t)(1 + kind);
    rung->list.sha256[1] = (uint8_t)(1 + index);
}

static void
lay_archived(struct making *making, enum ladder_kind kind)
{
    const struct ladder_list *held = making->problem->held.at[kind];
    size_t *archived = making->archived[kind];
    for (size_t i = 1; i < making->archived_count[kind]; i++)
        for (size_t k = i; k > 0 && held[archived[k - 1]].time > held[archived[k]].time; k--) {
            size_t later = archived[k - 1];
            archived[k - 1] = archived[k];
            archived[k] = later;
        }
    for (size_t i = 0; i < making->archived_count[kind]; i++)
        add_rung(making->plan, kind, held[archived[i]], archived[i]);
}

static void
lay_kind(struct making *making, enum ladder_kind kind)
{
    const struct ladder_list *newest = &making->problem->wish[kind].content;
    int64_t first = first_time(making->problem, kind, making->bridge_count + 1);
    lay_archived(making, kind);
    for (size_t i = 0; i <= making->bridge_count; i++) {
        struct ladder_list list = *newest;
        list.time = first + (int64_t)i;
        if (i < making->bridge_count) {
            list.signer = list.sasts[0] = making->bridges[i].signer;
            list.sasts[1] = newest->signer;
            list.sast_count = 2;
            list.proves = false;
        }
        make_up_hash(add_rung(making->plan, kind, list, LADDER_NO_LIST), kind, i);
    }
}

static size_t
find_held(const struct ladder_lists *held, enum ladder_kind kind, const struct ladder_list *list)
{
    for (size_t i = 0; i < held->count[kind]; i++)
        if (ladder_list_equal(&held->at[kind][i], list))
            return i;
    return LADDER_NO_LIST;
}

static void
lay_given(struct making *making, enum ladder_kind kind)
{
    const struct ladder_problem *problem = making->problem;
    for (size_t i = 0; i < problem->stands.count[kind]; i++) {
        const struct ladder_list *list = &problem->stands.at[kind][i];
        add_rung(making->plan, kind, *list, find_held(&problem->held, kind, list))->stands = true;
    }
}

static void
lay_rungs(struct making *making)
{
    struct ladder_plan *plan = making->plan;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++) {
        plan->count[kind] = 0;
        if (making->problem->wish[kind].given)
            lay_given(making, kind);
        else if (making->problem->wish[kind].wanted)
            lay_kind(making, kind);
    }
}

static int
judge_plan(struct making *making, struct prov_error *err)
{
    struct ladder_plan *plan = making->plan;
    struct ladder_list rungs[LADDER_KINDS][LADDER_RUNGS_MAX];
    struct ladder_lists lists;
    lay_out(plan, rungs, &lists);
    return ladder_judge(&lists, &making->problem->held, &plan->verdict, err);
}

/* --- what need not be signed */

/* Rungs of one kind that are there already. */
struct known {
    bool found;
    struct ladder_rung rung[LADDER_RUNGS_MAX];
};

static bool
is_as_planned(const struct ladder_rung *rung, const struct ladder_list *list)
{
    return rung->stands ? ladder_list_equal(&rung->list, list)
                        : ladder_says_the_same(&rung->list, list);
}

static bool
find_standing(const struct ladder_problem *problem, const struct ladder_plan *plan,
              enum ladder_kind kind, struct known *out)
{
    const struct ladder_lists *stands = &problem->stands;
    bool same = plan->count[kind] == stands->count[kind];
    for (size_t i = 0; same && i < plan->count[kind]; i++) {
        const struct ladder_list *list = &stands->at[kind][i];
        same = is_as_planned(&plan->rung[kind][i], list);
        out->rung[i] = (struct ladder_rung){*list, true, find_held(&problem->held, kind, list)};
    }
    return same;
}

/* Of each rung the newest list that was ever published and says the same. */
static bool
find_published(const struct ladder_problem *problem, const struct ladder_plan *plan,
               enum ladder_kind kind, struct known *out)
{
    const struct ladder_list *held = problem->held.at[kind];
    for (size_t i = 0; i < plan->count[kind]; i++) {
        size_t newest = LADDER_NO_LIST;
        for (size_t k = 0; k < problem->held.count[kind]; k++)
            if (is_as_planned(&plan->rung[kind][i], &held[k]) &&
                (newest == LADDER_NO_LIST || held[k].time > held[newest].time))
                newest = k;
        if (newest == LADDER_NO_LIST)
            return false;
        out->rung[i] = (struct ladder_rung){held[newest], true, newest};
    }
    return true;
}

/* In the place of what would be signed, where it does as well for everybody. */
static int
try_known(struct making *making, const struct known known[static LADDER_KINDS], unsigned kinds,
          bool *taken, struct prov_error *err)
{
    struct ladder_plan *plan = making->plan, with = *plan;
    struct ladder_list rungs[LADDER_KINDS][LADDER_RUNGS_MAX],
        others[LADDER_KINDS][LADDER_RUNGS_MAX];
    struct ladder_lists planned, lists;
    struct ladder_verdict worse = {.fault = LADDER_SOUND};
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        if ((kinds & 1U << kind) != 0)
            memcpy(with.rung[kind], known[kind].rung, sizeof with.rung[kind]);
    lay_out(plan, rungs, &planned);
    lay_out(&with, others, &lists);
    int rc = ladder_compare(&planned, &lists, &making->problem->held, &worse, err);
    *taken = rc == PROV_OK && worse.fault == LADDER_SOUND;
    if (*taken)
        *plan = with;
    return rc;
}

/* Both kinds, or else one of them. */
static int
keep_known(struct making *making,
           bool (*find)(const struct ladder_problem *, const struct ladder_plan *, enum ladder_kind,
                        struct known *),
           bool *all, struct prov_error *err)
{
    static const unsigned choices[] = {1U << LADDER_CTL | 1U << LADDER_ITL, 1U << LADDER_ITL,
                                       1U << LADDER_CTL};
    struct known known[LADDER_KINDS];
    unsigned found = 0;
    bool taken = false;
    int rc = PROV_OK;
    *all = false;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        found |= find(making->problem, making->plan, kind, &known[kind]) ? 1U << kind : 0;
    for (size_t i = 0; rc == PROV_OK && !taken && i < sizeof choices / sizeof choices[0]; i++)
        if ((found & choices[i]) == choices[i]) {
            rc = try_known(making, known, choices[i], &taken, err);
            *all = taken && i == 0;
        }
    return rc;
}

static int
sign_little(struct making *making, struct prov_error *err)
{
    bool all = false;
    int rc = keep_known(making, find_standing, &making->plan->current, err);
    if (rc == PROV_OK && !making->plan->current)
        rc = keep_known(making, find_published, &all, err);
    return rc == PROV_OK ? judge_plan(making, err) : rc;
}

int
ladder_make_plan(const struct ladder_problem *problem, struct ladder_plan *out,
                 struct prov_error *err)
{
    struct making making = {.problem = problem, .plan = out};
    *out = (struct ladder_plan){.current = false};
    lay_rungs(&making);
    int rc = judge_plan(&making, err);
    while (rc == PROV_OK && out->verdict.fault == LADDER_STUCK) {
        size_t most = making.archived_count[LADDER_CTL] > making.archived_count[LADDER_ITL]
                          ? making.archived_count[LADDER_CTL]
                          : making.archived_count[LADDER_ITL];
        if (making.bridge_count + most + 1 >= LADDER_RUNGS_MAX || !help(&making))
            break;
        lay_rungs(&making);
        rc = judge_plan(&making, err);
    }
    if (rc == PROV_OK)
        rc = sign_little(&making, err);
    return rc == PROV_OK ? check_times(out, err) : rc;
}
