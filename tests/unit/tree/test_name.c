/* SPDX-License-Identifier: MIT */
/* What names mean, and which cannot be. */
#include "tree/name.h"

#include "tests/unit/support.h"

#include <string.h>

#define MAC "58971ECC97C1"

static void
tidy_names(void **state)
{
    static const struct {
        const char *raw;
        bool target;
        const char *wanted; /* NULL: refused */
    } cases[] = {
        {"a.xml", false, "a.xml"},
        {"/a.xml", false, "a.xml"},
        {"/ a.xml", true, "a.xml"},
        {"//  a.xml", true, "a.xml"},
        {"/%20a.xml", true, "a.xml"},
        {" a.xml", false, " a.xml"},
        {"./a.xml", false, "a.xml"},
        {"a//b/./c", false, "a/b/c"},
        {"a\\b\\c", false, "a/b/c"},
        {"\\a", false, "a"},
        {"a/", false, "a"},
        {"", false, NULL},
        {"/", false, NULL},
        {".", false, NULL},
        {"..", false, NULL},
        {"a/../b", false, NULL},
        {"a\\..\\b", false, NULL},
        {"..a/b..", false, "..a/b.."},
        {"/%2e%2e/b", true, NULL},
        {"/a%2fb", true, "a/b"},
        {"/a%5Cb", true, "a/b"},
        {"/a%5c..%5cb", true, NULL},
        {"/a%00b", true, NULL},
        {"/a%0ab", true, NULL},
        {"/a%7fb", true, NULL},
        {"/a%b", true, NULL},
        {"/a%", true, NULL},
        {"/a%zz", true, NULL},
        {"/a%252e", true, "a%2e"},
        {"a%2e", false, "a%2e"},
        {"/a?b=../c", true, "a"},
        {"/a#b", true, "a"},
        {"a?b", false, "a?b"},
        {"http://host:6970/a.xml", true, "a.xml"},
        {"HTTPS://host/a/b", true, "a/b"},
        {"http://host", true, NULL},
        {"/http://host/a", true, "http:/host/a"},
        {"a\tb", false, NULL},
        {"\xc3\xa9.xml", false, "\xc3\xa9.xml"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[NAME_LEN_MAX + 1] = "unset";
        bool fit = name_tidy(cases[i].raw, strlen(cases[i].raw), cases[i].target, out);
        if (fit != (cases[i].wanted != NULL))
            print_error("%s: %s\n", cases[i].raw, fit ? "taken" : "refused");
        assert_int_equal(fit, cases[i].wanted != NULL);
        if (fit)
            assert_string_equal(out, cases[i].wanted);
    }
}

static void
bound_names(void **state)
{
    char raw[3 * (NAME_LEN_MAX + 1)], out[NAME_LEN_MAX + 1];
    (void)state;
    memset(raw, 'a', sizeof raw);
    assert_true(name_tidy(raw, NAME_LEN_MAX, false, out));
    assert_int_equal(strlen(out), NAME_LEN_MAX);
    assert_false(name_tidy(raw, NAME_LEN_MAX + 1, false, out));
    for (size_t i = 0; i < sizeof raw; i += 3)
        memcpy(raw + i, "%41", 3);
    assert_true(name_tidy(raw, 3 * NAME_LEN_MAX, true, out));
    assert_false(name_tidy(raw, 3 * (NAME_LEN_MAX + 1), true, out));
    assert_false(name_tidy("a\0b", 3, false, out));
}

static void
read_meanings(void **state)
{
    static const struct {
        const char *name;
        enum name_kind kind;
        bool names_phone, clear_on_https;
        const char *generic;
    } cases[] = {
        {"CTLSEP" MAC ".tlv", NAME_CTL, true, false, "CTLFile.tlv"},
        {"itlsep58971ecc97c1.TLV", NAME_ITL, true, false, "ITLFile.tlv"},
        {"ITLFile.tlv", NAME_ITL, false, false, NULL},
        {"xITLFile.tlv", NAME_OTHER, false, false, NULL},
        {"ctlfile.tlv", NAME_CTL, false, false, NULL},
        {"SEP" MAC ".cnf.xml", NAME_CONFIGURATION, true, true, NULL},
        {"sub/SEP" MAC ".cnf.xml.sgn", NAME_CONFIGURATION, true, true, NULL},
        {"SEP" MAC ".cnf.xml.enc.sgn", NAME_CONFIGURATION, true, false, NULL},
        {"SIP" MAC ".cnf", NAME_CONFIGURATION, true, false, NULL},
        {"ext_ITLSEP" MAC ".tlv", NAME_OTHER, true, false, NULL},
        {"XMLDefault.cnf.xml", NAME_CONFIGURATION, false, false, NULL},
        {"SIPDefault.cnf", NAME_CONFIGURATION, false, false, NULL},
        {"SEP" MAC ".xml", NAME_OTHER, false, false, NULL},
        {"SEP" MAC "0.cnf.xml", NAME_CONFIGURATION, false, false, NULL},
        {"RINGLIST.DAT", NAME_OTHER, false, false, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct name_meaning meaning;
        name_read(cases[i].name, &meaning);
        if (meaning.kind != cases[i].kind || meaning.names_phone != cases[i].names_phone)
            print_error("%s is misread\n", cases[i].name);
        assert_int_equal(meaning.kind, cases[i].kind);
        assert_int_equal(meaning.names_phone, cases[i].names_phone);
        assert_int_equal(meaning.clear_on_https, cases[i].clear_on_https);
        if (cases[i].generic == NULL)
            assert_null(meaning.generic);
        else
            assert_string_equal(meaning.generic, cases[i].generic);
        if (meaning.names_phone)
            assert_string_equal(meaning.phone.text, MAC);
    }
}

static void
deny_names(void **state)
{
    static const struct {
        const char *path;
        bool denied;
    } cases[] = {
        {"a.key", true},       {"sub/A.KEY", true},  {"a.pem", true},       {"sub/a.Pem", true},
        {".hidden", true},     {"sub/.a.xml", true}, {".git/config", true}, {"a/.b/c.xml", true},
        {"a.xml", false},      {"a.key.xml", false}, {"key", false},        {"pem/a.xml", false},
        {"a.b/c..xml", false},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        if (name_is_denied(cases[i].path) != cases[i].denied)
            print_error("%s\n", cases[i].path);
        assert_int_equal(name_is_denied(cases[i].path), cases[i].denied);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tidy_names),
        cmocka_unit_test(bound_names),
        cmocka_unit_test(read_meanings),
        cmocka_unit_test(deny_names),
    };
    return cmocka_run_group_tests_name("name", tests, support_begin, support_end);
}
