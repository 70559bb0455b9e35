/* SPDX-License-Identifier: MIT */
/* What the ledger keeps and gives back, and that it cannot be flooded. */
#include "tests/unit/server/ledger_records.h"

#include <errno.h>
#include <stdlib.h>

static void
expect_sound(struct ledger *ledger)
{
    sqlite3_stmt *row = NULL;
    assert_int_equal(sqlite3_prepare_v2(ledger->db, "PRAGMA integrity_check", -1, &row, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(row, 0), "ok");
    sqlite3_finalize(row);
    assert_int_equal(number(ledger, "SELECT phones FROM state"),
                     number(ledger, "SELECT count(*) FROM phone"));
    assert_int_equal(number(ledger, "SELECT count(*) FROM seen WHERE phone NOT IN"
                                    " (SELECT phone FROM phone)"),
                     0);
    assert_int_equal(number(ledger, "SELECT count(*) FROM delivered d WHERE NOT EXISTS (SELECT 1"
                                    " FROM seen s WHERE s.phone = d.phone"
                                    " AND s.address = d.address)"),
                     0);
}

/* --- bounds */

static void
write_many(struct ledger *ledger, struct ledger_record *records, size_t count)
{
    expect_ok(ledger_write(ledger, records, count, &err), &err);
    free(records);
}

static struct ledger_record *
new_records(size_t count)
{
    struct ledger_record *records = calloc(count, sizeof *records);
    assert_non_null(records);
    return records;
}

/* Every one asks from an address of its own, in the name of `PHONE`. */
static void
forge_addresses(struct ledger *ledger, unsigned count, int64_t time)
{
    struct ledger_record *records = new_records(count);
    for (unsigned i = 0; i < count; i++)
        records[i] = request(PHONE, text_of("2001:db8::%x", i + 1), time);
    write_many(ledger, records, count);
}

static void
forge_phones(struct ledger *ledger, unsigned first, unsigned count, bool delivered, int64_t time)
{
    struct ledger_record *records = new_records(count);
    for (unsigned i = 0; i < count; i++) {
        const char *phone = text_of("F%011X", first + i);
        records[i] = delivered ? delivery(phone, A, LEDGER_ITL, 9, time) : request(phone, A, time);
    }
    write_many(ledger, records, count);
}

static void
forged_addresses_push_out_no_delivery(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    gets(ledger, A, 1, NOON);
    gets(ledger, B, 1, NOON);
    forge_addresses(ledger, 1000, NOON + 1);
    assert_int_equal(number(ledger, "SELECT count(*) FROM seen"), LEDGER__ADDRESSES_MAX);
    assert_int_equal(number(ledger, "SELECT count(*) FROM delivered"), 2);
    assert_int_equal(itl(ledger), DISPUTED);
    asks(ledger, A, NOON + 2 + LEDGER_LATELY);
    assert_int_equal(itl(ledger), 1);
    expect_sound(ledger);
    ledger_close(ledger);
}

/* 64 strangers fetch the new list in the phone's name, and the phone itself asks but gets none. */
static void
an_address_without_a_place_still_disputes(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    for (unsigned i = 0; i < LEDGER__ADDRESSES_MAX; i++)
        gets(ledger, text_of("192.0.2.%u", i), 2, NOON);
    assert_int_equal(itl(ledger), 2);
    asks(ledger, C, NOON + 1);
    assert_int_equal(number(ledger, "SELECT count(*) FROM seen"), LEDGER__ADDRESSES_MAX);
    assert_int_equal(number(ledger, "SELECT count(*) FROM seen WHERE address = '" C "'"), 0);
    assert_int_equal(itl(ledger), DISPUTED);
    gets(ledger, C, 3, NOON + 2); /* a delivery takes the place of the oldest */
    assert_int_equal(number(ledger, "SELECT count(*) FROM seen WHERE address = '" C "'"), 1);
    assert_int_equal(itl(ledger), DISPUTED);
    asks(ledger, C, NOON + 3 + LEDGER_LATELY);
    assert_int_equal(itl(ledger), 3);
    expect_sound(ledger);
    ledger_close(ledger);
}

static void
files_of_one_address_are_bounded(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    gets(ledger, A, 1, NOON);
    for (unsigned i = 0; i < 100; i++) {
        struct ledger_record record = delivery(PHONE, A, LEDGER_OTHER, 5, NOON + i);
        snprintf(record.file, sizeof record.file, "file%u", i);
        write_one(ledger, record);
    }
    assert_int_equal(number(ledger, "SELECT count(*) FROM delivered WHERE kind = 'other'"),
                     LEDGER__FILES_MAX);
    assert_int_equal(number(ledger, "SELECT count(*) FROM delivered WHERE file = 'file99'"), 1);
    assert_int_equal(itl(ledger), 1);
    ledger_close(ledger);
}

static void
invented_phones_push_out_no_real_one(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    assert_int_equal(ledger->phones_max, 100000);
    ledger->phones_max = 100;
    gets(ledger, A, 1, NOON);
    write_one(ledger, delivery(PHONE, A, LEDGER_CONFIGURATION, 1, NOON));
    write_one(ledger, delivery("0004F2000001", A, LEDGER_ITL, 1, NOON));
    forge_phones(ledger, 0, 1000, false, NOON + 1);
    assert_int_equal(number(ledger, "SELECT count(*) FROM phone"), 100);
    assert_int_equal(held_by(ledger, "0004F2000001", LEDGER_ITL), 1);
    /* A list goes to whoever asks for it, but a configuration only to phones that have one. */
    forge_phones(ledger, 1000, 1000, true, NOON + 2);
    assert_int_equal(number(ledger, "SELECT count(*) FROM phone"), 100);
    assert_int_equal(number(ledger, "SELECT count(*) FROM list"), 100);
    assert_int_equal(itl(ledger), 1);
    assert_int_equal(held_by(ledger, "0004F2000001", LEDGER_ITL), NOTHING);
    /* What was known of a phone that comes back is forgotten, so that nothing is certain. */
    write_one(ledger, delivery("0004F2000001", A, LEDGER_ITL, 1, NOON + 3));
    assert_int_equal(held_by(ledger, "0004F2000001", LEDGER_ITL), DISPUTED);
    write_one(ledger, request("0004F2000001", A, NOON + 4 + LEDGER_LATELY));
    assert_int_equal(held_by(ledger, "0004F2000001", LEDGER_ITL), 1);
    expect_sound(ledger);
    ledger_close(ledger);
}

/* --- walks */

struct walked {
    struct ledger *ledger;
    unsigned calls, stop_after;
    char text[512];
};

static bool
note_entry(void *context, const struct ledger_entry *entry)
{
    struct walked *walked = context;
    size_t used = strlen(walked->text);
    snprintf(walked->text + used, sizeof walked->text - used, "%s %s %s %d %s %lld %d\n",
             entry->phone.text, entry->address, entry->file, entry->kind, entry->transport,
             (long long)(entry->time - NOON), entry->sha256[31]);
    return ++walked->calls != walked->stop_after;
}

static bool
note_sighting(void *context, const struct ledger_sighting *sighting)
{
    struct walked *walked = context;
    size_t used = strlen(walked->text);
    snprintf(walked->text + used, sizeof walked->text - used, "%s %s %lld %lld %lld\n",
             sighting->phone.text, sighting->address, (long long)(sighting->first - NOON),
             (long long)(sighting->last - NOON),
             (long long)(sighting->configured == 0 ? 0 : sighting->configured - NOON));
    return ++walked->calls != walked->stop_after;
}

static struct ledger *
ledger_with_two_phones(void)
{
    struct ledger *ledger = new_ledger();
    gets(ledger, A, 1, NOON);
    write_one(ledger, delivery(PHONE, B, LEDGER_CONFIGURATION, 2, NOON + 5));
    write_one(ledger, delivery(PHONE, A, LEDGER_OTHER, 3, NOON + 9));
    write_one(ledger, request("0004F2000001", C, NOON + 7));
    write_one(ledger, delivery("0004F2000001", C, LEDGER_CTL, 4, NOON + 8));
    return ledger;
}

static void
deliveries_are_walked_in_order(void **state)
{
    (void)state;
    struct ledger *ledger = ledger_with_two_phones();
    struct walked all = {0}, one = {0}, first = {.stop_after = 1};
    struct prov_mac mac = {PHONE};
    expect_ok(ledger_each_delivery(ledger, NULL, note_entry, &all, &err), &err);
    assert_string_equal(all.text, "0004F2000001 " C " file 1 tftp 8 4\n"
                                  "58971ECC97C1 " A " file 3 tftp 9 3\n"
                                  "58971ECC97C1 " B " file 2 tftp 5 2\n"
                                  "58971ECC97C1 " A " ITLFile.tlv 0 tftp 0 1\n");
    expect_ok(ledger_each_delivery(ledger, &mac, note_entry, &one, &err), &err);
    assert_int_equal(one.calls, 3);
    expect_ok(ledger_each_delivery(ledger, NULL, note_entry, &first, &err), &err);
    assert_int_equal(first.calls, 1);
    ledger_close(ledger);
}

static void
sightings_are_walked_in_order(void **state)
{
    (void)state;
    struct ledger *ledger = ledger_with_two_phones();
    struct walked all = {0}, none = {0};
    struct prov_mac unknown = {"000000000000"};
    expect_ok(ledger_each_sighting(ledger, NULL, note_sighting, &all, &err), &err);
    assert_string_equal(all.text, "0004F2000001 " C " 7 8 0\n"
                                  "58971ECC97C1 " A " 0 9 0\n"
                                  "58971ECC97C1 " B " 5 5 5\n");
    expect_ok(ledger_each_sighting(ledger, &unknown, note_sighting, &none, &err), &err);
    assert_int_equal(none.calls, 0);
    struct walked later = {0}, last = {0};
    struct prov_mac first = {"0004F2000001"}, second = {"58971ECC97C1"};
    expect_ok(ledger_each_sighting_after(ledger, &first, note_sighting, &later, &err), &err);
    assert_string_equal(later.text, "58971ECC97C1 " A " 0 9 0\n"
                                    "58971ECC97C1 " B " 5 5 5\n");
    expect_ok(ledger_each_sighting_after(ledger, &second, note_sighting, &last, &err), &err);
    assert_int_equal(last.calls, 0);
    ledger_close(ledger);
}

static void
phones_are_walked_once_each(void **state)
{
    (void)state;
    struct ledger *ledger = ledger_with_two_phones();
    struct walked all = {0}, first = {.stop_after = 1};
    expect_ok(ledger_each_phone(ledger, note_sighting, &all, &err), &err);
    assert_string_equal(all.text, "0004F2000001  7 8 0\n58971ECC97C1  0 9 5\n");
    expect_ok(ledger_each_phone(ledger, note_sighting, &first, &err), &err);
    assert_int_equal(first.calls, 1);
    ledger_close(ledger);
}

static bool
write_within(void *context, const struct ledger_sighting *sighting)
{
    struct walked *walked = context, inner = {0};
    gets(walked->ledger, "198.51.100.1", 7, NOON + 100);
    expect_ok(ledger_each_delivery(walked->ledger, &sighting->phone, note_entry, &inner, &err),
              &err);
    walked->calls++;
    return true;
}

static void
a_walk_may_use_the_ledger(void **state)
{
    (void)state;
    struct ledger *ledger = ledger_with_two_phones();
    struct ledger *reader = open_reader(sqlite3_db_filename(ledger->db, "main"));
    struct walked walked = {.ledger = ledger};
    expect_ok(ledger_each_sighting(reader, NULL, write_within, &walked, &err), &err);
    assert_int_equal(walked.calls, 3); /* not the address that came meanwhile */
    ledger_close(reader);
    ledger_close(ledger);
}

/* --- one transaction */

static void
a_failure_writes_none_of_the_records(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    struct ledger_record records[] = {delivery(PHONE, A, LEDGER_ITL, 1, NOON),
                                      delivery(PHONE, B, LEDGER_ITL, 1, NOON)};
    assert_int_equal(sqlite3_exec(ledger->db,
                                  "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.seen"
                                  " WHEN new.address = '" B "' BEGIN SELECT RAISE(ABORT, 'no');"
                                  " END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_not_equal(ledger_write(ledger, records, 2, &err), PROV_OK);
    assert_int_equal(number(ledger, "SELECT count(*) FROM phone"), 0);
    assert_int_equal(sqlite3_exec(ledger->db, "DROP TRIGGER refuse", NULL, NULL, NULL), SQLITE_OK);
    expect_ok(ledger_write(ledger, records, 2, &err), &err);
    expect_ok(ledger_write(ledger, NULL, 0, &err), &err);
    assert_int_equal(itl(ledger), 1);
    ledger_close(ledger);
}

static void
a_lock_is_waited_for_and_then_named(void **state)
{
    (void)state;
    const char *path = new_path();
    struct ledger *ledger = open_ledger(path), *other = open_ledger(path);
    struct ledger_record record = delivery(PHONE, A, LEDGER_ITL, 1, NOON);
    assert_int_equal(sqlite3_exec(other->db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    expect_failure(ledger_write(ledger, &record, 1, &err), PROV_E_SYSTEM, &err, "locked");
    assert_int_equal(err.sys, EBUSY);
    assert_int_equal(sqlite3_exec(other->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    expect_ok(ledger_write(ledger, &record, 1, &err), &err);
    ledger_close(other);
    ledger_close(ledger);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forged_addresses_push_out_no_delivery),
        cmocka_unit_test(an_address_without_a_place_still_disputes),
        cmocka_unit_test(files_of_one_address_are_bounded),
        cmocka_unit_test(invented_phones_push_out_no_real_one),
        cmocka_unit_test(deliveries_are_walked_in_order),
        cmocka_unit_test(sightings_are_walked_in_order),
        cmocka_unit_test(phones_are_walked_once_each),
        cmocka_unit_test(a_walk_may_use_the_ledger),
        cmocka_unit_test(a_failure_writes_none_of_the_records),
        cmocka_unit_test(a_lock_is_waited_for_and_then_named),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
