/* SPDX-License-Identifier: MIT */
/* What was last asked for in a phone's name: the last so many, and of known phones alone. */
#include "ledger_records.h"

#define OTHER "001122334455"

static struct ledger_request
request_of(const char *phone, const char *asked, const char *outcome, int64_t time)
{
    struct ledger_request one = {.time = time, .bytes = 7, .transport = "tftp", .address = A};
    snprintf(one.phone.text, sizeof one.phone.text, "%s", phone);
    snprintf(one.asked, sizeof one.asked, "%s", asked);
    snprintf(one.outcome, sizeof one.outcome, "%s", outcome);
    return one;
}

static void
write_request(struct ledger *ledger, struct ledger_request one)
{
    expect_ok(ledger_write_requests(ledger, &one, 1, &err), &err);
}

struct requests {
    size_t count, most;
    struct ledger_request at[2 * LEDGER_REQUESTS_MAX];
};

static bool
take(void *context, const struct ledger_request *one)
{
    struct requests *requests = context;
    requests->at[requests->count++] = *one;
    return requests->count < requests->most;
}

static struct requests
requests_of(struct ledger *ledger, const char *phone, size_t most)
{
    struct requests requests = {.most = most};
    struct prov_mac mac;
    snprintf(mac.text, sizeof mac.text, "%s", phone != NULL ? phone : "");
    expect_ok(ledger_each_request(ledger, phone != NULL ? &mac : NULL, take, &requests, &err),
              &err);
    return requests;
}

static void
what_was_asked_comes_back(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    write_one(ledger, request(PHONE, A, NOON));
    struct ledger_request one = request_of(PHONE, "SEP" PHONE ".cnf.xml", "unacknowledged", NOON);
    one.bytes = INT64_C(5000000000);
    snprintf(one.address, sizeof one.address, "%s", C);
    snprintf(one.transport, sizeof one.transport, "https");
    write_request(ledger, one);
    struct requests requests = requests_of(ledger, PHONE, 64);
    assert_int_equal(requests.count, 1);
    assert_memory_equal(&requests.at[0], &one, sizeof one);
    ledger_close(ledger);
}

static void
the_last_ones_stay(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    struct ledger_request many[100];
    write_one(ledger, request(PHONE, A, NOON));
    write_one(ledger, request(OTHER, A, NOON));
    write_request(ledger, request_of(OTHER, "other", "missing", NOON));
    for (size_t i = 0; i < 100; i++)
        many[i] = request_of(PHONE, text_of("file %zu", i), i % 2 > 0 ? "missing" : "delivered",
                             NOON - (int64_t)i); /* the clock need not go forward */
    expect_ok(ledger_write_requests(ledger, many, 100, &err), &err);
    struct requests requests = requests_of(ledger, PHONE, 64);
    assert_int_equal(requests.count, LEDGER_REQUESTS_MAX);
    for (size_t i = 0; i < LEDGER_REQUESTS_MAX; i++)
        assert_string_equal(requests.at[i].asked, text_of("file %zu", 99 - i));
    assert_int_equal(requests_of(ledger, OTHER, 64).count, 1);
    assert_int_equal(requests_of(ledger, NULL, 64).count, LEDGER_REQUESTS_MAX + 1);
    assert_int_equal(requests_of(ledger, PHONE, 3).count, 3);
    ledger_close(ledger);
}

static void
no_record_no_requests(void **state)
{
    (void)state;
    struct ledger *ledger = new_ledger();
    write_request(ledger, request_of(PHONE, "phantom", "missing", NOON));
    assert_int_equal(number(ledger, "SELECT count(*) FROM request"), 0);
    write_one(ledger, request(PHONE, A, NOON));
    write_request(ledger, request_of(PHONE, "known", "missing", NOON));
    assert_int_equal(requests_of(ledger, PHONE, 64).count, 1);
    ledger->phones_max = 1; /* the phone gives way, and its requests with it */
    write_one(ledger, request(OTHER, A, NOON + 1));
    assert_int_equal(number(ledger, "SELECT count(*) FROM phone"), 1);
    assert_int_equal(number(ledger, "SELECT count(*) FROM request"), 0);
    ledger_close(ledger);
}

static void
version_2_is_taken_over(void **state)
{
    (void)state;
    const char *path = new_path();
    struct ledger *ledger = open_ledger(path);
    write_one(ledger, delivery(PHONE, A, LEDGER_ITL, 1, NOON));
    assert_int_equal(sqlite3_exec(ledger->db,
                                  "DROP TABLE request; DROP TRIGGER request_goes;"
                                  " PRAGMA user_version = 2",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ledger_close(ledger);

    ledger = open_reader(path);
    assert_int_equal(requests_of(ledger, PHONE, 64).count, 0);
    assert_int_equal(held_by(ledger, PHONE, LEDGER_ITL), 1);
    ledger_close(ledger);

    ledger = open_ledger(path);
    write_request(ledger, request_of(PHONE, "a", "missing", NOON));
    ledger_close(ledger);
    ledger = open_reader(path);
    assert_int_equal(number(ledger, "PRAGMA user_version"), LEDGER__VERSION);
    assert_int_equal(requests_of(ledger, PHONE, 64).count, 1);
    assert_int_equal(held_by(ledger, PHONE, LEDGER_ITL), 1);
    ledger_close(ledger);
}

/* A trigger in the place of the bound, or a view in that of the table. */
static void
what_is_not_ours_is_refused(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "DROP TRIGGER request_gives_way",
        "DROP TABLE request; CREATE VIEW request AS SELECT * FROM seen",
        "CREATE TRIGGER more AFTER INSERT ON request BEGIN DELETE FROM proof; END",
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const char *path = new_path();
        struct ledger *ledger = open_ledger(path);
        assert_int_equal(sqlite3_exec(ledger->db, changes[i], NULL, NULL, NULL), SQLITE_OK);
        ledger_close(ledger);
        ledger = NULL;
        expect_failure(ledger_open(path, LEDGER_READ, &ledger, &err), PROV_E_FORMAT, &err,
                       "another program wrote to this ledger");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_comes_back),   cmocka_unit_test(the_last_ones_stay),
        cmocka_unit_test(no_record_no_requests),       cmocka_unit_test(version_2_is_taken_over),
        cmocka_unit_test(what_is_not_ours_is_refused),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
