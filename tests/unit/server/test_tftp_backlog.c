/* SPDX-License-Identifier: MIT */
/* Whose request is served next. */
#include "server/tftp/backlog.h"
#include "tests/unit/support.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define PHONE 0xffff

static void
put(struct tftp_backlog *backlog, uint32_t sender, const char *text)
{
    struct tftp_arrival arrival = {.packet = (const uint8_t *)text, .len = strlen(text)};
    arrival.key.peer.v4.sin_family = AF_INET;
    arrival.key.peer.v4.sin_addr.s_addr = htonl(0x0a000000 + sender);
    arrival.key.peer.v4.sin_port = (in_port_t)rand(); /* ports do not count */
    tftp_backlog_put(backlog, &arrival);
}

static const char *
take(struct tftp_backlog *backlog)
{
    struct tftp_arrival arrival;
    if (!tftp_backlog_take(backlog, &arrival))
        return "nothing";
    return text_of("%u %.*s", ntohl(arrival.key.peer.v4.sin_addr.s_addr) & 0xffff, (int)arrival.len,
                   (const char *)arrival.packet);
}

static void
requests_of_one_address_keep_their_order(void **state)
{
    (void)state;
    struct tftp_backlog *backlog = tftp_backlog_new();
    assert_true(tftp_backlog_empty(backlog));
    for (unsigned i = 0; i < 1000; i++)
        put(backlog, 1, text_of("%u", i));
    assert_false(tftp_backlog_empty(backlog));
    for (unsigned i = 0; i < 1000; i++)
        assert_string_equal(take(backlog), text_of("1 %u", i));
    assert_string_equal(take(backlog), "nothing");
    assert_true(tftp_backlog_empty(backlog));
    tftp_backlog_free(backlog);
}

static void
whoever_had_nothing_waiting_comes_first(void **state)
{
    (void)state;
    struct tftp_backlog *backlog = tftp_backlog_new();
    put(backlog, 1, "a");
    put(backlog, 1, "b");
    put(backlog, 1, "c");
    put(backlog, 2, "d");
    put(backlog, 2, "e");
    assert_string_equal(take(backlog), "1 a");
    put(backlog, 3, "f");
    assert_string_equal(take(backlog), "2 d");
    assert_string_equal(take(backlog), "3 f");
    assert_string_equal(take(backlog), "1 b");
    put(backlog, 3, "g");
    assert_string_equal(take(backlog), "3 g");
    assert_string_equal(take(backlog), "2 e");
    assert_string_equal(take(backlog), "1 c");
    assert_string_equal(take(backlog), "nothing");
    tftp_backlog_free(backlog);
}

/* Far more than fits, from 2,000 addresses: a phone's request is not dropped, and waits for one of
 * each address at most. */
static void
a_flood_stops_no_phone(void **state)
{
    (void)state;
    struct tftp_backlog *backlog = tftp_backlog_new();
    for (unsigned i = 0; i < 30000; i++)
        put(backlog, i % 2000, "flood");
    for (unsigned round = 0; round < 100; round++) {
        put(backlog, PHONE, "phone");
        for (unsigned i = 0; i < 4000; i++)
            put(backlog, i % 2000, "flood");
        unsigned before = 0;
        while (strcmp(take(backlog), text_of("%u phone", PHONE)) != 0)
            before++;
        assert_true(before <= 2000);
    }
    unsigned left = 0;
    while (!tftp_backlog_empty(backlog)) {
        take(backlog);
        left++;
    }
    assert_true(left > 4000 && left <= 8192);
    tftp_backlog_free(backlog);
}

/* Each address once, more of them than there is room for. */
static void
many_addresses_fill_it_and_leave_it(void **state)
{
    (void)state;
    struct tftp_backlog *backlog = tftp_backlog_new();
    for (unsigned i = 0; i < 20000; i++)
        put(backlog, i, "once");
    for (unsigned i = 20000 - 8192; i < 20000; i++)
        assert_string_equal(take(backlog), text_of("%u once", i));
    assert_string_equal(take(backlog), "nothing");
    tftp_backlog_free(backlog);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_of_one_address_keep_their_order),
        cmocka_unit_test(whoever_had_nothing_waiting_comes_first),
        cmocka_unit_test(a_flood_stops_no_phone),
        cmocka_unit_test(many_addresses_fill_it_and_leave_it),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
