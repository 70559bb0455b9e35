/* SPDX-License-Identifier: MIT */
/* Which ladders do somebody worse than others, and whom one leaves behind: each case as a row. */
#include "ladder/compare.h"

#include "tests/unit/ladder/lists.h"
#include "tests/unit/support.h"

static struct prov_error err;

enum { S0 = 1, S1, S2, RECOVERY, STRANGER };

/* ITLs: "by, second, time, records". */
struct row {
    int by, second, time, records;
};

#define ROWS 3

/* Those with a signer. */
static struct ladder_lists
lists_of(const struct row rows[static ROWS], struct ladder_list room[static ROWS])
{
    struct ladder_lists lists = {.at = {[LADDER_ITL] = room}};
    for (size_t i = 0; i < ROWS && rows[i].by != 0; i++)
        room[lists.count[LADDER_ITL]++] =
            list_of(rows[i].by, rows[i].by, rows[i].second, rows[i].time, rows[i].records);
    return lists;
}

static void
only_what_does_somebody_worse_counts(void **state)
{
    (void)state;
    static const struct {
        struct row held[ROWS], before[ROWS], after[ROWS];
        enum ladder_fault worse;
        size_t whom; /* index into what is held */
    } cases[] = {
        /* the like of what stood */
        {{{S0, RECOVERY, 1, 1}}, {{S0, RECOVERY, 2, 1}}, {{S0, RECOVERY, 5, 2}}, LADDER_SOUND, 0},
        /* another signer, without a bridge and with one */
        {{{S0, RECOVERY, 1, 1}}, {{S0, RECOVERY, 2, 1}}, {{S1, RECOVERY, 5, 1}}, LADDER_STUCK, 0},
        {{{S0, RECOVERY, 1, 1}},
         {{S0, RECOVERY, 2, 1}},
         {{S0, S1, 4, 1}, {S1, RECOVERY, 5, 1}},
         LADDER_SOUND,
         0},
        /* whom what stood did not lead on either */
        {{{STRANGER, S2, 1, 1}, {S0, RECOVERY, 2, 1}},
         {{S0, RECOVERY, 3, 1}},
         {{S0, RECOVERY, 5, 2}},
         LADDER_SOUND,
         0},
        {{{STRANGER, S2, 1, 1}, {S0, RECOVERY, 2, 1}},
         {{S0, RECOVERY, 3, 1}},
         {{S1, RECOVERY, 5, 2}},
         LADDER_STUCK,
         1},
        /* where nothing stood, everybody was content */
        {{{S0, RECOVERY, 1, 1}}, {{0}}, {{S1, RECOVERY, 5, 1}}, LADDER_STUCK, 0},
        /* rungs that say different things, for the first time and again */
        {{{S0, RECOVERY, 1, 1}},
         {{S0, RECOVERY, 2, 1}},
         {{S0, S1, 4, 1}, {S1, RECOVERY, 5, 2}},
         LADDER_UNEQUAL,
         LADDER_NO_LIST},
        {{{S0, RECOVERY, 1, 1}},
         {{S0, S1, 2, 1}, {S1, RECOVERY, 3, 2}},
         {{S0, S1, 4, 1}, {S1, RECOVERY, 5, 3}},
         LADDER_SOUND,
         0},
        {{{S0, RECOVERY, 1, 1}},
         {{S0, S1, 2, 1}, {S1, RECOVERY, 3, 2}},
         {{S2, S1, 4, 1}, {S1, RECOVERY, 5, 3}},
         LADDER_STUCK,
         0},
        /* one that is older than what is held */
        {{{S0, RECOVERY, 9, 1}},
         {{S0, RECOVERY, 10, 1}},
         {{S0, RECOVERY, 5, 2}},
         LADDER_DATES,
         LADDER_NO_LIST},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct ladder_list held[ROWS], before[ROWS], after[ROWS];
        struct ladder_lists holdings = lists_of(cases[i].held, held),
                            stood = lists_of(cases[i].before, before),
                            next = lists_of(cases[i].after, after);
        struct ladder_verdict worse;
        expect_ok(ladder_compare(&stood, &next, &holdings, &worse, &err), &err);
        if (worse.fault != cases[i].worse ||
            (worse.fault == LADDER_STUCK && worse.held[LADDER_ITL] != cases[i].whom))
            fail_msg("case %zu: %d, %zu", i, (int)worse.fault, worse.held[LADDER_ITL]);
    }
}

static void
who_is_left_behind_is_found_unless_he_is_known(void **state)
{
    (void)state;
    static const struct {
        struct row held[ROWS], stands[ROWS], known[ROWS];
        int64_t until;
        size_t whom; /* index into what is held; LADDER_NO_LIST: nobody */
    } cases[] = {
        {{{S0, RECOVERY, 1, 1}}, {{S0, RECOVERY, 5, 1}}, {{0}}, 0, LADDER_NO_LIST},
        {{{S0, RECOVERY, 1, 1}}, {{S1, STRANGER, 5, 1}}, {{0}}, 0, 0},
        /* by force, in the same words and in others */
        {{{S0, RECOVERY, 1, 1}}, {{S1, STRANGER, 5, 1}}, {{S1, STRANGER, 5, 1}}, 5, LADDER_NO_LIST},
        {{{S0, RECOVERY, 1, 1}}, {{S1, STRANGER, 9, 2}}, {{S1, STRANGER, 5, 1}}, 5, LADDER_NO_LIST},
        /* whom the forced one led on */
        {{{S0, S1, 1, 1}}, {{S2, STRANGER, 9, 1}}, {{S1, STRANGER, 5, 1}}, 5, 0},
        /* who holds what came later, though it says the same */
        {{{S0, RECOVERY, 1, 1}, {S0, RECOVERY, 7, 1}},
         {{S1, STRANGER, 9, 1}},
         {{S1, STRANGER, 5, 1}},
         5,
         1},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct ladder_list held[ROWS], stands[ROWS], forced[ROWS];
        struct ladder_lists holdings = lists_of(cases[i].held, held),
                            rungs = lists_of(cases[i].stands, stands);
        struct ladder_known known = {lists_of(cases[i].known, forced), cases[i].until};
        struct ladder_verdict stuck;
        expect_ok(ladder_find_stuck(&rungs, &known, &holdings, &stuck, &err), &err);
        size_t whom = stuck.fault == LADDER_STUCK ? stuck.held[LADDER_ITL] : LADDER_NO_LIST;
        if (whom != cases[i].whom)
            fail_msg("case %zu: %d, %zu", i, (int)stuck.fault, whom);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_left_behind_is_found_unless_he_is_known),
        cmocka_unit_test(only_what_does_somebody_worse_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
