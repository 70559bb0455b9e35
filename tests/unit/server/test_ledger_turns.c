/* SPDX-License-Identifier: MIT */
/* What the ledger keeps of lists that are given in turns, and what phones showed to hold. */
#include "tests/unit/server/ledger_records.h"

#define BOOT LEDGER__BOOT_SECONDS

static void
gives(struct ledger *ledger, uint8_t content, bool newest, int64_t time)
{
    struct ledger_record record = delivery(PHONE, A, LEDGER_ITL, content, time);
    record.newest = newest;
    write_one(ledger, record);
}

static void
configures(struct ledger *ledger, int64_t time)
{
    write_one(ledger, delivery(PHONE, A, LEDGER_CONFIGURATION, 9, time));
}

static bool
keep_given(void *context, const struct ledger_given *given)
{
    *(struct ledger_given *)context = *given;
    return true;
}

static struct ledger_given
given_in(struct ledger *ledger)
{
    struct ledger_given given = {.first = 0};
    expect_ok(ledger_each_given(ledger, NULL, keep_given, &given, &err), &err);
    return given;
}

static void
what_follows_the_newest_list_is_counted(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    gives(ledger, 1, false, NOON);
    configures(ledger, NOON + 1);
    assert_int_equal(given_in(ledger).first, 0);
    gives(ledger, 2, true, NOON + HOUR);
    assert_int_equal(given_in(ledger).followed, 0);
    configures(ledger, NOON + HOUR + 1);
    configures(ledger, NOON + HOUR + 2); /* the same boot */
    gives(ledger, 2, true, NOON + 2 * HOUR);
    configures(ledger, NOON + 2 * HOUR + 1);
    gives(ledger, 1, false, NOON + 3 * HOUR); /* another rung: what follows is not counted */
    configures(ledger, NOON + 3 * HOUR + 1);
    struct ledger_given given = given_in(ledger);
    assert_string_equal(given.phone.text, PHONE);
    assert_int_equal(given.kind, LEDGER_ITL);
    assert_int_equal(given.sha256[0], 2);
    assert_int_equal(given.first, NOON + HOUR);
    assert_int_equal(given.last, NOON + 2 * HOUR);
    assert_int_equal(given.followed, 2);
    assert_int_equal(given.followed_first, NOON + HOUR + 1);
    assert_int_equal(given.followed_last, NOON + 2 * HOUR + 1);
    gives(ledger, 3, true, NOON + 4 * HOUR); /* a newer one begins anew */
    given = given_in(ledger);
    assert_int_equal(given.sha256[0], 3);
    assert_int_equal(given.first, NOON + 4 * HOUR);
    assert_int_equal(given.followed + given.followed_first + given.followed_last, 0);
    ledger_close(ledger);
}

static bool
note_address(void *context, const struct ledger_entry *entry)
{
    char *addresses = context;
    assert_int_equal(entry->sha256[0], 2);
    assert_int_equal(entry->kind, LEDGER_ITL);
    strcat(strcat(addresses, entry->address), " ");
    return true;
}

/* Only where the newest list went, not where another one or a configuration did. */
static void
deliveries_of_the_newest_list_are_found(void **state)
{
    (void)state;
    char addresses[64] = "";
    struct ledger *ledger = new_ledger();
    struct ledger_record record = delivery(PHONE, B, LEDGER_ITL, 2, NOON);
    record.newest = true;
    write_one(ledger, record);
    write_one(ledger, delivery(PHONE, A, LEDGER_ITL, 1, NOON + 1));
    write_one(ledger, delivery(PHONE, A, LEDGER_CTL, 2, NOON + 1));
    configures(ledger, NOON + 2);
    expect_ok(ledger_each_delivery_of_given(ledger, note_address, addresses, &err), &err);
    assert_string_equal(addresses, B " ");
    ledger_close(ledger);
}

struct listing {
    size_t count;
    uint8_t sum; /* of the first bytes of their digests */
    int64_t latest;
};

static bool
add_up(void *context, const struct ledger_list *list)
{
    struct listing *listing = context;
    assert_string_equal(list->phone.text, PHONE);
    listing->count++;
    listing->sum = (uint8_t)(listing->sum + list->sha256[0]);
    listing->latest = list->time > listing->latest ? list->time : listing->latest;
    return true;
}

/* The last of each kind, the newest in turns, and what was proven. */
static void
all_lists_of_a_phone_are_told(void **state)
{
    (void)state;
    struct listing listing = {.count = 0};
    struct ledger *ledger = new_ledger();
    struct ledger_record record = delivery(PHONE, B, LEDGER_ITL, 1, NOON);
    record.newest = true;
    write_one(ledger, record);
    write_one(ledger, delivery(PHONE, A, LEDGER_ITL, 2, NOON + 1));
    write_one(ledger, delivery(PHONE, A, LEDGER_CTL, 4, NOON + 1));
    struct ledger_proof proof = {
        .phone = {PHONE}, .kind = LEDGER_ITL, .sha256 = {8}, .time = NOON + 5};
    expect_ok(ledger_note_proof(ledger, &proof, &err), &err);
    expect_ok(ledger_each_list(ledger, add_up, &listing, &err), &err);
    assert_int_equal(listing.count, 4);
    assert_int_equal(listing.sum, 1 + 2 + 4 + 8);
    assert_int_equal(listing.latest, NOON + 5);
    ledger_close(ledger);
}

struct proofs {
    size_t count;
    struct ledger_proof at[4];
};

static bool
collect(void *context, const struct ledger_proof *proof)
{
    struct proofs *proofs = context;
    assert_true(proofs->count < 4);
    proofs->at[proofs->count++] = *proof;
    return true;
}

static struct proofs
proofs_in(struct ledger *ledger)
{
    struct proofs proofs = {.count = 0};
    expect_ok(ledger_each_proof(ledger, NULL, collect, &proofs, &err), &err);
    return proofs;
}

static void
proves(struct ledger *ledger, enum ledger_kind kind, uint8_t content, int64_t time)
{
    struct ledger_proof proof = {.phone = {PHONE}, .kind = kind, .time = time};
    memset(proof.sha256, content, sizeof proof.sha256);
    memset(proof.certificate, content + 1, sizeof proof.certificate);
    expect_ok(ledger_note_proof(ledger, &proof, &err), &err);
}

static void
the_last_proof_of_a_kind_stays(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    ledger->phones_max = 1;
    assert_int_equal(proofs_in(ledger).count, 0);
    proves(ledger, LEDGER_ITL, 1, NOON);
    proves(ledger, LEDGER_CTL, 3, NOON);
    proves(ledger, LEDGER_ITL, 5, NOON + 1);
    write_one(ledger, request(PHONE, A, NOON));
    write_one(ledger, request("001122334455", A, NOON + 1)); /* the other gives way */
    struct proofs proofs = proofs_in(ledger);
    assert_int_equal(proofs.count, 2);
    assert_int_equal(proofs.at[0].kind, LEDGER_CTL);
    assert_int_equal(proofs.at[0].sha256[31], 3);
    assert_int_equal(proofs.at[1].kind, LEDGER_ITL);
    assert_string_equal(proofs.at[1].phone.text, PHONE);
    assert_int_equal(proofs.at[1].sha256[0], 5);
    assert_int_equal(proofs.at[1].certificate[0], 6);
    assert_int_equal(proofs.at[1].time, NOON + 1);
    ledger_close(ledger);
}

/* As version 1 made it. */
static void
make_old(struct ledger *ledger)
{
    assert_int_equal(sqlite3_exec(ledger->db,
                                  "DROP TABLE given; DROP TABLE proof; DROP TABLE request;"
                                  " DROP TRIGGER request_goes; PRAGMA user_version = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(ledger->db, "DROP TRIGGER IF EXISTS given_goes", NULL, NULL, NULL), SQLITE_OK);
}

static void
an_old_ledger_is_taken_over(void **state)
{
    (void)state;
    const char *path = new_path();
    struct ledger *ledger = open_ledger(path);
    gives(ledger, 1, false, NOON);
    make_old(ledger);
    ledger_close(ledger);

    ledger = open_reader(path); /* who only reads cannot, and finds none */
    assert_int_equal(proofs_in(ledger).count, 0);
    assert_int_equal(given_in(ledger).first, 0);
    assert_int_equal(held_by(ledger, PHONE, LEDGER_ITL), 1);
    assert_int_equal(number(ledger, "PRAGMA user_version"), 1);
    ledger_close(ledger);

    ledger = open_ledger(path);
    assert_int_equal(number(ledger, "PRAGMA user_version"), LEDGER__VERSION);
    assert_int_equal(held_by(ledger, PHONE, LEDGER_ITL), 1);
    proves(ledger, LEDGER_ITL, 1, NOON);
    gives(ledger, 2, true, NOON);
    ledger_close(ledger);
    ledger = open_ledger(path);
    assert_int_equal(proofs_in(ledger).count, 1);
    assert_int_equal(given_in(ledger).sha256[0], 2);
    ledger_close(ledger);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_the_newest_list_is_counted),
        cmocka_unit_test(deliveries_of_the_newest_list_are_found),
        cmocka_unit_test(all_lists_of_a_phone_are_told),
        cmocka_unit_test(the_last_proof_of_a_kind_stays),
        cmocka_unit_test(an_old_ledger_is_taken_over),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
