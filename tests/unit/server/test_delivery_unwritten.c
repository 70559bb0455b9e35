/* SPDX-License-Identifier: MIT */
/* Records that wait for the ledger. */
#include "../support.h"
#include "server/delivery/unwritten.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHONE "58971ECC97C1"

static struct ledger_record
waiting(const char *phone, bool delivered, uint8_t content, int64_t time)
{
    struct ledger_record record = {
        .kind = LEDGER_ITL, .address = "192.0.2.1", .time = time, .delivered = delivered};
    snprintf(record.phone.text, sizeof record.phone.text, "%s", phone);
    memset(record.sha256, content, sizeof record.sha256);
    return record;
}

static enum delivery__drop
add(struct delivery__unwritten *unwritten, struct ledger_record record)
{
    return delivery__unwritten_add(unwritten, &record);
}

static void
a_later_record_replaces_its_like(void **state)
{
    (void)state;
    struct delivery__unwritten *unwritten = delivery__unwritten_new(100);
    assert_non_null(unwritten);
    for (int64_t i = 0; i < 10000; i++) {
        assert_int_equal(add(unwritten, waiting(PHONE, true, 1, 3 * i)), DELIVERY__KEPT);
        assert_int_equal(add(unwritten, waiting(PHONE, true, 2, 3 * i + 1)), DELIVERY__KEPT);
        assert_int_equal(add(unwritten, waiting(PHONE, false, 0, 3 * i + 2)), DELIVERY__KEPT);
    }
    assert_int_equal(delivery__unwritten_count(unwritten), 3);
    struct ledger_record all[4] = {{.time = 0}};
    assert_int_equal(delivery__unwritten_first(unwritten, all, 2), 2);
    assert_int_equal(delivery__unwritten_first(unwritten, all, LENGTH(all)), 3);
    for (int64_t i = 0; i < 3; i++)
        assert_int_equal(all[i].time, 29997 + i);
    assert_int_equal(all[0].sha256[0], 1);
    assert_int_equal(all[1].sha256[0], 2);
    delivery__unwritten_drop_first(unwritten, 2);
    assert_int_equal(delivery__unwritten_first(unwritten, all, LENGTH(all)), 1);
    assert_int_equal(all[0].time, 29999);
    assert_int_equal(add(unwritten, waiting(PHONE, true, 1, 30000)), DELIVERY__KEPT);
    delivery__unwritten_drop_first(unwritten, 1);
    assert_int_equal(delivery__unwritten_first(unwritten, all, LENGTH(all)), 1);
    assert_int_equal(all[0].time, 30000);
    delivery__unwritten_drop_first(unwritten, 1);
    assert_int_equal(delivery__unwritten_count(unwritten), 0);
    assert_int_equal(delivery__unwritten_first(unwritten, all, LENGTH(all)), 0);
    assert_int_equal(add(unwritten, waiting(PHONE, true, 1, 5)), DELIVERY__KEPT);
    assert_int_equal(delivery__unwritten_count(unwritten), 1);
    delivery__unwritten_free(unwritten);
}

static void
requests_give_way_to_deliveries(void **state)
{
    (void)state;
    struct delivery__unwritten *unwritten = delivery__unwritten_new(300);
    assert_non_null(unwritten);
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(add(unwritten, waiting(text_of("%012X", i), i % 2 == 0, 1, i)),
                         DELIVERY__KEPT);
    assert_int_equal(add(unwritten, waiting("FFFFFFFFFFFF", false, 1, 0)),
                     DELIVERY__DROPPED_REQUEST);
    assert_int_equal(add(unwritten, waiting("000000000000", true, 1, 300)), DELIVERY__KEPT);
    for (unsigned i = 0; i < 150; i++)
        assert_int_equal(add(unwritten, waiting(text_of("A%011X", i), true, 1, 301 + i)),
                         DELIVERY__DROPPED_REQUEST);
    assert_int_equal(add(unwritten, waiting("FFFFFFFFFFFF", true, 1, 0)),
                     DELIVERY__DROPPED_DELIVERY);
    assert_int_equal(delivery__unwritten_count(unwritten), 300);
    struct ledger_record *all = keep(calloc(301, sizeof *all), free);
    assert_int_equal(delivery__unwritten_first(unwritten, all, 301), 300);
    for (unsigned i = 0; i < 300; i++) {
        assert_true(all[i].delivered);
        assert_true(i == 0 || all[i].time > all[i - 1].time);
    }
    delivery__unwritten_free(unwritten);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_record_replaces_its_like),
        cmocka_unit_test(requests_give_way_to_deliveries),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
