/* SPDX-License-Identifier: MIT */
/* Which bridges are laid, which are taken from the archive, and when nothing helps. */
#include "ladder/plan.h"

#include "tests/unit/ladder/lists.h"
#include "tests/unit/support.h"

#include <string.h>

static struct prov_error err;

enum { S0 = 1, S1, S2, RECOVERY, RECOVERY_2, STRANGER };

#define NOW 1000

static struct ladder_wish
wish(int by, int second, int records)
{
    return (struct ladder_wish){.wanted = true, .content = list_of(by, by, second, 0, records)};
}

/* A plan for ITLs alone: the newest by `by`, with `keys` up to a 0. */
static struct ladder_plan
plan(struct ladder_wish newest, struct ladder_lists held, struct ladder_lists stands,
     const int *keys)
{
    struct ladder_signer at_hand[8];
    struct ladder_plan out;
    struct ladder_problem problem = {.wish = {[LADDER_ITL] = newest},
                                     .held = held,
                                     .stands = stands,
                                     .keys = at_hand,
                                     .now = NOW};
    while (keys[problem.key_count] != 0) {
        at_hand[problem.key_count] = signer_of(keys[problem.key_count]);
        problem.key_count++;
    }
    expect_ok(ladder_make_plan(&problem, &out, &err), &err);
    return out;
}

static bool
is_by(const struct ladder_rung *rung, int by, int second)
{
    struct ladder_signer signer = signer_of(by), other = signer_of(second);
    return ladder_signer_equal(&rung->list.signer, &signer) && rung->list.sast_count == 2 &&
           ladder_names(&rung->list, &signer) && ladder_names(&rung->list, &other);
}

static void
a_first_list_is_alone(void **state)
{
    (void)state;
    struct ladder_plan out =
        plan(wish(S0, RECOVERY, 1), itls_alone(NULL, 0), itls_alone(NULL, 0), (int[]){S0, 0});
    assert_int_equal(out.verdict.fault, LADDER_SOUND);
    assert_int_equal(out.count[LADDER_ITL], 1);
    assert_int_equal(out.count[LADDER_CTL], 0);
    assert_false(out.rung[LADDER_ITL][0].stands);
    assert_int_equal(out.rung[LADDER_ITL][0].list.time, NOW);
}

static void
what_stands_is_kept(void **state)
{
    (void)state;
    struct ladder_list held[] = {list_of(S0, S0, RECOVERY, 10, 1),
                                 list_of(S0, S0, RECOVERY, 20, 2)};
    struct ladder_plan out =
        plan(wish(S0, RECOVERY, 2), itls_alone(held, 2), itls_alone(held + 1, 1), (int[]){S0, 0});
    assert_true(out.current);
    assert_true(out.rung[LADDER_ITL][0].stands);
    assert_int_equal(out.rung[LADDER_ITL][0].held, 1);
    out = plan(wish(S0, RECOVERY, 3), itls_alone(held, 2), itls_alone(held + 1, 1), (int[]){S0, 0});
    assert_false(out.current);
    assert_int_equal(out.count[LADDER_ITL], 1);
    assert_false(out.rung[LADDER_ITL][0].stands);
}

/* A list whose time lies ahead of all others, as a clock that ran ahead made it, is left behind. */
static void
a_list_that_is_not_the_newest_is_superseded(void **state)
{
    (void)state;
    struct ladder_list held[] = {list_of(S0, S0, RECOVERY, NOW + 500, 1),
                                 list_of(S0, S0, RECOVERY, 20, 2)};
    struct ladder_plan out =
        plan(wish(S0, RECOVERY, 2), itls_alone(held, 2), itls_alone(held + 1, 1), (int[]){S0, 0});
    assert_false(out.current);
    assert_int_equal(out.rung[LADDER_ITL][0].list.time, NOW + 501);
}

static void
each_old_signer_signs_a_bridge(void **state)
{
    (void)state;
    struct ladder_list held[] = {list_of(S0, S0, RECOVERY, 10, 1), list_of(S0, S0, S1, 20, 1),
                                 list_of(S1, S1, RECOVERY, 21, 1)};
    struct ladder_plan out = plan(wish(S2, RECOVERY, 1), itls_alone(held, 3),
                                  itls_alone(held + 1, 2), (int[]){S1, S2, S0, 0});
    assert_int_equal(out.verdict.fault, LADDER_SOUND);
    assert_int_equal(out.count[LADDER_ITL], 3);
    assert_true(is_by(&out.rung[LADDER_ITL][0], S0, S2));
    assert_true(is_by(&out.rung[LADDER_ITL][1], S1, S2));
    assert_true(is_by(&out.rung[LADDER_ITL][2], S2, RECOVERY));
    assert_int_equal(out.rung[LADDER_ITL][0].list.time, NOW - 2);
    assert_int_equal(out.rung[LADDER_ITL][2].list.time, NOW);
}

static void
the_archive_helps_where_a_key_is_gone(void **state)
{
    (void)state;
    struct ladder_list held[] = {list_of(S0, S0, RECOVERY, 10, 1), list_of(S0, S0, S1, 20, 1),
                                 list_of(S1, S1, RECOVERY, 21, 1)};
    struct ladder_plan out = plan(wish(S2, RECOVERY, 1), itls_alone(held, 3),
                                  itls_alone(held + 1, 2), (int[]){S1, S2, 0});
    assert_int_equal(out.verdict.fault, LADDER_SOUND);
    assert_int_equal(out.count[LADDER_ITL], 3);
    assert_true(out.rung[LADDER_ITL][0].stands);
    assert_int_equal(out.rung[LADDER_ITL][0].held, 1);
    assert_true(is_by(&out.rung[LADDER_ITL][1], S1, S2));
    /* It says what was said then: other records are a list that comes and goes. */
    out = plan(wish(S2, RECOVERY, 9), itls_alone(held, 3), itls_alone(held + 1, 2),
               (int[]){S1, S2, 0});
    assert_int_equal(out.verdict.fault, LADDER_UNEQUAL);
    /* And nothing in the archive leads on from S1. */
    out = plan(wish(S2, RECOVERY, 1), itls_alone(held, 3), itls_alone(held + 1, 2), (int[]){S2, 0});
    assert_int_equal(out.verdict.fault, LADDER_STUCK);
}

/* The recovery key signs once; then its bridge stands as it is. */
static void
a_lost_key_is_bridged_by_recovery(void **state)
{
    (void)state;
    struct ladder_list held[3] = {list_of(S0, S0, RECOVERY, 10, 1)};
    struct ladder_plan out = plan(wish(S1, RECOVERY, 1), itls_alone(held, 1), itls_alone(held, 1),
                                  (int[]){S1, RECOVERY, 0});
    assert_int_equal(out.verdict.fault, LADDER_STUCK); /* the newest may not name it */
    out = plan(wish(S1, RECOVERY_2, 1), itls_alone(held, 1), itls_alone(held, 1),
               (int[]){S1, RECOVERY, 0});
    assert_int_equal(out.verdict.fault, LADDER_SOUND);
    assert_int_equal(out.count[LADDER_ITL], 2);
    assert_true(is_by(&out.rung[LADDER_ITL][0], RECOVERY, S1));
    held[1] = out.rung[LADDER_ITL][0].list;
    held[2] = out.rung[LADDER_ITL][1].list;
    out =
        plan(wish(S1, RECOVERY_2, 1), itls_alone(held, 3), itls_alone(held + 1, 2), (int[]){S1, 0});
    assert_true(out.current);
    assert_int_equal(out.count[LADDER_ITL], 2);
}

static void
both_kinds_climb_together(void **state)
{
    (void)state;
    struct ladder_list itl = list_of(S0, S0, RECOVERY, 10, 1),
                       ctl = list_of(S0, S0, RECOVERY, 9, 2);
    struct ladder_signer keys[] = {signer_of(S0), signer_of(S1)};
    struct ladder_problem problem = {.wish = {wish(S1, RECOVERY, 2), wish(S1, RECOVERY, 1)},
                                     .held = both_kinds(&ctl, 1, &itl, 1),
                                     .stands = both_kinds(&ctl, 1, &itl, 1),
                                     .key_count = 2,
                                     .keys = keys,
                                     .now = NOW};
    struct ladder_plan out;
    expect_ok(ladder_make_plan(&problem, &out, &err), &err);
    assert_int_equal(out.verdict.fault, LADDER_SOUND);
    for (int kind = 0; kind < LADDER_KINDS; kind++) {
        assert_int_equal(out.count[kind], 2);
        assert_true(is_by(&out.rung[kind][0], S0, S1));
        assert_true(is_by(&out.rung[kind][1], S1, RECOVERY));
    }
    problem.wish[LADDER_CTL] = wish(STRANGER, 0, 2);
    expect_ok(ladder_make_plan(&problem, &out, &err), &err);
    assert_int_equal(out.verdict.fault, LADDER_STUCK);
}

/* The clock may be years behind what was published: phones that heed times take nothing older. */
static void
a_list_from_the_future_is_followed(void **state)
{
    (void)state;
    struct ladder_list held[] = {list_of(S0, S0, RECOVERY, NOW + 90 * 86400, 1),
                                 list_of(S0, S0, RECOVERY, 10, 1)};
    struct ladder_signer key = signer_of(S0);
    struct ladder_problem problem = {
        .wish = {[LADDER_ITL] = wish(S0, RECOVERY, 2), [LADDER_CTL] = wish(S0, RECOVERY, 2)},
        .held = itls_alone(held, 1),
        .stands = itls_alone(held, 1),
        .key_count = 1,
        .keys = &key,
        .now = NOW};
    struct ladder_plan out;
    problem.held.count[LADDER_CTL] = problem.stands.count[LADDER_CTL] = 1;
    problem.held.at[LADDER_CTL] = problem.stands.at[LADDER_CTL] = &held[1];
    expect_ok(ladder_make_plan(&problem, &out, &err), &err);
    assert_int_equal(out.verdict.fault, LADDER_SOUND);
    assert_int_equal(out.rung[LADDER_ITL][0].list.time, NOW + 90 * 86400 + 1);
    assert_int_equal(out.rung[LADDER_CTL][0].list.time, NOW);
    held[0].time = UINT32_MAX;
    expect_failure(ladder_make_plan(&problem, &out, &err), PROV_E_CONTINUITY, &err, "end of time");
}

/* More generations than there are rungs: it says so, and does not run over. */
static void
rungs_are_bounded(void **state)
{
    (void)state;
    struct ladder_list held[40];
    struct ladder_signer keys[41];
    struct ladder_plan out;
    for (int i = 0; i < 40; i++) {
        held[i] = list_of(100 + i, 100 + i, RECOVERY, 10 + i, 1);
        keys[i] = signer_of(100 + i);
    }
    keys[40] = signer_of(S0);
    struct ladder_problem problem = {.wish = {[LADDER_ITL] = wish(S0, RECOVERY_2, 1)},
                                     .held = itls_alone(held, 40),
                                     .key_count = 41,
                                     .keys = keys,
                                     .now = NOW};
    expect_ok(ladder_make_plan(&problem, &out, &err), &err);
    assert_int_equal(out.verdict.fault, LADDER_STUCK);
    assert_in_range(out.count[LADDER_ITL], 1, LADDER_RUNGS_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_list_is_alone),
        cmocka_unit_test(what_stands_is_kept),
        cmocka_unit_test(a_list_that_is_not_the_newest_is_superseded),
        cmocka_unit_test(each_old_signer_signs_a_bridge),
        cmocka_unit_test(the_archive_helps_where_a_key_is_gone),
        cmocka_unit_test(a_lost_key_is_bridged_by_recovery),
        cmocka_unit_test(both_kinds_climb_together),
        cmocka_unit_test(a_list_from_the_future_is_followed),
        cmocka_unit_test(rungs_are_bounded),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
