/* SPDX-License-Identifier: MIT */
/* Whether a ladder leads every phone to the newest lists: all states that phones may come into are
 * walked through, for phones that heed timestamps and for those that do not. */
#include "ladder/judge.h"

#include <stdlib.h>
#include <string.h>

/* Kinds of CTLs, or of ITLs, that phones tell apart. A fleet has a handful, however many lists it
 * saw; a folder of lists made to be slow has no more than this. */
#define NODES_MAX 1024

enum kind { CTL, ITL, KINDS };

/* Lists of one kind, as far as they differ to phones: the rungs, then what else is held. Node 0
 * stands for no list. */
struct nodes {
    size_t rung_count, count; /* `count` includes node 0 and the rungs, which are 1 to rung_count */
    const struct ladder_list *rungs;
    const struct ladder_list *at[NODES_MAX];
    size_t holding[NODES_MAX]; /* its index in the holdings */
    bool held[NODES_MAX];      /* a phone may hold it now */
    /* Whether its SASTs sign a rung of either kind, and whether a rung of its own kind is newer. */
    bool trusts[NODES_MAX][KINDS][LADDER_RUNGS_MAX];
    bool older[NODES_MAX][LADDER_RUNGS_MAX];
};

struct state {
    size_t node[KINDS];
};

/* What a boot is offered: a rung of each kind. */
struct draw {
    size_t rung[KINDS];
};

enum outcome { WHOLE_BOOT, CTL_ALONE, ITL_ALONE, OUTCOMES };

struct walk {
    struct nodes kind[KINDS];
    size_t draw_count;
    struct draw draws[LADDER_RUNGS_MAX * LADDER_RUNGS_MAX];
    bool heeds_time;
    /* By state: it may come about; from there the newest lists are within reach; the state that a
     * way to it began with. */
    bool *reached, *good;
    size_t *origin;
    size_t *queue;
};

/* --- nodes */

static bool
same_sasts(const struct ladder_list *a, const struct ladder_list *b)
{
    if (a->sast_count != b->sast_count)
        return false;
    for (size_t i = 0; i < a->sast_count; i++)
        if (!ladder_names(b, &a->sasts[i]) || !ladder_names(a, &b->sasts[i]))
            return false;
    return true;
}

static bool
is_older_than_all(const struct nodes *nodes, const struct ladder_list *list)
{
    for (size_t i = 0; i < nodes->rung_count; i++)
        if (list->time >= nodes->rungs[i].time)
            return false;
    return true;
}

/* True if phones that hold the one and those that hold the other take the same rungs. */
static bool
are_alike(const struct nodes *nodes, const struct ladder_list *a, const struct ladder_list *b)
{
    return same_sasts(a, b) &&
           (a->time == b->time || (is_older_than_all(nodes, a) && is_older_than_all(nodes, b)));
}

static size_t
find_node(const struct nodes *nodes, const struct ladder_list *list)
{
    for (size_t i = 1; i <= nodes->rung_count; i++)
        if (ladder_list_equal(nodes->at[i], list))
            return i;
    for (size_t i = nodes->rung_count + 1; i < nodes->count; i++)
        if (are_alike(nodes, nodes->at[i], list))
            return i;
    return nodes->count;
}

static int
make_nodes(struct nodes *nodes, const struct ladder_list *rungs, size_t rung_count,
           const struct ladder_list *holdings, size_t holding_count, struct prov_error *err)
{
    nodes->rungs = rungs;
    nodes->rung_count = rung_count;
    nodes->count = rung_count + 1;
    nodes->held[0] = true;
    nodes->holding[0] = LADDER_NO_LIST;
    for (size_t i = 0; i < rung_count; i++) {
        nodes->at[i + 1] = &rungs[i];
        nodes->holding[i + 1] = LADDER_NO_LIST;
    }
    for (size_t i = 0; i < holding_count; i++) {
        size_t node = find_node(nodes, &holdings[i]);
        if (node == NODES_MAX)
            return prov_fail(err, PROV_E_LIMIT, "phones may hold more than %d kinds of trust lists",
                             NODES_MAX);
        if (node == nodes->count) {
            nodes->count++;
            nodes->at[node] = &holdings[i];
        }
        if (!nodes->held[node])
            nodes->holding[node] = i;
        nodes->held[node] = true;
    }
    return PROV_OK;
}

static void
compare_nodes(struct walk *walk, enum kind kind)
{
    struct nodes *nodes = &walk->kind[kind];
    for (size_t n = 1; n < nodes->count; n++) {
        for (int of = 0; of < KINDS; of++)
            for (size_t i = 0; i < walk->kind[of].rung_count; i++)
                nodes->trusts[n][of][i] =
                    ladder_names(nodes->at[n], &walk->kind[of].rungs[i].signer);
        for (size_t i = 0; i < nodes->rung_count; i++)
            nodes->older[n][i] = nodes->at[n]->time < nodes->rungs[i].time;
    }
}

/* --- states */

static size_t
index_of(const struct walk *walk, struct state state)
{
    return state.node[CTL] * walk->kind[ITL].count + state.node[ITL];
}

static struct state
state_at(const struct walk *walk, size_t index)
{
    return (struct state){{index / walk->kind[ITL].count, index % walk->kind[ITL].count}};
}

static bool
is_goal(const struct walk *walk, struct state state)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (walk->kind[kind].rung_count > 0 && state.node[kind] != walk->kind[kind].rung_count)
            return false;
    return true;
}

/* ladder_takes, looked up. */
static struct state
offer(const struct walk *walk, struct state state, enum kind kind, size_t rung)
{
    const struct nodes *own = &walk->kind[kind];
    size_t node = state.node[kind];
    bool first = state.node[CTL] == 0 && state.node[ITL] == 0;
    bool trusted = walk->kind[CTL].trusts[state.node[CTL]][kind][rung] ||
                   walk->kind[ITL].trusts[state.node[ITL]][kind][rung];
    bool refused = node == rung + 1 || (node != 0 && walk->heeds_time && !own->older[node][rung]);
    if (first || (trusted && !refused))
        state.node[kind] = rung + 1;
    return state;
}

/* A boot asks for the CTL, then for the ITL. Ladders of the same length draw the same rung; a kind
 * without rungs counts as one, of which nothing is offered. */
static void
list_draws(struct walk *walk)
{
    size_t ctl_count = walk->kind[CTL].rung_count, itl_count = walk->kind[ITL].rung_count;
    for (size_t ctl = 0; ctl == 0 || ctl < ctl_count; ctl++)
        for (size_t itl = 0; itl == 0 || itl < itl_count; itl++)
            if (ctl_count != itl_count || ctl == itl)
                walk->draws[walk->draw_count++] = (struct draw){{ctl, itl}};
}

static struct state
offer_drawn(const struct walk *walk, struct state state, enum kind kind, struct draw draw)
{
    return walk->kind[kind].rung_count > 0 ? offer(walk, state, kind, draw.rung[kind]) : state;
}

/* Where a boot may lead: through to its end, cut off after the CTL, or with the ITL alone. */
static void
outcomes(const struct walk *walk, struct state state, struct draw draw,
         struct state out[static OUTCOMES])
{
    out[WHOLE_BOOT] = offer_drawn(walk, offer_drawn(walk, state, CTL, draw), ITL, draw);
    out[CTL_ALONE] = offer_drawn(walk, state, CTL, draw);
    out[ITL_ALONE] = offer_drawn(walk, state, ITL, draw);
}

/* --- the walk */

static size_t
begin(struct walk *walk)
{
    size_t count = 0;
    for (size_t ctl = 0; ctl < walk->kind[CTL].count; ctl++)
        for (size_t itl = 0; itl < walk->kind[ITL].count; itl++) {
            size_t index = index_of(walk, (struct state){{ctl, itl}});
            bool held = walk->kind[CTL].held[ctl] && walk->kind[ITL].held[itl];
            walk->reached[index] = held;
            walk->good[index] = false;
            if (!held)
                continue;
            walk->origin[index] = index;
            walk->queue[count++] = index;
        }
    return count;
}

/* All that may come about. Returns how many states there are in the queue. */
static size_t
reach(struct walk *walk)
{
    size_t count = begin(walk);
    for (size_t next = 0; next < count; next++)
        for (size_t d = 0; d < walk->draw_count; d++) {
            struct state ends[OUTCOMES];
            outcomes(walk, state_at(walk, walk->queue[next]), walk->draws[d], ends);
            for (int i = 0; i < OUTCOMES; i++) {
                size_t index = index_of(walk, ends[i]);
                if (walk->reached[index])
                    continue;
                walk->reached[index] = true;
                walk->origin[index] = walk->origin[walk->queue[next]];
                walk->queue[count++] = index;
            }
        }
    return count;
}

static bool
leads_on(const struct walk *walk, struct state state)
{
    if (is_goal(walk, state))
        return true;
    for (size_t d = 0; d < walk->draw_count; d++) {
        struct state ends[OUTCOMES];
        outcomes(walk, state, walk->draws[d], ends);
        if (walk->good[index_of(walk, ends[WHOLE_BOOT])])
            return true;
    }
    return false;
}

/* Each draw keeps its odds for ever, so a phone gets through as soon as any row of boots does. */
static void
find_good(struct walk *walk, size_t count)
{
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < count; i++) {
            size_t index = walk->queue[i];
            if (!walk->good[index] && leads_on(walk, state_at(walk, index)))
                walk->good[index] = more = true;
        }
    }
}

/* Holds a list of a kind that is not given out any more. It may trust a bridge; since all rungs say
 * the same, that does no harm. */
static bool
is_stale(const struct walk *walk, struct state state)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (walk->kind[kind].rung_count == 0 && state.node[kind] != 0)
            return true;
    return false;
}

static bool
is_left(const struct walk *walk, struct state goal)
{
    for (size_t d = 0; d < walk->draw_count; d++) {
        struct state ends[OUTCOMES];
        outcomes(walk, goal, walk->draws[d], ends);
        for (int i = 0; i < OUTCOMES; i++)
            if (!is_goal(walk, ends[i]))
                return true;
    }
    return false;
}

static bool
blame(const struct walk *walk, enum ladder_fault fault, size_t index,
      struct ladder_verdict *verdict)
{
    struct state origin = state_at(walk, walk->origin[index]);
    verdict->fault = fault;
    verdict->heeds_time = walk->heeds_time;
    verdict->ctl = walk->kind[CTL].holding[origin.node[CTL]];
    verdict->itl = walk->kind[ITL].holding[origin.node[ITL]];
    return false;
}

static bool
leads_all(struct walk *walk, struct ladder_verdict *verdict)
{
    size_t count = reach(walk);
    find_good(walk, count);
    for (size_t i = 0; i < count; i++)
        if (!walk->good[walk->queue[i]])
            return blame(walk, LADDER_STUCK, walk->queue[i], verdict);
    for (size_t i = 0; i < count; i++) {
        struct state state = state_at(walk, walk->queue[i]);
        if (is_goal(walk, state) && !is_stale(walk, state) && is_left(walk, state))
            return blame(walk, LADDER_UNSTABLE, walk->queue[i], verdict);
    }
    return true;
}

/* --- what needs no walk */

static bool
is_held(const struct ladder_list *list, const struct ladder_list *holdings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ladder_list_equal(list, &holdings[i]))
            return true;
    return false;
}

/* Not newer than something that is held and stands no more. */
static bool
is_late(const struct ladder_list *rung, const struct ladder_list *rungs, size_t rung_count,
        const struct ladder_list *holdings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (holdings[i].time >= rung->time && !is_held(&holdings[i], rungs, rung_count))
            return true;
    return false;
}

static bool
check_rungs(bool ctl, const struct ladder_list *rungs, size_t rung_count,
            const struct ladder_list *holdings, size_t count, struct ladder_verdict *verdict)
{
    for (size_t i = 0; i < rung_count; i++) {
        const struct ladder_list *rung = &rungs[i];
        bool equal = memcmp(rung->records, rungs[0].records, sizeof rung->records) == 0;
        bool dated =
            (i == 0 || rungs[i - 1].time < rung->time) &&
            (is_held(rung, holdings, count) || !is_late(rung, rungs, rung_count, holdings, count));
        if (equal && dated)
            continue;
        *verdict = (struct ladder_verdict){.fault = equal ? LADDER_DATES : LADDER_UNEQUAL,
                                           .ctl = LADDER_NO_LIST,
                                           .itl = LADDER_NO_LIST,
                                           .ctl_rung = ctl,
                                           .rung = i};
        return false;
    }
    return true;
}

/* --- the whole */

static void
walk_free(struct walk *walk)
{
    if (walk == NULL)
        return;
    free(walk->reached);
    free(walk->good);
    free(walk->origin);
    free(walk->queue);
    free(walk);
}

static int
walk_new(const struct ladder *ladder, const struct ladder_holdings *holdings, struct walk **out,
         struct prov_error *err)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = make_nodes(&walk->kind[CTL], ladder->ctl, ladder->ctl_count, holdings->ctl,
                        holdings->ctl_count, err);
    if (rc == PROV_OK)
        rc = make_nodes(&walk->kind[ITL], ladder->itl, ladder->itl_count, holdings->itl,
                        holdings->itl_count, err);
    if (rc == PROV_OK) {
        compare_nodes(walk, CTL);
        compare_nodes(walk, ITL);
        list_draws(walk);
        size_t states = walk->kind[CTL].count * walk->kind[ITL].count;
        walk->reached = calloc(states, sizeof *walk->reached);
        walk->good = calloc(states, sizeof *walk->good);
        walk->origin = calloc(states, sizeof *walk->origin);
        walk->queue = calloc(states, sizeof *walk->queue);
        if (walk->reached == NULL || walk->good == NULL || walk->origin == NULL ||
            walk->queue == NULL)
            rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    if (rc != PROV_OK) {
        walk_free(walk);
        return rc;
    }
    *out = walk;
    return PROV_OK;
}

int
ladder_judge(const struct ladder *ladder, const struct ladder_holdings *holdings,
             struct ladder_verdict *verdict, struct prov_error *err)
{
    struct walk *walk = NULL;
    *verdict = (struct ladder_verdict){.ctl = LADDER_NO_LIST, .itl = LADDER_NO_LIST};
    if (ladder->ctl_count > LADDER_RUNGS_MAX || ladder->itl_count > LADDER_RUNGS_MAX)
        return prov_fail(err, PROV_E_LIMIT, "more than %d trust lists would stand in turns",
                         LADDER_RUNGS_MAX);
    if (!check_rungs(true, ladder->ctl, ladder->ctl_count, holdings->ctl, holdings->ctl_count,
                     verdict) ||
        !check_rungs(false, ladder->itl, ladder->itl_count, holdings->itl, holdings->itl_count,
                     verdict))
        return PROV_OK;
    int rc = walk_new(ladder, holdings, &walk, err);
    if (rc != PROV_OK)
        return rc;
    if (leads_all(walk, verdict)) {
        walk->heeds_time = true;
        (void)leads_all(walk, verdict);
    }
    walk_free(walk);
    return PROV_OK;
}
