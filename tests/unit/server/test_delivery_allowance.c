/* SPDX-License-Identifier: MIT */
/* How much of the log each peer may fill, by a clock of the tests' own. */
#include "../support.h"
#include "server/delivery/allowance.h"
#include "server/delivery/line.h"
#include "server/log/internal.h"

#include <arpa/inet.h>
#include <string.h>

#define MEGABYTE 1000000
#define DAY (24 * 60 * 60 * INT64_C(1000)) /* milliseconds */

static struct prov_error err;

static struct delivery__allowance *
new_allowance(struct access_list *shared)
{
    struct delivery__allowance *allowance = NULL;
    expect_ok(delivery__allowance_new(shared, &allowance, &err), &err);
    return allowance;
}

/* Address number `n`. */
static struct sockaddr_in
v4(uint32_t n)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000000 + n)};
}

static bool
spend(struct delivery__allowance *allowance, uint32_t sender, size_t len, int64_t now,
      unsigned long *left_out)
{
    struct sockaddr_in peer = v4(sender);
    return delivery__allowance_spend(allowance, (const struct sockaddr *)&peer, len, false, now,
                                     left_out);
}

/* Bytes that a sender of lines of this length fills in a day, at so many lines a second. */
static uint64_t
day_of(size_t len, unsigned per_second)
{
    struct delivery__allowance *allowance = new_allowance(NULL);
    uint64_t bytes = 0, written = 0, asked = 0, counted = 0;
    unsigned long left_out = 0;
    for (int64_t now = 0; now < DAY; now += 1000 / per_second, asked++)
        if (spend(allowance, 1, len, now, &left_out)) {
            bytes += len;
            written++;
            counted += left_out;
            if (left_out > 0) /* the longest that this makes a line */
                bytes += strlen(" left-out=18446744073709551615");
        }
    unsigned long last = 0;
    assert_true(spend(allowance, 1, 1, DAY * 3, &last));
    assert_int_equal(counted + last + written, asked);
    delivery__allowance_free(allowance);
    return bytes;
}

/* Beside the lines of transfers there are those that log_warn_once writes: 40 subjects that one
 * sender can bring up each hour, each below 300 bytes. */
static void
a_day_of_one_sender_is_below_a_megabyte(void **state)
{
    (void)state;
    const uint64_t warnings = UINT64_C(24) * 40 * 300;
    assert_true(day_of(DELIVERY__LINE_MAX, 10) + warnings < MEGABYTE);
    assert_true(day_of(170, 10) + warnings < MEGABYTE);
    assert_true(day_of(140, 100) + warnings < MEGABYTE);
    assert_true(day_of(170, 1) + warnings < MEGABYTE);
}

static void
a_boot_is_logged_whole(void **state)
{
    (void)state;
    struct delivery__allowance *allowance = new_allowance(NULL);
    unsigned long left_out = 1;
    for (unsigned i = 0; i < 200; i++) {
        assert_true(spend(allowance, 1, 200, 1000, &left_out));
        assert_int_equal(left_out, 0);
    }
    delivery__allowance_free(allowance);
}

static void
what_is_left_out_is_counted_for_each_peer(void **state)
{
    (void)state;
    struct delivery__allowance *allowance = new_allowance(NULL);
    unsigned long left_out = 0, refused = 0;
    while (spend(allowance, 1, 1000, 0, &left_out))
        assert_int_equal(left_out, 0);
    for (refused = 1; refused < 77; refused++)
        assert_false(spend(allowance, 1, 1000, 0, &left_out));
    assert_true(spend(allowance, 2, 1000, 0, &left_out));
    assert_int_equal(left_out, 0);
    assert_true(spend(allowance, 1, 1000, INT64_C(1000) * 60 * 60, &left_out));
    assert_int_equal(left_out, refused);
    assert_true(spend(allowance, 1, 1000, INT64_C(1000) * 60 * 60, &left_out));
    assert_int_equal(left_out, 0);
    delivery__allowance_free(allowance);
}

static void
deliveries_have_a_part_of_their_own(void **state)
{
    (void)state;
    struct delivery__allowance *allowance = new_allowance(NULL);
    struct sockaddr_in peer = v4(1);
    unsigned long left_out = 0;
    while (spend(allowance, 1, 200, 0, &left_out))
        continue;
    for (unsigned i = 0; i < 60; i++)
        assert_true(delivery__allowance_spend(allowance, (const struct sockaddr *)&peer, 200, true,
                                              0, &left_out));
    delivery__allowance_free(allowance);
}

static void
shared_addresses_are_limited_with_all_others(void **state)
{
    (void)state;
    struct settings_network network;
    expect_ok(settings_parse_network("10.0.0.0/30", &network, &err), &err);
    struct access_list *shared = access_new();
    access_set(shared, &network, 1);
    struct delivery__allowance *allowance = new_allowance(shared);
    unsigned long left_out = 0;
    for (uint64_t bytes = 0; bytes + 100000 <= DELIVERY__ALL_BURST; bytes += 100000)
        assert_true(spend(allowance, 1, 100000, 0, &left_out));
    assert_false(spend(allowance, 1, 100000, 0, &left_out));
    delivery__allowance_free(allowance);
    access_free(shared);
}

/* More addresses than are remembered, each of which starts with a full allowance. */
static void
all_together_are_limited_too(void **state)
{
    (void)state;
    struct delivery__allowance *allowance = new_allowance(NULL);
    unsigned long left_out = 0;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < 400000; i++)
        if (spend(allowance, i, 1000, i, &left_out))
            bytes += 1000;
    assert_true(bytes <= DELIVERY__ALL_BURST + UINT64_C(400) * DELIVERY__ALL_RATE);
    assert_true(bytes > DELIVERY__ALL_BURST / 2);
    delivery__allowance_free(allowance);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_of_one_sender_is_below_a_megabyte),
        cmocka_unit_test(a_boot_is_logged_whole),
        cmocka_unit_test(what_is_left_out_is_counted_for_each_peer),
        cmocka_unit_test(deliveries_have_a_part_of_their_own),
        cmocka_unit_test(shared_addresses_are_limited_with_all_others),
        cmocka_unit_test(all_together_are_limited_too),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
