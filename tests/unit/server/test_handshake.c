/* SPDX-License-Identifier: MIT */
/* ClientHellos as the server reads them, and why handshakes fail. */
#include "server/http/handshake.h"
#include "tests/unit/support.h"

#include <string.h>

#define HELLO_MAX 512

struct message {
    uint8_t data[HELLO_MAX];
    size_t len;
};

static void
put(struct message *message, unsigned value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        message->data[message->len++] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

/* A hello with these suites, and, where `newest` is not 0, supported_versions. */
static struct message
hello_with(unsigned version, const unsigned *suites, size_t count, unsigned newest)
{
    struct message message = {.len = 0};
    put(&message, version, 2);
    message.len += 32; /* random */
    put(&message, 0, 1);
    put(&message, (unsigned)(2 * count), 2);
    for (size_t i = 0; i < count; i++)
        put(&message, suites[i], 2);
    put(&message, 0x0100, 2); /* no compression */
    if (newest == 0)
        return message;
    put(&message, 4 + 7 + 4, 2);
    put(&message, 0x00170000, 4); /* an extension that is skipped: extended_master_secret */
    put(&message, 0x002b0007, 4);
    put(&message, 6, 1);
    put(&message, 0x0a0a, 2); /* GREASE */
    put(&message, newest, 2);
    put(&message, 0x0303, 2);
    return message;
}

static struct hello
read_hello(const struct message *message)
{
    struct hello hello;
    hello_read(message->data, message->len, &hello);
    return hello;
}

static void
an_old_hello_is_read(void **state)
{
    (void)state;
    static const unsigned suites[] = {0x0035, 0x002f};
    struct message message = hello_with(0x0301, suites, 2, 0);
    struct hello hello = read_hello(&message);
    assert_true(hello.readable);
    assert_int_equal(hello.version, 0x0301);
    assert_int_equal(hello.suite_count, 2);
    assert_int_equal(hello.suites[0], 0x0035);
    assert_int_equal(hello.suites[1], 0x002f);
    assert_true(hello.offers_rsa_key_exchange);
    assert_false(hello.offers_ec);
    assert_false(hello.offers_rsa);
}

static void
supported_versions_say_more_than_the_version(void **state)
{
    (void)state;
    static const unsigned suites[] = {0x1301, 0xc02b, 0xc02f};
    struct message message = hello_with(0x0303, suites, 3, 0x0304);
    struct hello hello = read_hello(&message);
    assert_true(hello.readable);
    assert_int_equal(hello.version, 0x0304);
    assert_true(hello.offers_ec);
    assert_true(hello.offers_rsa);
    assert_false(hello.offers_rsa_key_exchange);
}

static void
more_suites_than_are_kept_are_counted(void **state)
{
    (void)state;
    unsigned suites[HELLO_SUITES_KEPT + 3];
    for (size_t i = 0; i < LENGTH(suites); i++)
        suites[i] = 0x5600;
    struct message message = hello_with(0x0303, suites, LENGTH(suites), 0);
    assert_int_equal(read_hello(&message).suite_count, LENGTH(suites));
}

/* Under the address sanitizer this shows that nothing is read beyond the end. */
static void
a_hello_that_is_cut_is_not_readable(void **state)
{
    (void)state;
    static const unsigned suites[] = {0x0035, 0x002f};
    struct message whole = hello_with(0x0301, suites, 2, 0);
    for (size_t len = 0; len < whole.len; len++) {
        uint8_t *part = keep(malloc(len + 1), free);
        struct hello hello;
        memcpy(part, whole.data, len);
        hello_read(part + (len == 0), len, &hello);
        assert_false(hello.readable);
    }
}

static const char *
explained(unsigned version, unsigned suite, const struct handshake_terms *terms, bool timed_out)
{
    static char text[512];
    struct message message = hello_with(version, &suite, 1, 0);
    struct handshake handshake = {.hello_seen = true, .hello = read_hello(&message)};
    handshake_explain(&handshake, terms, timed_out, text, sizeof text);
    return text;
}

static void
assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}

static void
each_failure_has_its_reason(void **state)
{
    (void)state;
    struct handshake_terms ec = {.oldest = 0x0303, .has_ec = true};
    struct handshake_terms both = {.oldest = 0x0303, .has_ec = true, .has_rsa = true};
    struct handshake_terms old = {.oldest = 0x0301, .has_rsa = true, .rsa_key_exchange = true};
    assert_says(explained(0x0301, 0x002f, &ec, false),
                "TLS 1.0 at most and 1 cipher suites (002f)");
    assert_says(explained(0x0301, 0x002f, &ec, false), "an `https` section");
    assert_says(explained(0x0303, 0x002f, &both, false), "RSA key exchange alone");
    assert_says(explained(0x0303, 0xc02f, &ec, false), "name an RSA certificate");
    assert_says(explained(0x0303, 0x5600, &both, false), "none of its cipher suites is served");
    assert_says(explained(0x0303, 0xc02b, &ec, false), "broke off");
    assert_says(explained(0x0303, 0xc02b, &ec, true), "stopped half-way");
    assert_says(explained(0x0300, 0x002f, &old, false), "SSL 3.0 at most");
    assert_says(explained(0x0301, 0x002f, &old, false), "broke off");
}

static void
without_a_hello_it_says_so(void **state)
{
    (void)state;
    char text[128];
    struct handshake nothing = {0};
    struct handshake garbage = {.hello_seen = true};
    struct handshake_terms terms = {.oldest = 0x0303, .has_ec = true};
    handshake_explain(&nothing, &terms, true, text, sizeof text);
    assert_says(text, "no TLS hello came in time");
    handshake_explain(&nothing, &terms, false, text, sizeof text);
    assert_says(text, "no TLS hello");
    handshake_explain(&garbage, &terms, false, text, sizeof text);
    assert_says(text, "cannot be read");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_old_hello_is_read),
        cmocka_unit_test(supported_versions_say_more_than_the_version),
        cmocka_unit_test(more_suites_than_are_kept_are_counted),
        cmocka_unit_test(a_hello_that_is_cut_is_not_readable),
        cmocka_unit_test(each_failure_has_its_reason),
        cmocka_unit_test(without_a_hello_it_says_so),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
