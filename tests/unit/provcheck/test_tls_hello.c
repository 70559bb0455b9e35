/* SPDX-License-Identifier: MIT */
/* The first flights of a handshake: what is sent byte for byte, what is read of the answer. */
#include "provcheck/tls/hello.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t zeros[TLS_RANDOM_LEN];

static struct tls_flight *
read_flight(const void *data, size_t len)
{
    struct tls_flight *flight = keep(calloc(1, sizeof *flight), free);
    tls_flight_read(data, len, flight);
    return flight;
}

#define READ(literal) read_flight(literal, sizeof(literal) - 1)

/* --- what is sent */

static void
an_old_hello_has_no_extensions(void **state)
{
    (void)state;
    static const uint16_t suites[] = {0x0035, 0x002f};
    static const uint8_t start[] = {22, 3, 1, 0, 47, 1, 0, 0, 43, 3, 1};
    static const uint8_t end[] = {0, 0, 4, 0, 0x35, 0, 0x2f, 1, 0};
    uint8_t hello[TLS_HELLO_MAX];
    const struct tls_offer offer = {.version = TLS_1_0, .suites = {suites, 2}, .bytes = zeros};
    assert_int_equal(tls_hello_build(&offer, hello), 52);
    assert_memory_equal(hello, start, sizeof start);
    assert_memory_equal(hello + 11, zeros, TLS_RANDOM_LEN);
    assert_memory_equal(hello + 43, end, sizeof end);
}

static void
ssl_3_begins_with_its_own_version(void **state)
{
    (void)state;
    static const uint16_t suites[] = {0x0035};
    uint8_t hello[TLS_HELLO_MAX];
    const struct tls_offer offer = {.version = TLS_SSL3, .suites = {suites, 1}, .bytes = zeros};
    assert_int_not_equal(tls_hello_build(&offer, hello), 0);
    assert_memory_equal(hello, "\x16\x03\x00", 3);
    assert_memory_equal(hello + 9, "\x03\x00", 2);
}

/* The extensions of a hello, by their numbers; their lengths add up. */
static size_t
extensions_of(const uint8_t *hello, size_t len, unsigned *kinds, size_t max)
{
    size_t count = 0, at = 43;
    at += 1 + (size_t)hello[at];                        /* session */
    at += 2 + (size_t)(hello[at] << 8 | hello[at + 1]); /* suites */
    at += 1 + (size_t)hello[at];                        /* compression */
    assert_int_equal(at + 2 + (size_t)(hello[at] << 8 | hello[at + 1]), len);
    for (at += 2; at + 4 <= len && count < max; count++) {
        kinds[count] = (unsigned)(hello[at] << 8 | hello[at + 1]);
        at += 4 + (size_t)(hello[at + 2] << 8 | hello[at + 3]);
    }
    assert_int_equal(at, len);
    return count;
}

static void
newer_hellos_say_more(void **state)
{
    (void)state;
    static const unsigned wanted[] = {0, 10, 11, 13, 43, 51};
    uint16_t numbers[TLS_SUITES_MAX];
    uint8_t hello[TLS_HELLO_MAX];
    unsigned kinds[8];
    struct tls_offer offer = {.version = TLS_1_1,
                              .suites = tls_all_suites(numbers),
                              .extensions = true,
                              .name = "pbx.voice.example",
                              .bytes = zeros};
    size_t counts[] = {3, 4, 6};
    for (size_t i = 0; i < LENGTH(counts); i++, offer.version++) {
        size_t len = tls_hello_build(&offer, hello);
        assert_int_equal(extensions_of(hello, len, kinds, LENGTH(kinds)), counts[i]);
        assert_memory_equal(kinds, wanted, counts[i] * sizeof *kinds);
        assert_int_equal(hello[10], i == 0 ? 2 : 3);
        assert_non_null(memmem(hello, len, "\x00\x11pbx.voice.example", 19));
    }
}

static void
a_hello_that_does_not_fit_is_not_sent(void **state)
{
    (void)state;
    static const uint16_t suites[TLS_SUITES_MAX + 1];
    char name[TLS_SNI_MAX + 2];
    uint8_t hello[TLS_HELLO_MAX];
    memset(name, 'a', sizeof name);
    name[TLS_SNI_MAX + 1] = '\0';
    struct tls_offer offer = {.version = TLS_1_3,
                              .suites = {suites, TLS_SUITES_MAX},
                              .extensions = true,
                              .name = name,
                              .bytes = zeros};
    assert_int_equal(tls_hello_build(&offer, hello), 0);
    offer.name = name + 1;
    assert_int_not_equal(tls_hello_build(&offer, hello), 0);
    offer.suites.count++;
    assert_int_equal(tls_hello_build(&offer, hello), 0);
}

/* --- what is read */

#define RANDOM "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr"
#define HELLO "\x02\x00\x00\x26\x03\x01" RANDOM "\x00\x00\x35\x00"
#define HELLO_RECORD "\x16\x03\x01\x00\x2a" HELLO
#define DONE_RECORD "\x16\x03\x01\x00\x04\x0e\x00\x00\x00"

static void
a_flight_without_certificates(void **state)
{
    (void)state;
    const struct tls_flight *flight = READ(HELLO_RECORD DONE_RECORD);
    assert_int_equal(flight->answer, TLS_AGREED);
    assert_int_equal(flight->version, TLS_1_0);
    assert_int_equal(flight->suite, 0x0035);
    assert_int_equal(flight->certificate_count, 0);
    assert_false(flight->asks_certificate);
}

static void
certificates_and_a_request(void **state)
{
    (void)state;
    const struct tls_flight *flight =
        READ(HELLO_RECORD "\x16\x03\x01\x00\x16"
                          "\x0b\x00\x00\x0e\x00\x00\x0b\x00\x00\x03"
                          "abc\x00\x00\x02xy\x0d\x00\x00\x00" DONE_RECORD);
    assert_int_equal(flight->answer, TLS_AGREED);
    assert_true(flight->asks_certificate);
    assert_int_equal(flight->certificate_count, 2);
    expect_same(flight->certificates[0], span_of("abc"));
    expect_same(flight->certificates[1], span_of("xy"));
}

/* Byte for byte, as slow servers send. */
static void
an_answer_may_come_in_pieces(void **state)
{
    (void)state;
    static const char answer[] = HELLO_RECORD DONE_RECORD;
    struct tls_flight *flight = keep(calloc(1, sizeof *flight), free);
    for (size_t len = 0; len < sizeof answer - 1; len++) {
        tls_flight_read((const uint8_t *)answer, len, flight);
        assert_int_equal(flight->answer, TLS_MORE);
    }
    tls_flight_read((const uint8_t *)answer, sizeof answer - 1, flight);
    assert_int_equal(flight->answer, TLS_AGREED);
}

static void
messages_may_span_records(void **state)
{
    (void)state;
    char answer[512];
    size_t len = 0;
    for (size_t i = 0; i < sizeof HELLO - 1; i++) {
        memcpy(answer + len, "\x16\x03\x01\x00\x01", 5);
        answer[len + 5] = HELLO[i];
        len += 6;
    }
    assert_int_equal(read_flight(answer, len)->version, TLS_1_0);
    memcpy(answer + len, DONE_RECORD, sizeof DONE_RECORD - 1);
    len += sizeof DONE_RECORD - 1;
    assert_int_equal(read_flight(answer, len)->answer, TLS_AGREED);
}

static void
tls_1_3_hides_behind_an_extension(void **state)
{
    (void)state;
    const struct tls_flight *flight =
        READ("\x16\x03\x03\x00\x32\x02\x00\x00\x2e\x03\x03" RANDOM
             "\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04\x14\x03\x03\x00\x01\x01");
    assert_int_equal(flight->answer, TLS_AGREED);
    assert_int_equal(flight->version, TLS_1_3);
    assert_int_equal(flight->suite, 0x1301);
}

static void
alerts(void **state)
{
    (void)state;
    const struct tls_flight *flight = READ("\x15\x03\x01\x00\x02\x02\x46");
    assert_int_equal(flight->answer, TLS_ALERT);
    assert_string_equal(tls_alert_text(flight->alert), "protocol version");
    assert_int_equal(READ("\x15\x03\x01\x00\x02\x01\x00")->answer, TLS_ALERT);
    flight = READ("\x15\x03\x01\x00\x02\x01\x70" HELLO_RECORD DONE_RECORD);
    assert_int_equal(flight->answer, TLS_AGREED);
    assert_string_equal(tls_alert_text(200), "an alert that nobody knows");
}

static void
what_is_no_tls(void **state)
{
    (void)state;
    assert_int_equal(READ("HTTP/1.1 400 Bad Request\r\n")->answer, TLS_PLAIN);
    assert_int_equal(READ("\x16\x04")->answer, TLS_PLAIN);
    assert_int_equal(READ("\x16")->answer, TLS_MORE);
    assert_int_equal(READ("")->answer, TLS_MORE);
}

static void
answers_against_the_rules(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        size_t len;
        const char *problem;
    } cases[] = {
#define CASE(answer, problem) {answer, sizeof(answer) - 1, problem}
        CASE("\x16\x03\x01\xff\xff", "longer than records may be"),
        CASE(HELLO_RECORD "x", "records are malformed"),
        CASE(DONE_RECORD, "wrong order"),
        CASE(HELLO_RECORD HELLO_RECORD, "wrong order"),
        CASE("\x15\x03\x01\x00\x01\x02", "alert is cut short"),
        CASE("\x16\x03\x01\x00\x05\x02\x00\x00\x01\x03", "ServerHello is cut short"),
        CASE("\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x09" RANDOM "\x00\x00\x35\x00",
             "does not exist"),
        CASE("\x16\x03\x01\x00\x2b\x02\x00\x00\x27\x03\x01" RANDOM "\x21\x00\x35\x00\x00",
             "ServerHello is cut short"),
        CASE("\x16\x03\x01\x00\x2e\x02\x00\x00\x2a\x03\x01" RANDOM "\x00\x00\x35\x00\x00\x09zz",
             "extensions"),
        CASE("\x16\x03\x01\x00\x2e\x02\x00\x00\x2a\x03\x01" RANDOM "\x00\x00\x35\x00\x00\x01z\x00",
             "extensions"),
        CASE("\x16\x03\x01\x00\x31\x02\x00\x00\x2d\x03\x01" RANDOM
             "\x00\x00\x35\x00\x00\x05\x00\x2b\x00\x01\x03",
             "extensions"),
        CASE(HELLO_RECORD "\x16\x03\x01\x00\x06\x0b\x00\x00\x02\x00\x00", "list of certificates"),
        CASE(HELLO_RECORD "\x16\x03\x01\x00\x08\x0b\x00\x00\x04\x00\x00\x00x",
             "list of certificates"),
        CASE(HELLO_RECORD "\x16\x03\x01\x00\x0b\x0b\x00\x00\x07\x00\x00\x04\x00\x00\x02x",
             "certificate is cut short"),
        CASE(HELLO_RECORD "\x16\x03\x01\x00\x04\x14\x00\x00\x00", "does not belong there"),
#undef CASE
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct tls_flight *flight = read_flight(cases[i].answer, cases[i].len);
        assert_int_equal(flight->answer, TLS_BROKEN);
        assert_non_null(strstr(flight->problem, cases[i].problem));
    }
}

static void
certificates_twice(void **state)
{
    (void)state;
    assert_string_equal(READ(HELLO_RECORD "\x16\x03\x01\x00\x16"
                                          "\x0b\x00\x00\x07\x00\x00\x04\x00\x00\x01x"
                                          "\x0b\x00\x00\x07\x00\x00\x04\x00\x00\x01x")
                            ->problem,
                        "it sends its certificates twice");
}

static void
certificates_beyond_any_chain_are_counted(void **state)
{
    (void)state;
    uint8_t answer[sizeof HELLO_RECORD + 12 + 3 * (TLS_CERTIFICATES_MAX + 1)] = HELLO_RECORD;
    size_t list = 3 * (TLS_CERTIFICATES_MAX + 1), len = sizeof HELLO_RECORD - 1;
    const uint8_t start[] = {
        22, 3, 1, 0, (uint8_t)(list + 7), 11, 0, 0, (uint8_t)(list + 3), 0, 0, (uint8_t)list};
    memcpy(answer + len, start, sizeof start);
    len += sizeof start + list;
    const struct tls_flight *flight = read_flight(answer, len);
    assert_null(flight->problem);
    assert_int_equal(flight->certificate_count, TLS_CERTIFICATES_MAX);
    assert_int_equal(flight->certificates_passed_over, 1);
}

static void
an_answer_without_an_end(void **state)
{
    (void)state;
    enum { BODY = 16384, RECORD = 5 + BODY, COUNT = TLS_FLIGHT_MAX / BODY + 1 };
    uint8_t *answer = keep(calloc(COUNT, RECORD), free); /* hello requests, of no length */
    for (size_t i = 0; i < COUNT; i++)
        memcpy(answer + i * RECORD, "\x16\x03\x01\x40\x00", 5);
    assert_string_equal(read_flight(answer, (size_t)COUNT * RECORD)->problem,
                        "its answer has no end");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_old_hello_has_no_extensions),
        cmocka_unit_test(ssl_3_begins_with_its_own_version),
        cmocka_unit_test(newer_hellos_say_more),
        cmocka_unit_test(a_hello_that_does_not_fit_is_not_sent),
        cmocka_unit_test(a_flight_without_certificates),
        cmocka_unit_test(certificates_and_a_request),
        cmocka_unit_test(an_answer_may_come_in_pieces),
        cmocka_unit_test(messages_may_span_records),
        cmocka_unit_test(tls_1_3_hides_behind_an_extension),
        cmocka_unit_test(alerts),
        cmocka_unit_test(what_is_no_tls),
        cmocka_unit_test(answers_against_the_rules),
        cmocka_unit_test(certificates_twice),
        cmocka_unit_test(certificates_beyond_any_chain_are_counted),
        cmocka_unit_test(an_answer_without_an_end),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
