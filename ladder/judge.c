/* SPDX-License-Identifier: MIT */
/* Whether a ladder leads every phone to the newest lists: all states that phones may come into are
 * walked through, for phones that heed timestamps and for those that do not. */
#include "ladder/judge.h"

#include <stdlib.h>
#include <string.h>

/* Kinds of CTLs, or of ITLs, that phones tell apart. A fleet has a handful, however many lists it
 * saw; a folder of lists made to be slow has no more than this. */
#define NODES_MAX 1024

/* Lists of one kind, as far as they differ to phones: the rungs, then what else is held. Node 0
 * stands for no list. */
struct nodes {
    size_t rung_count, count; /* `count` includes node 0 and the rungs, which are 1 to rung_count */
    const struct ladder_list *rungs;
    const struct ladder_list *at[NODES_MAX];
    size_t holding[NODES_MAX]; /* its index in the holdings */
    bool held[NODES_MAX];      /* a phone may hold it now */
    /* Whether its SASTs sign a rung of either kind, and whether a rung of its own kind is newer. */
    bool trusts[NODES_MAX][LADDER_KINDS][LADDER_RUNGS_MAX];
    bool older[NODES_MAX][LADDER_RUNGS_MAX];
};

struct state {
    size_t node[LADDER_KINDS];
};

/* What a boot is offered: a rung of each kind. */
struct draw {
    size_t rung[LADDER_KINDS];
};

#define DRAWS_MAX (LADDER_KINDS * LADDER_RUNGS_MAX)
#define MOVES_MAX (LADDER_KINDS * LADDER_RUNGS_MAX)

struct walk {
    struct nodes kind[LADDER_KINDS];
    size_t draw_count;
    struct draw draws[DRAWS_MAX];
    bool heeds_time;
    /* By state: it may come about; from there the newest lists are within reach; the state that a
     * way to it began with. */
    bool *reached, *good;
    size_t *origin;
    size_t *queue;
};

/* --- nodes */

/* How many rungs are newer; they stand in the order of their times. */
static size_t
newer_rungs(const struct nodes *nodes, const struct ladder_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < nodes->rung_count; i++)
        count += list->time < nodes->rungs[i].time;
    return count;
}

/* True if phones that hold the one and those that hold the other take the same rungs. */
static bool
are_alike(const struct nodes *nodes, const struct ladder_list *a, const struct ladder_list *b)
{
    return newer_rungs(nodes, a) == newer_rungs(nodes, b) && ladder_same_sasts(a, b);
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
compare_nodes(struct walk *walk, enum ladder_kind kind)
{
    struct nodes *nodes = &walk->kind[kind];
    for (size_t n = 1; n < nodes->count; n++) {
        for (enum ladder_kind of = 0; of < LADDER_KINDS; of++)
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
    return state.node[LADDER_CTL] * walk->kind[LADDER_ITL].count + state.node[LADDER_ITL];
}

static struct state
state_at(const struct walk *walk, size_t index)
{
    return (struct state){
        {index / walk->kind[LADDER_ITL].count, index % walk->kind[LADDER_ITL].count}};
}

static bool
is_goal(const struct walk *walk, struct state state)
{
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        if (walk->kind[kind].rung_count > 0 && state.node[kind] != walk->kind[kind].rung_count)
            return false;
    return true;
}

/* ladder_takes, looked up. */
static struct state
offer(const struct walk *walk, struct state state, enum ladder_kind kind, size_t rung)
{
    const struct nodes *own = &walk->kind[kind];
    size_t node = state.node[kind];
    bool first = state.node[LADDER_CTL] == 0 && state.node[LADDER_ITL] == 0;
    bool trusted = walk->kind[LADDER_CTL].trusts[state.node[LADDER_CTL]][kind][rung] ||
                   walk->kind[LADDER_ITL].trusts[state.node[LADDER_ITL]][kind][rung];
    bool refused = node == rung + 1 || (node != 0 && walk->heeds_time && !own->older[node][rung]);
    if (first || (trusted && !refused))
        state.node[kind] = rung + 1;
    return state;
}

/* The rungs that one number draws of both kinds, from the oldest up (draw.h); of a kind without
 * rungs none. */
static void
list_draws(struct walk *walk)
{
    size_t ctl_count = walk->kind[LADDER_CTL].rung_count;
    size_t itl_count = walk->kind[LADDER_ITL].rung_count;
    size_t steps = (ctl_count > 0 ? ctl_count : 1) * (itl_count > 0 ? itl_count : 1);
    for (size_t i = 0; i < steps; i++) {
        struct draw draw = {{i * ctl_count / steps, i * itl_count / steps}};
        if (walk->draw_count == 0 ||
            memcmp(&walk->draws[walk->draw_count - 1], &draw, sizeof draw) != 0)
            walk->draws[walk->draw_count++] = draw;
    }
}

/* A boot asks for the CTL, then for the ITL. */
static struct state
boot(const struct walk *walk, struct state state, struct draw draw)
{
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        if (walk->kind[kind].rung_count > 0)
            state = offer(walk, state, kind, draw.rung[kind]);
    return state;
}

/* Where a single list may lead: a boot may be cut off after it, and who asks in the phone's name
 * has a say in what is drawn. So the moves of single lists, one after the other, are all that may
 * happen. */
static size_t
moves(const struct walk *walk, struct state state, struct state out[static MOVES_MAX])
{
    size_t count = 0;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        for (size_t rung = 0; rung < walk->kind[kind].rung_count; rung++)
            out[count++] = offer(walk, state, kind, rung);
    return count;
}

/* --- the walk */

static size_t
begin(struct walk *walk)
{
    size_t count = 0;
    for (size_t ctl = 0; ctl < walk->kind[LADDER_CTL].count; ctl++)
        for (size_t itl = 0; itl < walk->kind[LADDER_ITL].count; itl++) {
            size_t index = index_of(walk, (struct state){{ctl, itl}});
            bool held = walk->kind[LADDER_CTL].held[ctl] && walk->kind[LADDER_ITL].held[itl];
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
    for (size_t next = 0; next < count; next++) {
        struct state ends[MOVES_MAX];
        size_t end_count = moves(walk, state_at(walk, walk->queue[next]), ends);
        for (size_t i = 0; i < end_count; i++) {
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
    for (size_t i = 0; i < walk->draw_count; i++)
        if (walk->good[index_of(walk, boot(walk, state, walk->draws[i]))])
            return true;
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
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        if (walk->kind[kind].rung_count == 0 && state.node[kind] != 0)
            return true;
    return false;
}

static bool
is_left(const struct walk *walk, struct state goal)
{
    struct state ends[MOVES_MAX];
    size_t end_count = moves(walk, goal, ends);
    for (size_t i = 0; i < end_count; i++)
        if (!is_goal(walk, ends[i]))
            return true;
    return false;
}

static bool
blame(const struct walk *walk, enum ladder_fault fault, size_t index,
      struct ladder_verdict *verdict)
{
    struct state origin = state_at(walk, walk->origin[index]);
    verdict->fault = fault;
    verdict->heeds_time = walk->heeds_time;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        verdict->held[kind] = walk->kind[kind].holding[origin.node[kind]];
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
check_rungs(const struct ladder_lists *rungs, const struct ladder_lists *held,
            enum ladder_kind kind, struct ladder_verdict *verdict)
{
    const struct ladder_list *first = rungs->at[kind];
    for (size_t i = 0; i < rungs->count[kind]; i++) {
        const struct ladder_list *rung = &first[i];
        bool equal = memcmp(rung->records, first->records, sizeof rung->records) == 0;
        bool dated = (i == 0 || first[i - 1].time < rung->time) &&
                     (is_held(rung, held->at[kind], held->count[kind]) ||
                      !is_late(rung, first, rungs->count[kind], held->at[kind], held->count[kind]));
        if (equal && dated)
            continue;
        verdict->fault = equal ? LADDER_DATES : LADDER_UNEQUAL;
        verdict->kind = kind;
        verdict->rung = i;
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
walk_new(const struct ladder_lists *rungs, const struct ladder_lists *held, struct walk **out,
         struct prov_error *err)
{
    int rc = PROV_OK;
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (enum ladder_kind kind = 0; rc == PROV_OK && kind < LADDER_KINDS; kind++)
        rc = make_nodes(&walk->kind[kind], rungs->at[kind], rungs->count[kind], held->at[kind],
                        held->count[kind], err);
    if (rc == PROV_OK) {
        compare_nodes(walk, LADDER_CTL);
        compare_nodes(walk, LADDER_ITL);
        list_draws(walk);
        size_t states = walk->kind[LADDER_CTL].count * walk->kind[LADDER_ITL].count;
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

/* `exactly`: none of what is held is missing. */
static int
judge_ways(const struct ladder_lists *rungs, const struct ladder_lists *held, bool exactly,
           struct ladder_verdict *verdict, struct prov_error *err)
{
    struct walk *walk = NULL;
    if (rungs->count[LADDER_CTL] > LADDER_RUNGS_MAX || rungs->count[LADDER_ITL] > LADDER_RUNGS_MAX)
        return prov_fail(err, PROV_E_LIMIT, "more than %d trust lists would stand in turns",
                         LADDER_RUNGS_MAX);
    int rc = walk_new(rungs, held, &walk, err);
    if (walk == NULL)
        return rc;
    for (enum ladder_kind kind = 0; exactly && kind < LADDER_KINDS; kind++)
        walk->kind[kind].held[0] = held->count[kind] == 0;
    if (leads_all(walk, verdict)) {
        walk->heeds_time = true;
        (void)leads_all(walk, verdict);
    }
    walk_free(walk);
    return PROV_OK;
}

int
ladder_judge(const struct ladder_lists *rungs, const struct ladder_lists *held,
             struct ladder_verdict *verdict, struct prov_error *err)
{
    *verdict = (struct ladder_verdict){.held = {LADDER_NO_LIST, LADDER_NO_LIST}};
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        if (rungs->count[kind] <= LADDER_RUNGS_MAX && !check_rungs(rungs, held, kind, verdict))
            return PROV_OK;
    return judge_ways(rungs, held, false, verdict, err);
}

int
ladder_judge_pair(const struct ladder_lists *rungs, const struct ladder_pair *pair,
                  struct ladder_verdict *verdict, struct prov_error *err)
{
    struct ladder_lists held;
    *verdict = (struct ladder_verdict){.held = {LADDER_NO_LIST, LADDER_NO_LIST}};
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++) {
        held.count[kind] = pair->list[kind] != NULL;
        held.at[kind] = pair->list[kind];
    }
    return judge_ways(rungs, &held, true, verdict, err);
}
