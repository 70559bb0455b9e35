/* SPDX-License-Identifier: MIT */
/* What phones have shown to hold, and what their addresses were given before. */
#include "server/resolver/proven.h"

#include "server/transport/given.h"
#include "tests/unit/support.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define NOON INT64_C(1795262400)
#define LATER (NOON + GIVEN_BOOT_SECONDS)

static struct prov_mac
phone_of(unsigned number)
{
    struct prov_mac phone;
    snprintf(phone.text, sizeof phone.text, "%012X", number);
    return phone;
}

static void
each_phone_has_one_list_of_a_kind(void **state)
{
    (void)state;
    struct proven *proven = keep(proven_new(), (void (*)(void *))proven_free);
    uint8_t sha256[RESOLVER_SHA256_LEN] = {0}, found[RESOLVER_SHA256_LEN];
    for (unsigned i = 0; i < 1000; i++) { /* in no order */
        struct prov_mac phone = phone_of(i * 7919 % 1000);
        memset(sha256, (int)(i * 7919 % 1000 % 251), sizeof sha256);
        assert_true(proven_put(proven, &phone, i % 2 == 0, sha256));
        assert_true(proven_put(proven, &phone, i % 2 == 0, sha256));
    }
    for (unsigned i = 0; i < 1000; i++) {
        unsigned number = i * 7919 % 1000;
        struct prov_mac phone = phone_of(number);
        assert_true(proven_find(proven, &phone, i % 2 == 0, found));
        assert_int_equal(found[0], number % 251);
        assert_false(proven_find(proven, &phone, i % 2 != 0, found));
    }
    struct prov_mac none = phone_of(1000);
    assert_false(proven_find(proven, &none, false, found));
}

static struct sockaddr_storage
address_of(const char *text)
{
    struct sockaddr_storage out = {.ss_family = AF_UNSPEC};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
        out.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1)
        out.ss_family = AF_INET6;
    return out;
}

static size_t
taken(struct given *given, const char *address, int64_t now)
{
    struct ledger_proof lists[2];
    struct sockaddr_storage peer = address_of(address);
    size_t count = 9;
    given_take(given, &peer, now, lists, &count);
    return count;
}

static void
note(struct given *given, const char *address, enum ledger_kind kind, int64_t time)
{
    struct sockaddr_storage peer = address_of(address);
    struct ledger_proof list = {.phone = phone_of(1), .kind = kind, .time = time};
    given_note(given, &peer, &list);
}

static void
what_was_given_in_an_earlier_boot_is_taken_once(void **state)
{
    (void)state;
    struct given *given = keep(given_new(), (void (*)(void *))given_free);
    note(given, "192.0.2.1", LEDGER_ITL, NOON);
    note(given, "192.0.2.1", LEDGER_CTL, NOON + 10);
    assert_int_equal(taken(given, "192.0.2.1", LATER - 1), 0);
    assert_int_equal(taken(given, "192.0.2.2", LATER), 0);
    assert_int_equal(taken(given, "::ffff:192.0.2.1", LATER), 1);
    assert_int_equal(taken(given, "192.0.2.1", LATER + 20), 1);
    assert_int_equal(taken(given, "192.0.2.1", LATER + 20), 0);
    /* Given again, it counts from then on: it may not have been stored the first time. */
    note(given, "2001:db8::1", LEDGER_ITL, NOON);
    note(given, "2001:db8::1", LEDGER_ITL, LATER);
    assert_int_equal(taken(given, "2001:db8::1", LATER), 0);
    assert_int_equal(taken(given, "2001:db8::1", LATER + GIVEN_BOOT_SECONDS), 1);
    note(given, "none", LEDGER_ITL, NOON);
    assert_int_equal(taken(given, "none", LATER), 0);
}

static void
records_do_not_replace_what_came_after_them(void **state)
{
    (void)state;
    struct given *given = keep(given_new(), (void (*)(void *))given_free);
    struct sockaddr_storage peer = address_of("192.0.2.1");
    struct ledger_proof list = {.phone = phone_of(1), .kind = LEDGER_ITL, .time = NOON};
    note(given, "192.0.2.1", LEDGER_ITL, LATER);
    given_recall(given, &peer, &list);
    assert_int_equal(taken(given, "192.0.2.1", LATER), 0);
    peer = address_of("192.0.2.2");
    given_recall(given, &peer, &list);
    assert_int_equal(taken(given, "192.0.2.2", LATER), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_phone_has_one_list_of_a_kind),
        cmocka_unit_test(what_was_given_in_an_earlier_boot_is_taken_once),
        cmocka_unit_test(records_do_not_replace_what_came_after_them),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
