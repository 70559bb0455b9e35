/* SPDX-License-Identifier: MIT */
/* Who is answered, by networks. */
#include "server/access/access.h"
#include "tests/unit/support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static struct sockaddr_in
v4(const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
    return address;
}

static bool
allows(struct access_list *list, const char *text)
{
    struct sockaddr_in address = v4(text);
    return access_allows(list, (const struct sockaddr *)&address);
}

static struct settings_network
network_of(const char *text)
{
    struct settings_network network;
    struct prov_error err;
    expect_ok(settings_parse_network(text, &network, &err), &err);
    return network;
}

static void
a_new_list_allows_everybody(void **state)
{
    (void)state;
    struct access_list *list = access_new();
    assert_non_null(list);
    assert_true(allows(list, "203.0.113.1"));
    access_free(list);
    access_free(NULL);
}

static void
only_the_networks_of_a_list_are_allowed(void **state)
{
    (void)state;
    struct settings_network networks[] = {network_of("192.0.2.0/24"), network_of("2001:db8::/32")};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct access_list *list = access_new();
    access_set(list, networks, 2);
    memset(networks, 0, sizeof networks);
    assert_true(allows(list, "192.0.2.200"));
    assert_false(allows(list, "198.51.100.1"));
    assert_int_equal(inet_pton(AF_INET6, "2001:db8::5", &v6.sin6_addr), 1);
    assert_true(access_allows(list, (const struct sockaddr *)&v6));
    assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.5", &v6.sin6_addr), 1);
    assert_true(access_allows(list, (const struct sockaddr *)&v6));
    assert_int_equal(inet_pton(AF_INET6, "2001:db9::5", &v6.sin6_addr), 1);
    assert_false(access_allows(list, (const struct sockaddr *)&v6));
    access_set(list, NULL, 0);
    assert_true(allows(list, "198.51.100.1"));
    access_free(list);
}

struct asking {
    struct access_list *list;
    atomic_bool stop;
    atomic_ulong asked;
    atomic_bool wrong;
};

/* Both lists hold 192.0.2.1, neither holds 198.51.100.1. */
static void *
ask(void *context)
{
    struct asking *asking = context;
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr("192.0.2.1")};
    struct sockaddr_in out = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr("198.51.100.1")};
    while (!atomic_load(&asking->stop)) {
        if (!access_allows(asking->list, (const struct sockaddr *)&in) ||
            access_allows(asking->list, (const struct sockaddr *)&out))
            atomic_store(&asking->wrong, true);
        atomic_fetch_add(&asking->asked, 1);
    }
    return NULL;
}

static void
a_list_is_replaced_while_others_ask(void **state)
{
    (void)state;
    struct settings_network narrow[] = {network_of("192.0.2.1")};
    struct settings_network wide[] = {network_of("10.0.0.0/8"), network_of("192.0.2.0/24")};
    struct asking asking = {.list = access_new()};
    pthread_t threads[3];
    access_set(asking.list, narrow, 1);
    for (size_t i = 0; i < LENGTH(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &asking), 0);
    for (unsigned i = 0; i < 2000 || atomic_load(&asking.asked) < 2000; i++)
        access_set(asking.list, i % 2 == 0 ? wide : narrow, i % 2 == 0 ? 2 : 1);
    atomic_store(&asking.stop, true);
    for (size_t i = 0; i < LENGTH(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_false(atomic_load(&asking.wrong));
    access_free(asking.list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_list_allows_everybody),
        cmocka_unit_test(only_the_networks_of_a_list_are_allowed),
        cmocka_unit_test(a_list_is_replaced_while_others_ask),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
