/* SPDX-License-Identifier: MIT */
/* How long TFTP waits before it sends again. */
#include "server/tftp/estimator.h"
#include "server/tftp/timers.h"
#include "tests/unit/support.h"

#include <stdlib.h>

/* --- RFC 6298 */

static void
waits_follow_the_samples(void **state)
{
    (void)state;
    /* Computed by hand: alpha 1/8, beta 1/4, K 4; microseconds. */
    static const struct {
        uint64_t sample, smoothed, variation, wait;
    } table[] = {
        {100000, 100000, 50000, 300000},     /* first: R, R/2, R + 4 * R/2 */
        {100000, 100000, 37500, 250000},     /* equal: the variation falls by a quarter */
        {200000, 112500, 53125, 325000},     /* |100000 - 200000| / 4 is added */
        {40000, 103437, 57968, 335309},      /* faster */
        {4000000, 590507, 1017616, 1000000}, /* far beyond: clamped to one second */
    };
    struct tftp_estimator estimator;
    tftp_estimator_start(&estimator, 0);
    assert_int_equal(estimator.wait, 250000);
    for (size_t i = 0; i < LENGTH(table); i++) {
        tftp_estimator_sample(&estimator, table[i].sample);
        assert_int_equal(estimator.smoothed, table[i].smoothed);
        assert_int_equal(estimator.variation, table[i].variation);
        assert_int_equal(estimator.wait, table[i].wait);
    }
    assert_int_equal(estimator.shortest, 40000);
}

static void
short_round_trips_wait_20_milliseconds(void **state)
{
    (void)state;
    struct tftp_estimator estimator;
    tftp_estimator_start(&estimator, 0);
    for (unsigned i = 0; i < 100; i++)
        tftp_estimator_sample(&estimator, 0);
    assert_true(estimator.smoothed > 0);
    assert_int_equal(estimator.wait, 20000);
}

static void
backing_off_doubles_up_to_the_limit(void **state)
{
    (void)state;
    struct tftp_estimator estimator;
    tftp_estimator_start(&estimator, 0);
    static const uint64_t first[] = {500000, 1000000, 2000000, 4000000};
    for (size_t i = 0; i < LENGTH(first); i++) {
        tftp_estimator_back_off(&estimator, UINT64_MAX);
        assert_int_equal(estimator.wait, first[i]);
    }
    tftp_estimator_progress(&estimator); /* acknowledged at last, without a sample */
    assert_int_equal(estimator.wait, TFTP_WAIT_MAX);
    tftp_estimator_sample(&estimator, 1000);
    static const uint64_t later[] = {40000, 80000, 160000, 320000, 640000, 1000000, 1000000};
    for (size_t i = 0; i < LENGTH(later); i++) {
        tftp_estimator_back_off(&estimator, TFTP_WAIT_MAX);
        assert_int_equal(estimator.wait, later[i]);
    }
}

/* Karn's rule: what was sent twice gives no sample, and the backoff stays until there is one. */
static void
the_backoff_stays_until_the_next_sample(void **state)
{
    (void)state;
    struct tftp_estimator estimator;
    tftp_estimator_start(&estimator, 0);
    tftp_estimator_sample(&estimator, 1000);
    tftp_estimator_back_off(&estimator, TFTP_WAIT_MAX);
    tftp_estimator_back_off(&estimator, TFTP_WAIT_MAX);
    tftp_estimator_progress(&estimator);
    assert_int_equal(estimator.wait, 80000);
    tftp_estimator_sample(&estimator, 1000);
    tftp_estimator_progress(&estimator);
    assert_int_equal(estimator.wait, 20000);
}

static void
a_negotiated_timeout_replaces_the_estimate(void **state)
{
    (void)state;
    struct tftp_estimator estimator;
    tftp_estimator_start(&estimator, 2);
    assert_int_equal(estimator.wait, 2000000);
    tftp_estimator_sample(&estimator, 1000);
    assert_int_equal(estimator.wait, 2000000);
    tftp_estimator_back_off(&estimator, UINT64_MAX);
    assert_int_equal(estimator.wait, 4000000);
    tftp_estimator_progress(&estimator);
    assert_int_equal(estimator.wait, 2000000);
}

/* --- deadlines */

#define TIMERS 500

static void
timers_expire_in_order(void **state)
{
    (void)state;
    static struct tftp_timer timers[TIMERS];
    struct tftp_timers heap;
    assert_int_equal(tftp_timers_init(&heap, TIMERS), 0);
    assert_true(tftp_timers_next(&heap) == UINT64_MAX);
    assert_null(tftp_timers_expired(&heap, UINT64_MAX));
    for (size_t i = 0; i < TIMERS; i++)
        tftp_timers_set(&heap, &timers[i], 1 + (i * 7919) % 1000);
    assert_int_equal(tftp_timers_next(&heap), 1);
    uint64_t last = 0;
    for (size_t i = 0; i < TIMERS; i++) {
        struct tftp_timer *timer = tftp_timers_expired(&heap, 1000);
        assert_non_null(timer);
        assert_true(timer->due >= last);
        last = timer->due;
    }
    assert_null(tftp_timers_expired(&heap, UINT64_MAX));
    tftp_timers_free(&heap);
}

static void
nothing_expires_early(void **state)
{
    (void)state;
    struct tftp_timer timer = {0};
    struct tftp_timers heap;
    assert_int_equal(tftp_timers_init(&heap, 1), 0);
    tftp_timers_set(&heap, &timer, 100);
    assert_null(tftp_timers_expired(&heap, 99));
    tftp_timers_set(&heap, &timer, 200); /* later: the heap learns of it when 100 is reached */
    assert_null(tftp_timers_expired(&heap, 199));
    assert_int_equal(tftp_timers_next(&heap), 200);
    tftp_timers_set(&heap, &timer, 50); /* earlier */
    assert_int_equal(tftp_timers_next(&heap), 50);
    assert_ptr_equal(tftp_timers_expired(&heap, 50), &timer);
    assert_null(tftp_timers_expired(&heap, UINT64_MAX));
    tftp_timers_free(&heap);
}

/* Against a plain search, with every kind of step. */
static void
a_long_mixture_agrees_with_a_search(void **state)
{
    (void)state;
    static struct tftp_timer timers[TIMERS];
    static bool set[TIMERS];
    struct tftp_timers heap;
    uint64_t now = 1;
    uint32_t random = 12345;
    assert_int_equal(tftp_timers_init(&heap, TIMERS), 0);
    for (size_t i = 0; i < TIMERS; i++)
        timers[i] = (struct tftp_timer){0};
    for (unsigned step = 0; step < 20000; step++) {
        random = random * 1664525 + 1013904223;
        size_t which = random >> 8 & 0xff;
        if ((random >> 24) % 8 != 0) {
            tftp_timers_set(&heap, &timers[which], now + 1 + (random >> 16 & 0xff));
            set[which] = true;
        } else {
            tftp_timers_remove(&heap, &timers[which]);
            set[which] = false;
        }
        now += random >> 30;
        struct tftp_timer *expired = NULL;
        while ((expired = tftp_timers_expired(&heap, now)) != NULL) {
            assert_true(set[expired - timers] && expired->due <= now);
            set[expired - timers] = false;
        }
        for (size_t i = 0; i < TIMERS; i++)
            assert_true(!set[i] || timers[i].due > now);
    }
    tftp_timers_free(&heap);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_follow_the_samples),
        cmocka_unit_test(short_round_trips_wait_20_milliseconds),
        cmocka_unit_test(backing_off_doubles_up_to_the_limit),
        cmocka_unit_test(the_backoff_stays_until_the_next_sample),
        cmocka_unit_test(a_negotiated_timeout_replaces_the_estimate),
        cmocka_unit_test(timers_expire_in_order),
        cmocka_unit_test(nothing_expires_early),
        cmocka_unit_test(a_long_mixture_agrees_with_a_search),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
