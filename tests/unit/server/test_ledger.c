/* SPDX-License-Identifier: MIT */
/* Which list a phone is taken to hold. */
#include "tests/unit/server/ledger_records.h"

static void
may_have(struct ledger *ledger, const char *address, uint8_t content, int64_t time)
{
    struct ledger_record record = delivery(PHONE, address, LEDGER_ITL, content, time);
    record.delivered = false;
    record.unacknowledged = true;
    write_one(ledger, record);
}

/* --- which list a phone holds */

static void
the_last_delivered_list_counts(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    assert_int_equal(itl(ledger), NOTHING);
    asks(ledger, A, NOON);
    assert_int_equal(itl(ledger), NOTHING);
    gets(ledger, A, 1, NOON);
    assert_int_equal(itl(ledger), 1);
    gets(ledger, A, 2, NOON);
    assert_int_equal(itl(ledger), 2);
    asks(ledger, A, NOON + 1000 * HOUR);
    assert_int_equal(itl(ledger), 2);
    ledger_close(ledger);
}

static void
kinds_of_lists_do_not_mix(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    gets(ledger, A, 1, NOON);
    assert_int_equal(held_by(ledger, PHONE, LEDGER_CTL), NOTHING);
    write_one(ledger, delivery(PHONE, A, LEDGER_CTL, 2, NOON));
    write_one(ledger, delivery(PHONE, A, LEDGER_CONFIGURATION, 3, NOON));
    write_one(ledger, delivery("0004F2000001", A, LEDGER_ITL, 4, NOON));
    assert_int_equal(itl(ledger), 1);
    assert_int_equal(held_by(ledger, PHONE, LEDGER_CTL), 2);
    assert_int_equal(held_by(ledger, "0004F2000001", LEDGER_ITL), 4);
    struct prov_mac mac = {PHONE};
    enum ledger_state held;
    uint8_t sha256[LEDGER_SHA256_LEN];
    expect_failure(ledger_list_held(ledger, &mac, LEDGER_CONFIGURATION, &held, sha256, &err),
                   PROV_E_ARGUMENT, &err, "trust lists");
    ledger_close(ledger);
}

/* The same list under another file name is the same slot: else the older one would live on. */
static void
a_list_under_another_name_replaces_the_first(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    struct ledger_record own = delivery(PHONE, A, LEDGER_ITL, 2, NOON + 1);
    snprintf(own.file, sizeof own.file, "ITLSEP" PHONE ".tlv");
    gets(ledger, A, 1, NOON);
    write_one(ledger, own);
    assert_int_equal(itl(ledger), 2);
    assert_int_equal(number(ledger, "SELECT count(*) FROM delivered"), 1);
    ledger_close(ledger);
}

static void
addresses_that_got_different_lists_dispute_it(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    gets(ledger, A, 1, NOON);
    gets(ledger, B, 2, NOON + HOUR);
    assert_int_equal(itl(ledger), DISPUTED);
    gets(ledger, A, 2, NOON + 2 * HOUR);
    assert_int_equal(itl(ledger), 2);
    ledger_close(ledger);
}

static void
an_address_that_got_none_disputes_it(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    gets(ledger, A, 1, NOON);
    asks(ledger, B, NOON + 1);
    assert_int_equal(itl(ledger), DISPUTED);
    gets(ledger, B, 1, NOON + 2);
    assert_int_equal(itl(ledger), 1);
    ledger_close(ledger);
}

static void
a_day_after_it_was_last_used_an_address_counts_no_more(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    asks(ledger, B, NOON);
    gets(ledger, A, 1, NOON + LEDGER_LATELY);
    assert_int_equal(itl(ledger), DISPUTED);
    asks(ledger, A, NOON + LEDGER_LATELY + 1);
    assert_int_equal(itl(ledger), 1);
    ledger_close(ledger);
}

/* The phone got list 1 at A, moved to B and got 2, and is back at A, where it asks for no list. */
static void
an_old_address_does_not_bring_back_its_list(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    gets(ledger, A, 1, NOON);
    gets(ledger, B, 2, NOON + 100 * HOUR);
    asks(ledger, A, NOON + 200 * HOUR);
    assert_int_equal(itl(ledger), DISPUTED);
    gets(ledger, A, 2, NOON + 201 * HOUR);
    assert_int_equal(itl(ledger), 2);
    asks(ledger, C, NOON + 300 * HOUR); /* it holds some list, but nobody knows whether this one */
    assert_int_equal(itl(ledger), DISPUTED);
    ledger_close(ledger);
}

static void
an_unacknowledged_list_may_have_arrived(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    may_have(ledger, A, 1, NOON);
    assert_int_equal(itl(ledger), NOTHING);
    gets(ledger, A, 1, NOON);
    may_have(ledger, A, 1, NOON + 1);
    assert_int_equal(itl(ledger), 1);
    may_have(ledger, A, 2, NOON + 2);
    assert_int_equal(itl(ledger), DISPUTED);
    gets(ledger, B, 1, NOON + 3);
    assert_int_equal(itl(ledger), DISPUTED);
    gets(ledger, A, 2, NOON + 4);
    gets(ledger, B, 2, NOON + 5);
    assert_int_equal(itl(ledger), 2);
    may_have(ledger, C, 3, NOON + 6);
    asks(ledger, A, NOON + 100 * HOUR); /* at C it may have got another one since then */
    assert_int_equal(itl(ledger), DISPUTED);
    gets(ledger, A, 2, NOON + 101 * HOUR);
    assert_int_equal(itl(ledger), 2);
    ledger_close(ledger);
}

static void
lost_records_leave_nobody_certain(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    gets(ledger, A, 1, NOON);
    expect_ok(ledger_note_missed(ledger, false, NOON + 1, &err), &err);
    assert_int_equal(itl(ledger), DISPUTED);
    asks(ledger, A, NOON + 2 + LEDGER_LATELY);
    assert_int_equal(itl(ledger), 1);
    expect_ok(ledger_note_missed(ledger, true, NOON + 3 + LEDGER_LATELY, &err), &err);
    asks(ledger, A, NOON + 100 * HOUR);
    assert_int_equal(itl(ledger), DISPUTED);
    gets(ledger, A, 1, NOON + 101 * HOUR);
    assert_int_equal(itl(ledger), 1);
    ledger_close(ledger);
}

/* --- the clock */

static void
a_clock_that_was_set_back_loses_and_freezes_nothing(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    int64_t far = NOON + 12 * 365 * 24 * HOUR;
    gets(ledger, A, 1, far);
    gets(ledger, A, 2, NOON); /* set right */
    assert_int_equal(itl(ledger), 2);
    gets(ledger, B, 3, NOON + HOUR);
    assert_int_equal(itl(ledger), DISPUTED); /* A asked an hour ago */
    gets(ledger, B, 3, NOON + LEDGER_LATELY + HOUR);
    assert_int_equal(itl(ledger), 3); /* and now a day ago, though `far` is yet to come */
    ledger_close(ledger);
}

/* Such machines start in 1970, or where they were switched off, until the network is up. */
static void
a_clock_that_is_wrong_for_a_while_does_not_age_anything(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    gets(ledger, A, 1, NOON);
    asks(ledger, C, 600); /* 1970 */
    gets(ledger, B, 2, NOON + HOUR);
    assert_int_equal(itl(ledger), DISPUTED);
    gets(ledger, C, 2, NOON + 2 * HOUR);
    assert_int_equal(itl(ledger), DISPUTED); /* A asked two hours ago */
    gets(ledger, B, 2, NOON + LEDGER_LATELY + HOUR);
    assert_int_equal(itl(ledger), 2);
    ledger_close(ledger);
}

static void
a_clock_in_1970_works_too(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    gets(ledger, A, 1, -5);
    assert_int_equal(itl(ledger), 1);
    gets(ledger, B, 2, 0);
    gets(ledger, B, 2, 10);
    assert_int_equal(itl(ledger), DISPUTED);
    gets(ledger, A, 2, INT64_MAX);
    gets(ledger, A, 2, INT64_MIN);
    assert_int_equal(itl(ledger), 2);
    ledger_close(ledger);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_delivered_list_counts),
        cmocka_unit_test(kinds_of_lists_do_not_mix),
        cmocka_unit_test(a_list_under_another_name_replaces_the_first),
        cmocka_unit_test(addresses_that_got_different_lists_dispute_it),
        cmocka_unit_test(an_address_that_got_none_disputes_it),
        cmocka_unit_test(a_day_after_it_was_last_used_an_address_counts_no_more),
        cmocka_unit_test(an_old_address_does_not_bring_back_its_list),
        cmocka_unit_test(an_unacknowledged_list_may_have_arrived),
        cmocka_unit_test(lost_records_leave_nobody_certain),
        cmocka_unit_test(a_clock_that_was_set_back_loses_and_freezes_nothing),
        cmocka_unit_test(a_clock_that_is_wrong_for_a_while_does_not_age_anything),
        cmocka_unit_test(a_clock_in_1970_works_too),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
