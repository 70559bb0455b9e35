/* SPDX-License-Identifier: MIT */
/* TFTP packets and the options that both sides agree on. */
#include "server/tftp/negotiate.h"
#include "server/tftp/packet.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#define PACKET(literal) (literal), sizeof(literal) - 1

/* Parses a copy without a byte to spare, so that a sanitizer sees reading beyond it. What it points
 * to is kept until the end. */
static enum tftp_verdict
parse(const char *packet, size_t len, struct tftp_request *request)
{
    uint8_t *copy = keep(malloc(len > 0 ? len : 1), free);
    assert_non_null(copy);
    memcpy(copy, packet, len);
    return tftp_parse_request(copy, len, request);
}

static void
expect_verdict(enum tftp_verdict verdict, const char *packet, size_t len)
{
    struct tftp_request request;
    assert_int_equal(parse(packet, len, &request), verdict);
    assert_non_null(request.name);
}

static struct tftp_request
read_request(const char *packet, size_t len)
{
    struct tftp_request request;
    assert_int_equal(parse(packet, len, &request), TFTP_READ);
    return request;
}

static void
requests_are_read(void **state)
{
    (void)state;
    struct tftp_request request = read_request(PACKET("\0\1SEP.cnf.xml\0octet\0"));
    assert_string_equal(request.name, "SEP.cnf.xml");
    assert_int_equal(request.name_len, 11);
    assert_int_equal(request.mode, TFTP_OCTET);
    assert_int_equal(request.option_count, 0);
    request = read_request(PACKET("\0\1\0NetASCII\0"));
    assert_int_equal(request.name_len, 0);
    assert_int_equal(request.mode, TFTP_NETASCII);
    assert_int_equal(read_request(PACKET("\0\1a\0OCTET\0")).mode, TFTP_OCTET);
}

static void
other_packets_are_told_apart(void **state)
{
    (void)state;
    expect_verdict(TFTP_WRITE, PACKET("\0\2a\0octet\0"));
    expect_verdict(TFTP_WRITE, PACKET("\0\2a\0mail\0"));
    expect_verdict(TFTP_MALFORMED, PACKET("\0\2a\0nonsense\0"));
    expect_verdict(TFTP_MALFORMED, PACKET("\0\2a\0octet"));
    expect_verdict(TFTP_ILLEGAL, PACKET("\0\1a\0mail\0"));
    expect_verdict(TFTP_ILLEGAL, PACKET("\0\1a\0octe\0"));
    expect_verdict(TFTP_ILLEGAL, PACKET("\0\1a\0\0"));
    expect_verdict(TFTP_ILLEGAL, PACKET("\0\1a\0octet\0blksize\0001024"));
    expect_verdict(TFTP_MALFORMED, PACKET("\0\0a\0octet\0"));
    expect_verdict(TFTP_MALFORMED, PACKET("\0\3\0\1data"));
    expect_verdict(TFTP_MALFORMED, PACKET("\0\4\0\1"));
    expect_verdict(TFTP_MALFORMED, PACKET("\0\5\0\1no\0"));
    expect_verdict(TFTP_MALFORMED, PACKET("\0\6tsize\0001\0"));
    expect_verdict(TFTP_MALFORMED, PACKET("\1\1a\0octet\0"));
    expect_verdict(TFTP_MALFORMED, PACKET(""));
    expect_verdict(TFTP_MALFORMED, PACKET("\0"));
}

static void
every_truncation_is_judged(void **state)
{
    (void)state;
    static const char packet[] = "\0\1name\0octet\0blksize\0001428\0tsize\0000";
    static const size_t complete[] = {13, 21, 26, 32, 34};
    size_t next = 0;
    for (size_t len = 0; len <= sizeof packet; len++) {
        struct tftp_request request;
        enum tftp_verdict expected = len < 2 ? TFTP_MALFORMED : TFTP_ILLEGAL;
        if (next < LENGTH(complete) && len == complete[next]) {
            expected = TFTP_READ;
            next++;
        }
        assert_int_equal(parse(packet, len, &request), expected);
        assert_string_equal(request.name, len >= 7 ? "name" : "");
    }
    assert_int_equal(next, LENGTH(complete));
}

static void
requests_are_512_bytes_at_most(void **state)
{
    (void)state;
    char packet[514] = "\0\1";
    memset(packet + 2, 'a', sizeof packet - 2);
    memcpy(packet + 512 - 7, "\0octet", 7);
    expect_verdict(TFTP_READ, packet, 512);
    memcpy(packet + 512 - 7, "aaaaaaa", 7);
    memcpy(packet + 513 - 7, "\0octet", 7);
    expect_verdict(TFTP_MALFORMED, packet, 513);
}

static void
options_are_read(void **state)
{
    (void)state;
    struct tftp_request request = read_request(
        PACKET("\0\1a\0octet\0TSize\0000\0multicast\0\0WINDOWSIZE\00016\0blksize\0001428\0"
               "timeout\0003\0"));
    static const struct {
        enum tftp_option option;
        const char *spelling;
        uint64_t value;
    } expected[] = {{TFTP_TSIZE, "TSize", 0},
                    {TFTP_WINDOWSIZE, "WINDOWSIZE", 16},
                    {TFTP_BLKSIZE, "blksize", 1428},
                    {TFTP_TIMEOUT, "timeout", 3}};
    assert_int_equal(request.option_count, LENGTH(expected));
    for (size_t i = 0; i < LENGTH(expected); i++) {
        assert_int_equal(request.options[i].option, expected[i].option);
        assert_string_equal(request.options[i].spelling, expected[i].spelling);
        assert_int_equal(request.options[i].value, expected[i].value);
        assert_true(tftp_asked_for(&request, expected[i].option));
    }
}

static void
the_first_of_an_option_counts(void **state)
{
    (void)state;
    struct tftp_request request =
        read_request(PACKET("\0\1a\0octet\0blksize\000600\0BLKSIZE\000700\0"));
    assert_int_equal(request.option_count, 1);
    assert_int_equal(request.options[0].value, 600);
    request = read_request(PACKET("\0\1a\0octet\0blksize\0abc\0blksize\000700\0"));
    assert_int_equal(request.option_count, 0);
}

static void
numbers_are_decimal(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "0x10",
                                      "1e3",
                                      "abc",
                                      "12a",
                                      "18446744073709551616",
                                      "1.0",
                                      "\xb9",
                                      "99999999999999999999999"};
    for (size_t i = 0; i < LENGTH(bad); i++) {
        char packet[64] = "\0\1a\0octet\0blksize";
        size_t len = 18;
        memcpy(packet + len, bad[i], strlen(bad[i]) + 1);
        assert_int_equal(read_request(packet, len + strlen(bad[i]) + 1).option_count, 0);
    }
    struct tftp_request request =
        read_request(PACKET("\0\1a\0octet\0blksize\00018446744073709551615\0tsize\0007\0"));
    assert_int_equal(request.options[0].value, UINT64_MAX);
    assert_int_equal(request.options[1].value, 7);
}

static void
odd_ends_are_left_out(void **state)
{
    (void)state;
    assert_int_equal(read_request(PACKET("\0\1a\0octet\0\0\0\0")).option_count, 0);
    assert_int_equal(read_request(PACKET("\0\1a\0octet\0blksize\0")).option_count, 0);
    assert_int_equal(read_request(PACKET("\0\1a\0octet\0tsize\0000\0blksize\0")).option_count, 1);
}

static void
replies_are_read(void **state)
{
    (void)state;
    uint16_t block = 0;
    static const uint8_t ack[] = {0, 4, 0xfe, 0xdc};
    assert_int_equal(tftp_parse_reply(ack, sizeof ack, &block), TFTP_REPLY_ACK);
    assert_int_equal(block, 0xfedc);
    for (size_t len = 0; len < sizeof ack; len++)
        assert_int_equal(tftp_parse_reply(ack, len, &block), TFTP_REPLY_OTHER);
    static const uint8_t error[] = {0, 5, 0, 8};
    assert_int_equal(tftp_parse_reply(error, sizeof error, &block), TFTP_REPLY_ERROR);
    static const uint8_t data[] = {0, 3, 0, 1};
    assert_int_equal(tftp_parse_reply(data, sizeof data, &block), TFTP_REPLY_OTHER);
}

static void
answers_are_written(void **state)
{
    (void)state;
    uint8_t packet[TFTP_ERROR_MAX];
    tftp_put_data_header(packet, 0x1234);
    assert_memory_equal(packet, "\0\3\x12\x34", 4);
    size_t len = tftp_put_error(packet, TFTP_ERROR_NOT_FOUND, "File not found");
    expect_same(bytes_of(packet, len), bytes_of("\0\5\0\1File not found", 19));
    char text[200];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(tftp_put_error(packet, TFTP_ERROR_ILLEGAL, text), TFTP_ERROR_MAX);
    assert_int_equal(packet[TFTP_ERROR_MAX - 1], '\0');
}

/* --- negotiation */

static const struct tftp_limits usual = {.blksize = 1428, .windowsize = 16, .size = 9000};

static struct tftp_terms
negotiate(const char *options, size_t len, const struct tftp_limits *limits)
{
    char packet[TFTP_REQUEST_MAX] = "\0\1a\0octet";
    memcpy(packet + 10, options, len);
    struct tftp_request request = read_request(packet, 10 + len);
    struct tftp_terms terms;
    tftp_negotiate(&request, limits, &terms);
    return terms;
}

#define NEGOTIATE(literal) negotiate(literal, sizeof(literal) - 1, &usual)

static void
expect_oack(const char *oack, size_t len, struct tftp_terms terms)
{
    expect_same(bytes_of(terms.oack, terms.oack_len), bytes_of(oack, len));
}

static void
nothing_asked_nothing_negotiated(void **state)
{
    (void)state;
    struct tftp_terms terms = NEGOTIATE("");
    assert_int_equal(terms.oack_len, 0);
    assert_int_equal(terms.blksize, 512);
    assert_int_equal(terms.windowsize, 1);
    assert_int_equal(terms.timeout, 0);
    assert_int_equal(NEGOTIATE("multicast\0\0x\0001\0").oack_len, 0);
}

static void
block_sizes_are_capped_or_left_out(void **state)
{
    (void)state;
    expect_oack(PACKET("\0\6blksize\0008\0"), NEGOTIATE("blksize\0008\0"));
    expect_oack(PACKET("\0\6BlkSize\0001024\0"), NEGOTIATE("BlkSize\0001024\0"));
    expect_oack(PACKET("\0\6blksize\0001428\0"), NEGOTIATE("blksize\00065464\0"));
    expect_oack(PACKET("\0\6blksize\0001428\0"), NEGOTIATE("blksize\00065465\0"));
    expect_oack(PACKET(""), NEGOTIATE("blksize\0007\0"));
    expect_oack(PACKET(""), NEGOTIATE("blksize\0000\0"));
    expect_oack(PACKET(""), NEGOTIATE("blksize\0abc\0"));
    assert_int_equal(NEGOTIATE("blksize\0007\0").blksize, 512);
    struct tftp_limits wide = {.blksize = 100000, .windowsize = 1};
    assert_int_equal(negotiate(PACKET("blksize\00070000\0"), &wide).blksize, 65464);
    struct tftp_limits narrow = {.blksize = 7, .windowsize = 1};
    expect_oack(PACKET(""), negotiate(PACKET("blksize\0001428\0"), &narrow));
}

static void
timeouts_are_taken_or_left_out(void **state)
{
    (void)state;
    expect_oack(PACKET("\0\6timeout\0001\0"), NEGOTIATE("timeout\0001\0"));
    expect_oack(PACKET("\0\6timeout\000255\0"), NEGOTIATE("timeout\000255\0"));
    assert_int_equal(NEGOTIATE("timeout\000255\0").timeout, 255);
    expect_oack(PACKET(""), NEGOTIATE("timeout\0000\0"));
    expect_oack(PACKET(""), NEGOTIATE("timeout\000256\0"));
    expect_oack(PACKET(""), NEGOTIATE("timeout\000513\0"));
    assert_int_equal(NEGOTIATE("timeout\000513\0").timeout, 0);
}

static void
windows_are_capped(void **state)
{
    (void)state;
    expect_oack(PACKET("\0\6windowsize\0004\0"), NEGOTIATE("windowsize\0004\0"));
    expect_oack(PACKET("\0\6windowsize\00016\0"), NEGOTIATE("windowsize\00065535\0"));
    expect_oack(PACKET(""), NEGOTIATE("windowsize\0000\0"));
    assert_int_equal(NEGOTIATE("windowsize\0000\0").windowsize, 1);
    struct tftp_limits wide = {.blksize = 65464, .windowsize = 65535};
    struct tftp_terms terms = negotiate(PACKET("windowsize\00065535\0blksize\00065464\0"), &wide);
    assert_int_equal(terms.windowsize, 2);
    assert_int_equal(terms.blksize, 65464);
    terms = negotiate(PACKET("blksize\0008\0windowsize\00065535\0"), &wide);
    assert_true(terms.windowsize < 32768); /* else numbers on the wire would be ambiguous */
}

static void
sizes_are_told_in_octet_mode(void **state)
{
    (void)state;
    expect_oack(PACKET("\0\6tsize\0009000\0"), NEGOTIATE("tsize\0000\0"));
    expect_oack(PACKET("\0\6tsize\0009000\0"), NEGOTIATE("tsize\00012345\0"));
    struct tftp_limits huge = {.blksize = 512, .windowsize = 1, .size = UINT64_MAX};
    expect_oack(PACKET("\0\6tsize\00018446744073709551615\0"),
                negotiate(PACKET("tsize\0000\0"), &huge));
    struct tftp_limits empty = {.blksize = 512, .windowsize = 1, .size = 0};
    expect_oack(PACKET(""), negotiate(PACKET("tsize\0000\0"), &empty));
    struct tftp_request request = read_request(PACKET("\0\1a\0netascii\0tsize\0000\0"));
    struct tftp_terms terms;
    tftp_negotiate(&request, &usual, &terms);
    assert_int_equal(terms.oack_len, 0);
}

static void
all_options_fit_into_one_oack(void **state)
{
    (void)state;
    struct tftp_limits huge = {.blksize = 65464, .windowsize = 65535, .size = UINT64_MAX};
    expect_oack(
        PACKET("\0\6tsize\00018446744073709551615\0windowsize\0002\0timeout\000255\0"
               "blksize\00065464\0"),
        negotiate(PACKET("tsize\0000\0windowsize\00099999\0timeout\000255\0blksize\00065464\0"),
                  &huge));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_read),
        cmocka_unit_test(other_packets_are_told_apart),
        cmocka_unit_test(every_truncation_is_judged),
        cmocka_unit_test(requests_are_512_bytes_at_most),
        cmocka_unit_test(options_are_read),
        cmocka_unit_test(the_first_of_an_option_counts),
        cmocka_unit_test(numbers_are_decimal),
        cmocka_unit_test(odd_ends_are_left_out),
        cmocka_unit_test(replies_are_read),
        cmocka_unit_test(answers_are_written),
        cmocka_unit_test(nothing_asked_nothing_negotiated),
        cmocka_unit_test(block_sizes_are_capped_or_left_out),
        cmocka_unit_test(timeouts_are_taken_or_left_out),
        cmocka_unit_test(windows_are_capped),
        cmocka_unit_test(sizes_are_told_in_octet_mode),
        cmocka_unit_test(all_options_fit_into_one_oack),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
