/* SPDX-License-Identifier: MIT */
/* What each address may have of what all share. */
#include "server/access/shares.h"
#include "tests/unit/support.h"

#include <arpa/inet.h>
#include <stdlib.h>

static union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address;

static const struct sockaddr *
peer(const char *text)
{
    if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
    } else {
        address.v4.sin_family = AF_INET;
        assert_int_equal(inet_pton(AF_INET, text, &address.v4.sin_addr), 1);
    }
    address.v4.sin_port = (in_port_t)rand(); /* ports do not count */
    return &address.any;
}

static void
take(struct access_shares *shares, const char *text, unsigned times)
{
    while (times-- > 0)
        assert_true(access_shares_take(shares, peer(text)));
}

static void
each_address_has_its_share(void **state)
{
    (void)state;
    struct access_shares *shares = access_shares_new(100, 3, NULL);
    assert_non_null(shares);
    take(shares, "192.0.2.1", 2);
    assert_true(access_shares_open(shares, peer("192.0.2.1")));
    take(shares, "192.0.2.1", 1);
    assert_false(access_shares_open(shares, peer("192.0.2.1")));
    assert_true(access_shares_open(shares, peer("192.0.2.2")));
    access_shares_give_back(shares, peer("192.0.2.1"));
    assert_true(access_shares_open(shares, peer("192.0.2.1")));
    access_shares_free(shares);
}

static void
a_mapped_address_is_the_same(void **state)
{
    (void)state;
    struct access_shares *shares = access_shares_new(100, 2, NULL);
    take(shares, "192.0.2.1", 1);
    take(shares, "::ffff:192.0.2.1", 1);
    assert_false(access_shares_open(shares, peer("192.0.2.1")));
    assert_false(access_shares_open(shares, peer("::ffff:192.0.2.1")));
    take(shares, "2001:db8::1", 2);
    assert_false(access_shares_open(shares, peer("2001:db8::1")));
    assert_true(access_shares_open(shares, peer("2001:db8::2")));
    access_shares_free(shares);
}

static void
shared_addresses_have_no_limit_of_their_own(void **state)
{
    (void)state;
    struct settings_network network;
    struct prov_error err;
    struct access_list *shared = access_new();
    struct access_shares *shares = access_shares_new(100, 2, shared);
    take(shares, "198.51.100.7", 50);
    assert_false(access_shares_open(shares, peer("198.51.100.7")));
    expect_ok(settings_parse_network("198.51.100.0/28", &network, &err), &err);
    access_set(shared, &network, 1);
    assert_true(access_shares_open(shares, peer("198.51.100.7")));
    access_set(shared, NULL, 0); /* what was taken meanwhile still counts */
    assert_false(access_shares_open(shares, peer("198.51.100.7")));
    for (unsigned i = 0; i < 49; i++)
        access_shares_give_back(shares, peer("198.51.100.7"));
    assert_true(access_shares_open(shares, peer("198.51.100.7")));
    access_shares_free(shares);
    access_free(shared);
}

static void
as_many_addresses_as_there_is_to_have(void **state)
{
    (void)state;
    struct access_shares *shares = access_shares_new(1000, 10, NULL);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 1000; i++)
            take(shares, text_of("10.0.%u.%u", i / 250, i % 250), 1);
        assert_false(access_shares_take(shares, peer("192.0.2.1")));
        assert_true(access_shares_take(shares, peer("10.0.0.0"))); /* that one is known */
        access_shares_give_back(shares, peer("10.0.0.0"));
        for (unsigned i = 0; i < 1000; i++)
            access_shares_give_back(shares, peer(text_of("10.0.%u.%u", i / 250, i % 250)));
    }
    access_shares_give_back(shares, peer("10.0.0.0")); /* more than it had: nothing happens */
    access_shares_free(shares);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address_has_its_share),
        cmocka_unit_test(a_mapped_address_is_the_same),
        cmocka_unit_test(shared_addresses_have_no_limit_of_their_own),
        cmocka_unit_test(as_many_addresses_as_there_is_to_have),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
