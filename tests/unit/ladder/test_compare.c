/* SPDX-License-Identifier: MIT */
/* Which ladders do somebody worse than others: each case as a row. */
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_does_somebody_worse_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
