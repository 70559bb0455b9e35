/* SPDX-License-Identifier: MIT */
/* Ladders that lead every phone to the newest list, and ladders that do not. */
#include "ladder/judge.h"

#include "tests/unit/ladder/lists.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct prov_error err;

/* Signers by letter. */
enum { S0 = 1, S1, S2, RECOVERY, RECOVERY_2, STRANGER };

static struct ladder_verdict
judge(struct ladder_lists rungs, struct ladder_lists held)
{
    struct ladder_verdict verdict;
    expect_ok(ladder_judge(&rungs, &held, &verdict, &err), &err);
    return verdict;
}

/* ITLs alone. */
static struct ladder_verdict
judge_itl(const struct ladder_list *rungs, size_t rung_count, const struct ladder_list *held,
          size_t held_count)
{
    return judge(itls_alone(rungs, rung_count), itls_alone(held, held_count));
}

/* The same lists as CTL and as ITL. */
static struct ladder_verdict
judge_both(const struct ladder_list *rungs, size_t rung_count, const struct ladder_list *held,
           size_t held_count)
{
    return judge(both_kinds(rungs, rung_count, rungs, rung_count),
                 both_kinds(held, held_count, held, held_count));
}

static void
nothing_is_sound(void **state)
{
    (void)state;
    struct ladder_list one = list_of(S0, S0, RECOVERY, 10, 1);
    assert_int_equal(judge_itl(NULL, 0, NULL, 0).fault, LADDER_SOUND);
    assert_int_equal(judge_itl(&one, 1, NULL, 0).fault, LADDER_SOUND);
    assert_int_equal(judge_itl(&one, 1, &one, 1).fault, LADDER_SOUND);
}

static void
an_edit_is_followed(void **state)
{
    (void)state;
    struct ladder_list held[] = {list_of(S0, S0, RECOVERY, 10, 1),
                                 list_of(RECOVERY, RECOVERY, S0, 11, 2)};
    struct ladder_list next = list_of(S0, S0, RECOVERY, 20, 3);
    assert_int_equal(judge_itl(&next, 1, held, 2).fault, LADDER_SOUND);
    assert_int_equal(judge_both(&next, 1, held, 2).fault, LADDER_SOUND);
}

static void
another_signer_wants_a_bridge(void **state)
{
    (void)state;
    struct ladder_list held = list_of(S0, S0, RECOVERY, 10, 1);
    struct ladder_list rungs[] = {list_of(S0, S0, S1, 20, 1), list_of(S1, S1, RECOVERY, 21, 1)};
    struct ladder_verdict verdict = judge_itl(&rungs[1], 1, &held, 1);
    assert_int_equal(verdict.fault, LADDER_STUCK);
    assert_int_equal(verdict.held[LADDER_ITL], 0);
    assert_int_equal(verdict.held[LADDER_CTL], LADDER_NO_LIST);
    assert_int_equal(judge_itl(rungs, 2, &held, 1).fault, LADDER_SOUND);
    assert_int_equal(judge_both(rungs, 2, &held, 1).fault, LADDER_SOUND);
}

/* Two rotations missed: with both old keys each generation has a bridge of its own; without the
 * older one the bridges of the archive are climbed one by one. */
static void
two_missed_rotations(void **state)
{
    (void)state;
    struct ladder_list held[] = {list_of(S0, S0, RECOVERY, 10, 1), list_of(S0, S0, S1, 20, 1),
                                 list_of(S1, S1, RECOVERY, 21, 1)};
    struct ladder_list direct[] = {list_of(S0, S0, S2, 30, 1), list_of(S1, S1, S2, 31, 1),
                                   list_of(S2, S2, RECOVERY, 32, 1)};
    struct ladder_list chain[] = {held[1], list_of(S1, S1, S2, 31, 1),
                                  list_of(S2, S2, RECOVERY, 32, 1)};
    assert_int_equal(judge_itl(direct, 3, held, 3).fault, LADDER_SOUND);
    assert_int_equal(judge_both(direct, 3, held, 3).fault, LADDER_SOUND);
    assert_int_equal(judge_itl(chain, 3, held, 3).fault, LADDER_SOUND);
    assert_int_equal(judge_itl(direct + 1, 2, held, 3).fault, LADDER_STUCK);
}

static void
the_newest_never_takes_a_bridge(void **state)
{
    (void)state;
    struct ladder_list held = list_of(S0, S0, RECOVERY, 10, 1);
    struct ladder_list flips[] = {list_of(S0, S0, S1, 20, 1), list_of(S1, S1, S0, 21, 1)};
    struct ladder_verdict verdict = judge_itl(flips, 2, &held, 1);
    assert_int_equal(verdict.fault, LADDER_UNSTABLE);
    assert_false(verdict.heeds_time);
    /* The signer of the bridge is the recovery certificate, which the newest names, too. */
    struct ladder_list named[] = {list_of(RECOVERY, RECOVERY, S1, 20, 1),
                                  list_of(S1, S1, RECOVERY, 21, 1)};
    assert_int_equal(judge_itl(named, 2, &held, 1).fault, LADDER_UNSTABLE);
    struct ladder_list fresh[] = {list_of(RECOVERY, RECOVERY, S1, 20, 1),
                                  list_of(S1, S1, RECOVERY_2, 21, 1)};
    assert_int_equal(judge_itl(fresh, 2, &held, 1).fault, LADDER_SOUND);
}

static void
rungs_say_the_same(void **state)
{
    (void)state;
    struct ladder_list held = list_of(S0, S0, RECOVERY, 10, 1);
    struct ladder_list rungs[] = {list_of(S0, S0, S1, 20, 1), list_of(S1, S1, RECOVERY, 21, 2)};
    struct ladder_verdict verdict = judge_itl(rungs, 2, &held, 1);
    assert_int_equal(verdict.fault, LADDER_UNEQUAL);
    assert_int_equal(verdict.kind, LADDER_ITL);
    assert_int_equal(verdict.rung, 1);
}

static void
dates_rise(void **state)
{
    (void)state;
    struct ladder_list held[] = {list_of(S0, S0, RECOVERY, 10, 1),
                                 list_of(S0, S0, RECOVERY, 30, 1)};
    struct ladder_list late[] = {list_of(S0, S0, S1, 22, 1), list_of(S1, S1, RECOVERY, 21, 1)};
    assert_int_equal(judge_itl(late, 2, held, 1).fault, LADDER_DATES);
    late[0].time = 21;
    assert_int_equal(judge_itl(late, 2, held, 1).fault, LADDER_DATES);
    /* Newer than what was held, older than what is. */
    struct ladder_list old[] = {list_of(S0, S0, S1, 20, 1), list_of(S1, S1, RECOVERY, 31, 1)};
    struct ladder_verdict verdict = judge_itl(old, 2, held, 2);
    assert_int_equal(verdict.fault, LADDER_DATES);
    assert_int_equal(verdict.rung, 0);
    old[0].time = 30;
    assert_int_equal(judge_itl(old, 2, held, 2).fault, LADDER_DATES);
    /* What was signed already and stands has the date that it has. */
    struct ladder_list known[] = {held[0], old[0]};
    assert_int_equal(judge_itl(old, 1, known, 2).fault, LADDER_SOUND);
}

/* Archived lists that were published before what phones hold now help only those that do not mind.
 */
static void
a_bridge_of_old_helps_only_those_behind_it(void **state)
{
    (void)state;
    struct ladder_list held[] = {list_of(S0, S0, S1, 20, 1), list_of(S0, S0, RECOVERY, 25, 1)};
    struct ladder_list rungs[] = {held[0], list_of(S1, S1, RECOVERY, 30, 1)};
    struct ladder_verdict verdict = judge_itl(rungs, 2, held, 2);
    assert_int_equal(verdict.fault, LADDER_STUCK);
    assert_true(verdict.heeds_time);
    assert_int_equal(verdict.held[LADDER_ITL], 1);
}

/* A new phone takes any CTL on faith, and then no ITL of another signer. */
static void
a_foreign_ctl_shuts_both_out(void **state)
{
    (void)state;
    struct ladder_list itl = list_of(S0, S0, RECOVERY, 10, 1);
    struct ladder_list ctl = list_of(STRANGER, STRANGER, 0, 20, 1);
    struct ladder_list ours = list_of(S0, S0, RECOVERY, 20, 1);
    struct ladder_lists rungs = both_kinds(&ctl, 1, &itl, 1);
    assert_int_equal(judge(rungs, itls_alone(&itl, 1)).fault, LADDER_STUCK);
    assert_int_equal(judge(rungs, itls_alone(NULL, 0)).fault, LADDER_STUCK);
    assert_int_equal(judge(both_kinds(&ours, 1, &itl, 1), itls_alone(&itl, 1)).fault, LADDER_SOUND);
}

static void
a_stale_ctl_goes_along(void **state)
{
    (void)state;
    struct ladder_list held_itl[] = {list_of(S0, S0, RECOVERY, 10, 1),
                                     list_of(S0, S0, RECOVERY, 15, 1)};
    struct ladder_list held_ctl = list_of(S0, S0, RECOVERY, 9, 2);
    struct ladder_list itl[] = {list_of(S0, S0, S1, 20, 1), list_of(S1, S1, RECOVERY, 21, 1)};
    struct ladder_list ctl[] = {list_of(S0, S0, S1, 20, 2), list_of(S1, S1, RECOVERY, 21, 2)};
    struct ladder_lists held = both_kinds(&held_ctl, 1, held_itl, 2);
    assert_int_equal(judge(both_kinds(ctl, 2, itl, 2), held).fault, LADDER_SOUND);
    /* The bridge of one kind serves for the other. */
    assert_int_equal(judge(both_kinds(ctl + 1, 1, itl, 2), held).fault, LADDER_SOUND);
    assert_int_equal(judge(both_kinds(ctl + 1, 1, itl + 1, 1), held).fault, LADDER_STUCK);
    /* No CTL is given any more: who holds one keeps it, and may take the bridge again. */
    assert_int_equal(judge(itls_alone(itl, 2), held).fault, LADDER_SOUND);
}

static void
limits_are_kept(void **state)
{
    (void)state;
    struct ladder_list many[LADDER_RUNGS_MAX + 1];
    struct ladder_list *held = calloc(2000, sizeof *held);
    struct ladder_verdict verdict;
    for (size_t i = 0; i < LENGTH(many); i++)
        many[i] = list_of(S0, S0, RECOVERY, 5000 + (int64_t)i, 1);
    struct ladder_lists rungs = itls_alone(many, LENGTH(many)), none = itls_alone(NULL, 0);
    expect_failure(ladder_judge(&rungs, &none, &verdict, &err), PROV_E_LIMIT, &err, "turns");
    assert_non_null(held);
    for (int i = 0; i < 2000; i++) {
        held[i] = list_of(S0, S0, i + 10, 10, 1);
        held[i].sasts[1] = signer_of(i + 10);
    }
    struct ladder_lists one = itls_alone(many, 1), all = itls_alone(held, 2000);
    expect_failure(ladder_judge(&one, &all, &verdict, &err), PROV_E_LIMIT, &err,
                   "kinds of trust lists");
    /* Twenty thousand lists of few signers are a few kinds. */
    for (int i = 0; i < 2000; i++)
        held[i] = list_of(S0, S0, i % 7 + 1, 10 + i, 1);
    assert_int_equal(judge_itl(many, 1, held, 2000).fault, LADDER_SOUND);
    free(held);
}

/* --- against a plain walk that knows nothing but ladder_takes */

struct world {
    struct ladder_list held[2][6], rungs[2][4];
    size_t held_count[2], rung_count[2];
};

static void
make_world(struct world *world, unsigned *seed)
{
    *world = (struct world){.held = {{{.time = 0}}}};
    for (int kind = 0; kind < 2; kind++) {
        world->held_count[kind] = (size_t)lot_of(seed, 4);
        world->rung_count[kind] = (size_t)(kind == 1) + (size_t)lot_of(seed, 3);
        for (size_t i = 0; i < world->held_count[kind]; i++) {
            int by = 1 + lot_of(seed, 4);
            world->held[kind][i] = list_of(by, by, 1 + lot_of(seed, 4), 10 + lot_of(seed, 5), 1);
        }
        for (size_t i = 0; i < world->rung_count[kind]; i++) {
            int by = 1 + lot_of(seed, 4);
            world->rungs[kind][i] = list_of(by, by, 1 + lot_of(seed, 4), 20 + (int64_t)i, 1);
        }
    }
}

/* All lists of the world by number: 0 none, then those held, then the rungs. */
static const struct ladder_list *
numbered(const struct world *world, int kind, size_t number)
{
    if (number == 0)
        return NULL;
    return number <= world->held_count[kind]
               ? &world->held[kind][number - 1]
               : &world->rungs[kind][number - 1 - world->held_count[kind]];
}

static void
offer(const struct world *world, int kind, size_t rung, bool heeds, size_t at[static 2])
{
    struct ladder_pair pair = {{numbered(world, 0, at[0]), numbered(world, 1, at[1])}};
    if (ladder_takes(&pair, (enum ladder_kind)kind, &world->rungs[kind][rung], heeds))
        at[kind] = 1 + world->held_count[kind] + rung;
}

#define NUMBERS 12

static bool
plain_goal(const struct world *world, size_t c, size_t i)
{
    size_t last_c = world->held_count[0] + world->rung_count[0];
    size_t last_i = world->held_count[1] + world->rung_count[1];
    return (world->rung_count[0] == 0 || c == last_c) && (world->rung_count[1] == 0 || i == last_i);
}

#define PARTS 12 /* a multiple of all numbers of rungs */

/* A number below one draws this part of both ladders. */
static bool
drawn_together(const struct world *world, size_t ctl, size_t itl)
{
    for (size_t i = 0; i < PARTS; i++)
        if (i * world->rung_count[0] / PARTS == ctl && i * world->rung_count[1] / PARTS == itl)
            return true;
    return false;
}

/* Fills what may come about, then what leads on, each until nothing changes any more. */
static bool
plain_leads(const struct world *world, bool heeds)
{
    bool may[NUMBERS][NUMBERS] = {{false}}, good[NUMBERS][NUMBERS] = {{false}};
    size_t counts[2], rungs[2];
    for (int kind = 0; kind < 2; kind++) {
        counts[kind] = 1 + world->held_count[kind] + world->rung_count[kind];
        rungs[kind] = world->rung_count[kind] > 0 ? world->rung_count[kind] : 1;
    }
    for (size_t c = 0; c <= world->held_count[0]; c++)
        for (size_t i = 0; i <= world->held_count[1]; i++)
            may[c][i] = true;
    for (int round = 0; round < 2 * NUMBERS * NUMBERS; round++)
        for (size_t c = 0; c < counts[0]; c++)
            for (size_t i = 0; i < counts[1]; i++) {
                good[c][i] |= plain_goal(world, c, i);
                for (size_t rc = 0; may[c][i] && rc < rungs[0]; rc++)
                    for (size_t ri = 0; ri < rungs[1]; ri++) {
                        size_t whole[2] = {c, i}, first[2] = {c, i}, second[2] = {c, i};
                        if (world->rung_count[0] > 0) {
                            offer(world, 0, rc, heeds, first);
                            offer(world, 0, rc, heeds, whole);
                        }
                        if (world->rung_count[1] > 0) {
                            offer(world, 1, ri, heeds, second);
                            offer(world, 1, ri, heeds, whole);
                        }
                        may[first[0]][first[1]] = may[second[0]][second[1]] = true;
                        may[whole[0]][whole[1]] = true;
                        if (drawn_together(world, rc, ri))
                            good[c][i] |= good[whole[0]][whole[1]];
                    }
            }
    for (size_t c = 0; c < counts[0]; c++)
        for (size_t i = 0; i < counts[1]; i++)
            if (may[c][i] && !good[c][i])
                return false;
    return true;
}

static void
the_walk_agrees_with_a_plain_one(void **state)
{
    (void)state;
    unsigned seed = seed_or(20261130U), stuck = 0, sound = 0;
    for (int history = 0; history < 3000; history++) {
        struct world world;
        unsigned before = seed;
        make_world(&world, &seed);
        struct ladder_verdict verdict = judge(
            both_kinds(world.rungs[0], world.rung_count[0], world.rungs[1], world.rung_count[1]),
            both_kinds(world.held[0], world.held_count[0], world.held[1], world.held_count[1]));
        bool leads = plain_leads(&world, false);
        if (verdict.fault == LADDER_UNSTABLE && !verdict.heeds_time)
            continue; /* the walk for the others was not made */
        leads = leads && plain_leads(&world, true);
        if ((verdict.fault == LADDER_STUCK) == leads) {
            print_error("PROV_SEED=%u history %d\n", before, history);
            fail();
        }
        stuck += verdict.fault == LADDER_STUCK;
        sound += verdict.fault == LADDER_SOUND;
    }
    assert_true(stuck > 100 && sound > 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_sound),
        cmocka_unit_test(an_edit_is_followed),
        cmocka_unit_test(another_signer_wants_a_bridge),
        cmocka_unit_test(two_missed_rotations),
        cmocka_unit_test(the_newest_never_takes_a_bridge),
        cmocka_unit_test(rungs_say_the_same),
        cmocka_unit_test(dates_rise),
        cmocka_unit_test(a_bridge_of_old_helps_only_those_behind_it),
        cmocka_unit_test(a_foreign_ctl_shuts_both_out),
        cmocka_unit_test(a_stale_ctl_goes_along),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(the_walk_agrees_with_a_plain_one),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
