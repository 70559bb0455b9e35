/* SPDX-License-Identifier: MIT */
/* Untrusted bytes made fit for a terminal. */
#include "tests/unit/support.h"

#include <string.h>

static void
shows(const char *in, size_t len, const char *expected)
{
    char out[256];
    assert_ptr_equal(prov_printable(in, len, out, sizeof out), out);
    assert_string_equal(out, expected);
}

static void
plain_text_stays(void **state)
{
    (void)state;
    shows("", 0, "");
    shows("CN=a;O=\\\"b", 10, "CN=a;O=\\\"b");
    shows("~ ", 2, "~ ");
}

static void
utf8_stays(void **state)
{
    (void)state;
    shows("Zo\xc3\xab", 4, "Zo\xc3\xab");
    shows("\xe2\x82\xac", 3, "\xe2\x82\xac");
    shows("\xf0\x9f\x93\x9e", 4, "\xf0\x9f\x93\x9e");
    shows("\xf4\x8f\xbf\xbf", 4, "\xf4\x8f\xbf\xbf");
    shows("\xc2\xa0", 2, "\xc2\xa0");
}

static void
controls_are_escaped(void **state)
{
    (void)state;
    shows("a\0b", 3, "a\\x00b");
    shows("\x1b[31m", 5, "\\x1b[31m");
    shows("\n\r\t\x7f", 4, "\\x0a\\x0d\\x09\\x7f");
    shows("\xc2\x85\xc2\x9f", 4, "\\xc2\\x85\\xc2\\x9f");
}

static void
broken_utf8_is_escaped(void **state)
{
    (void)state;
    shows("caf\xe9", 4, "caf\\xe9");
    shows("\xc3", 1, "\\xc3");
    shows("\xc3(", 2, "\\xc3(");
    shows("\xe2\x82", 2, "\\xe2\\x82");
    shows("\x80\xbf", 2, "\\x80\\xbf");
    shows("\xc0\xaf", 2, "\\xc0\\xaf");
    shows("\xe0\x80\xaf", 3, "\\xe0\\x80\\xaf");
    shows("\xf0\x80\x80\xaf", 4, "\\xf0\\x80\\x80\\xaf");
    shows("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");
    shows("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80");
    shows("\xf5\xff\xfe", 3, "\\xf5\\xff\\xfe");
}

static void
direction_marks_are_escaped(void **state)
{
    (void)state;
    shows("\xe2\x80\x8e", 3, "\\xe2\\x80\\x8e");
    shows("\xe2\x80\xae", 3, "\\xe2\\x80\\xae");
    shows("\xe2\x80\xa8", 3, "\\xe2\\x80\\xa8");
    shows("\xe2\x81\xa9", 3, "\\xe2\\x81\\xa9");
    shows("\xd8\x9c", 2, "\\xd8\\x9c");
    shows("\xe2\x80\xaf", 3, "\xe2\x80\xaf");
}

static void
long_text_is_cut(void **state)
{
    (void)state;
    char out[8];
    assert_string_equal(prov_printable("1234567", 7, out, sizeof out), "1234567");
    assert_string_equal(prov_printable("12345678", 8, out, sizeof out), "1234...");
    assert_string_equal(prov_printable("123\n", 4, out, sizeof out), "123\\x0a");
    assert_string_equal(prov_printable("1234\n", 5, out, sizeof out), "1234...");
    assert_string_equal(prov_printable("\n\n", 2, out, sizeof out), "\\x0a...");
    assert_string_equal(prov_printable("\xe2\x80\xae", 3, out, sizeof out), "...");
    assert_string_equal(prov_printable("123456", 6, out, 4), "...");
    assert_string_equal(prov_printable("123", 3, out, 4), "123");
}

static void
the_stated_size_is_enough(void **state)
{
    (void)state;
    uint8_t in[256];
    char out[PROV_PRINTABLE_SIZE(256)];
    memset(in, 0xff, sizeof in);
    prov_printable(in, sizeof in, out, sizeof out);
    assert_int_equal(strlen(out), 4 * 256);
}

static void
bytes_become_digits(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x09, 0xaf, 0xf0};
    char out[PROV_HEX_SIZE(sizeof bytes)];
    assert_ptr_equal(prov_hex(bytes, sizeof bytes, out, sizeof out), out);
    assert_string_equal(out, "0009aff0");
    assert_string_equal(prov_hex(NULL, 0, out, sizeof out), "");
    assert_string_equal(prov_hex(bytes, sizeof bytes, out, 8), "0009af");
    assert_string_equal(prov_hex(bytes, sizeof bytes, out, 7), "0009af");
    assert_string_equal(prov_hex(bytes, sizeof bytes, out, 1), "");
}

static void
digits_become_bytes(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x9a, 0xfF};
    static const char *const wrong[] = {"0",    "0g", "g0", "00 9a", " 009a",
                                        "0x9a", "@0", "`0", "00009a"};
    uint8_t out[3];
    size_t len = 9;
    assert_true(prov_hex_read("009AfF", out, sizeof out, &len));
    expect_same(bytes_of(out, len), bytes_of(bytes, sizeof bytes));
    assert_true(prov_hex_read("", out, sizeof out, &len));
    assert_int_equal(len, 0);
    for (size_t i = 0; i < LENGTH(wrong); i++)
        assert_false(prov_hex_read(wrong[i], out, 2, &len));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(utf8_stays),
        cmocka_unit_test(controls_are_escaped),
        cmocka_unit_test(broken_utf8_is_escaped),
        cmocka_unit_test(direction_marks_are_escaped),
        cmocka_unit_test(long_text_is_cut),
        cmocka_unit_test(the_stated_size_is_enough),
        cmocka_unit_test(bytes_become_digits),
        cmocka_unit_test(digits_become_bytes),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
