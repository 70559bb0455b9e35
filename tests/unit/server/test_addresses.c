/* SPDX-License-Identifier: MIT */
/* Addresses to listen on, and networks that are answered. */
#include "settings/settings.h"
#include "tests/unit/support.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static void
listens(const struct settings_listeners *list, const char *texts)
{
    char all[1024] = "";
    size_t used = 0;
    for (size_t i = 0; i < list->count; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? " " : "",
                                 list->at[i].text);
    assert_string_equal(all, texts);
}

static void
listeners_are_parsed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *means;
    } right[] = {{"192.0.2.1:69", "192.0.2.1:69"},
                 {"[2001:DB8:0::1]:69", "[2001:db8::1]:69"},
                 {"[::]:1", "[::]:1"},
                 {"0.0.0.0:65535", "0.0.0.0:65535"},
                 {":69", "0.0.0.0:69 [::]:69"},
                 {"*:69", "0.0.0.0:69 [::]:69"},
                 {"[fe80::1]:069", "[fe80::1]:69"},
                 {"[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535",
                  "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"}};
    for (size_t i = 0; i < LENGTH(right); i++) {
        struct settings_listeners list = {.count = 0};
        struct prov_error err;
        expect_ok(settings_parse_listener(right[i].text, &list, &err), &err);
        listens(&list, right[i].means);
    }
}

static void
socket_addresses_are_filled(void **state)
{
    (void)state;
    struct settings_listeners list = {.count = 0};
    struct prov_error err;
    expect_ok(settings_parse_listener("192.0.2.1:69", &list, &err), &err);
    expect_ok(settings_parse_listener("[::1]:258", &list, &err), &err);
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&list.at[0].address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&list.at[1].address;
    assert_int_equal(list.at[0].address_len, sizeof *v4);
    assert_int_equal(v4->sin_family, AF_INET);
    assert_int_equal(v4->sin_addr.s_addr, inet_addr("192.0.2.1"));
    assert_int_equal(ntohs(v4->sin_port), 69);
    assert_int_equal(list.at[1].address_len, sizeof *v6);
    assert_int_equal(v6->sin6_family, AF_INET6);
    assert_int_equal(ntohs(v6->sin6_port), 258);
    assert_true(IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr));
}

static void
wrong_listeners_leave_the_list_alone(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        ":",
        "*",
        "69",
        "192.0.2.1",
        "192.0.2.1:",
        "192.0.2.1:0",
        ":0",
        ":65536",
        ":99999",
        ":100000",
        ":-1",
        ": 69",
        ":69 ",
        ":6x",
        " :69",
        "192.0.2.256:69",
        "192.0.2:69",
        "192.0.2.01:69",
        "host:69",
        "::1:69",
        "2001:db8::1",
        "[::1]",
        "[::1]69",
        "[::1:69",
        "::1]:69",
        "[]:69",
        "[:69",
        "]:69",
        "[192.0.2.1]:69",
        "[::g]:69",
        "[fe80::1%lo]:69",
        "[::ffff:192.0.2.1]:69",
        "http://x:69",
        "**:69",
        "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]:69",
        "[0000:0000:0000:0000:0000:0000:0000:000000001]:69",
        "\x1b:69"};
    struct settings_listeners list = {.count = 0};
    struct prov_error err;
    expect_ok(settings_parse_listener("192.0.2.7:7", &list, &err), &err);
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        if (settings_parse_listener(wrong[i], &list, &err) != PROV_E_ARGUMENT)
            fail_msg("accepted: %s", wrong[i]);
        assert_null(strchr(err.text, '\x1b'));
        listens(&list, "192.0.2.7:7");
    }
    expect_failure(settings_parse_listener("[fe80::1%lo]:69", &list, &err), PROV_E_ARGUMENT, &err,
                   "'[fe80::1%lo]:69' names an interface, which is not supported");
    expect_failure(settings_parse_listener("[::ffff:192.0.2.1]:69", &list, &err), PROV_E_ARGUMENT,
                   &err, "is an IPv4 address written as IPv6");
    expect_failure(settings_parse_listener("192.0.2.7:7", &list, &err), PROV_E_ARGUMENT, &err,
                   "192.0.2.7:7 is named twice");
}

static void
a_full_list_takes_no_half_of_two(void **state)
{
    (void)state;
    struct settings_listeners list = {.count = 0};
    struct prov_error err;
    for (unsigned i = 1; i < SETTINGS_LISTENERS_MAX; i++)
        expect_ok(settings_parse_listener(text_of("192.0.2.1:%u", i), &list, &err), &err);
    expect_failure(settings_parse_listener(":69", &list, &err), PROV_E_ARGUMENT, &err,
                   "more than 16 addresses");
    assert_int_equal(list.count, SETTINGS_LISTENERS_MAX - 1);
}

static bool
held(const char *network, const char *address)
{
    struct settings_network parsed;
    struct prov_error err;
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    expect_ok(settings_parse_network(network, &parsed, &err), &err);
    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
        return settings_networks_hold(&parsed, 1, (const struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
    return settings_networks_hold(&parsed, 1, (const struct sockaddr *)&v6);
}

static void
networks_hold_their_addresses(void **state)
{
    (void)state;
    assert_true(held("192.0.2.0/24", "192.0.2.0"));
    assert_true(held("192.0.2.0/24", "192.0.2.255"));
    assert_false(held("192.0.2.0/24", "192.0.3.0"));
    assert_false(held("192.0.2.0/24", "192.0.1.255"));
    assert_true(held("192.0.2.0/24", "::ffff:192.0.2.9"));
    assert_false(held("192.0.2.0/24", "::192.0.2.9"));
    assert_true(held("192.0.2.128/25", "192.0.2.128"));
    assert_false(held("192.0.2.128/25", "192.0.2.127"));
    assert_true(held("192.0.2.2/31", "192.0.2.3"));
    assert_false(held("192.0.2.2/31", "192.0.2.4"));
    assert_true(held("192.0.2.0/23", "192.0.3.255"));
    assert_true(held("192.0.2.1", "192.0.2.1"));
    assert_false(held("192.0.2.1/32", "192.0.2.0"));
    assert_true(held("0.0.0.0/0", "203.0.113.9"));
    assert_false(held("0.0.0.0/0", "2001:db8::1"));
    assert_true(held("2001:db8::/32", "2001:db8:ffff::1"));
    assert_false(held("2001:db8::/32", "2001:db9::"));
    assert_true(held("2001:db8::/33", "2001:db8:7fff::"));
    assert_false(held("2001:db8::/33", "2001:db8:8000::"));
    assert_true(held("2001:db8::1/128", "2001:db8::1"));
    assert_false(held("2001:db8::1", "2001:db8::2"));
    assert_true(held("::/0", "2001:db8::1"));
    assert_true(held("::/0", "::"));
    assert_false(held("::/0", "192.0.2.1"));
    assert_true(held("::ffff:192.0.2.0/120", "192.0.2.77"));
    assert_true(held("::ffff:0:0/96", "192.0.2.77"));
}

static void
no_network_holds_nobody(void **state)
{
    (void)state;
    struct settings_network all;
    struct prov_error err;
    struct sockaddr local = {.sa_family = AF_UNIX};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    expect_ok(settings_parse_network("0.0.0.0/0", &all, &err), &err);
    assert_false(settings_networks_hold(&all, 1, &local));
    assert_false(settings_networks_hold(NULL, 0, (const struct sockaddr *)&v4));
    assert_true(settings_networks_hold(&all, 1, (const struct sockaddr *)&v4));
}

static void
wrong_networks_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "/",
                                        "/24",
                                        "192.0.2.0/",
                                        "192.0.2.0/33",
                                        "192.0.2.0/-1",
                                        "192.0.2.0/+8",
                                        "192.0.2.0/024",
                                        "192.0.2.0/8x",
                                        "192.0.2.0/ 8",
                                        "192.0.2.0/1000",
                                        "192.0.2/24",
                                        "192.0.2.0/255.255.255.0",
                                        "2001:db8::/129",
                                        "::/00",
                                        "[::1]",
                                        "host",
                                        "192.0.2.0/24/24",
                                        "fe80::1%lo",
                                        "192.0.2.0/24 ",
                                        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/0"};
    struct settings_network network;
    struct prov_error err;
    for (size_t i = 0; i < LENGTH(wrong); i++)
        expect_failure(settings_parse_network(wrong[i], &network, &err), PROV_E_ARGUMENT, &err,
                       "is no network; write 192.0.2.0/24, 2001:db8::/32 or one address");
    expect_failure(settings_parse_network("192.0.2.1/24", &network, &err), PROV_E_ARGUMENT, &err,
                   "'192.0.2.1/24' has bits set beyond its prefix; write 192.0.2.0/24 for the "
                   "network, or the address without a prefix");
    expect_failure(settings_parse_network("1.0.0.0/0", &network, &err), PROV_E_ARGUMENT, &err,
                   "write 0.0.0.0/0 for");
    expect_failure(settings_parse_network("2001:db8::1/33", &network, &err), PROV_E_ARGUMENT, &err,
                   "write 2001:db8::/33 for");
    expect_failure(settings_parse_network("::ffff:192.0.2.0/90", &network, &err), PROV_E_ARGUMENT,
                   &err, "has bits set beyond its prefix");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listeners_are_parsed),
        cmocka_unit_test(socket_addresses_are_filled),
        cmocka_unit_test(wrong_listeners_leave_the_list_alone),
        cmocka_unit_test(a_full_list_takes_no_half_of_two),
        cmocka_unit_test(networks_hold_their_addresses),
        cmocka_unit_test(no_network_holds_nobody),
        cmocka_unit_test(wrong_networks_are_refused),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
