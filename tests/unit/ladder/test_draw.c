/* SPDX-License-Identifier: MIT */
/* The lot: odds that nobody can push below their floor, and the same answer for one boot. */
#include "ladder/draw.h"

#include "tests/unit/support.h"

#include <stdio.h>

#define DRAWS 20000

static const uint8_t secret[LADDER_SECRET_LEN] = {1, 2, 3};

static void
a_single_rung_is_always_drawn(void **state)
{
    (void)state;
    for (int64_t time = 0; time < 1000; time += 7)
        assert_int_equal(ladder_draw(secret, "SEP58971ECC97C1", time, 1, LADDER_NONE_DELIVERED), 0);
}

static void
one_boot_draws_the_same(void **state)
{
    (void)state;
    for (int64_t begin = 0; begin < 100 * LADDER_WINDOW; begin += LADDER_WINDOW) {
        size_t first = ladder_draw(secret, "SEP58971ECC97C1", begin, 3, 1);
        for (int64_t time = begin; time < begin + LADDER_WINDOW; time++)
            assert_int_equal(ladder_draw(secret, "SEP58971ECC97C1", time, 3, 1), first);
    }
}

/* Whatever somebody made the server believe was delivered, and whenever he asks. */
static void
each_rung_keeps_its_odds(void **state)
{
    (void)state;
    for (size_t count = 2; count <= 5; count++)
        for (size_t attack = 0; attack <= count; attack++) {
            unsigned drawn[5] = {0};
            size_t delivered = attack < count ? attack : LADDER_NONE_DELIVERED;
            for (int64_t window = 0; window < DRAWS; window++)
                drawn[ladder_draw(secret, "SEP58971ECC97C1", window * LADDER_WINDOW, count,
                                  delivered)]++;
            for (size_t i = 0; i < count; i++)
                assert_true(drawn[i] > DRAWS / (2 * count) * 9 / 10);
            size_t next = delivered == LADDER_NONE_DELIVERED ? 0
                          : delivered + 1 < count            ? delivered + 1
                                                             : count - 1;
            assert_true(drawn[next] > DRAWS / 2);
        }
}

static void
names_and_secrets_differ(void **state)
{
    (void)state;
    static const uint8_t other[LADDER_SECRET_LEN] = {9};
    unsigned by_name = 0, by_secret = 0;
    for (int64_t window = 0; window < DRAWS; window++) {
        int64_t time = window * LADDER_WINDOW;
        size_t drawn = ladder_draw(secret, "SEP58971ECC97C1", time, 2, 0);
        by_name += drawn == ladder_draw(secret, "SEP001122334455", time, 2, 0);
        by_secret += drawn == ladder_draw(other, "SEP58971ECC97C1", time, 2, 0);
    }
    /* Three of four draw the newest: two names agree in 10 of 16 windows. */
    assert_in_range(by_name, DRAWS * 57 / 100, DRAWS * 68 / 100);
    assert_in_range(by_secret, DRAWS * 57 / 100, DRAWS * 68 / 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_rung_is_always_drawn),
        cmocka_unit_test(one_boot_draws_the_same),
        cmocka_unit_test(each_rung_keeps_its_odds),
        cmocka_unit_test(names_and_secrets_differ),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
