/* SPDX-License-Identifier: MIT */
/* Which names are looked for in which folders. */
#include "tree/search.h"

#include "tests/unit/support.h"

#include <string.h>

static void
folders_are_below_the_tree(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted; /* NULL: refused */
    } cases[] = {
        {"firmware", "firmware"},
        {"firmware/", "firmware"},
        {"./firmware//7941", "firmware/7941"},
        {"firmware\\7941", "firmware/7941"},
        {"a..b", "a..b"},
        {"", NULL},
        {".", NULL},
        {"./", NULL},
        {"/", NULL},
        {"/firmware", NULL},
        {"..", NULL},
        {"firmware/../..", NULL},
        {".ladder", NULL},
        {"firmware/.old", NULL},
        {"a\nb", NULL},
    };
    char out[NAME_LEN_MAX + 1];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool taken = search_tidy_folder(cases[i].text, out);
        if (taken != (cases[i].wanted != NULL) || (taken && strcmp(out, cases[i].wanted) != 0))
            fail_msg("%s", cases[i].text);
    }
}

static void
lists_and_configurations_are_not_looked_for(void **state)
{
    (void)state;
    static const char *const never[] = {
        "SEP58971ECC97C1.cnf.xml",
        "sep58971ecc97c1.cnf.xml.sgn",
        "SEPDefault.cnf",
        "SEP.txt",
        "CTLFile.tlv",
        "ctlsep58971ecc97c1.tlv",
        "ITLFile.tlv",
        "itlfile.TLV",
        "CTL",
        "ITLx",
        "ext_ITLSEP58971ECC97C1.tlv",
        "any.tlv",
        "SIP58971ECC97C1.cnf",
        "sip58971ecc97c1.txt",
        "SIP58971ECC97C1",
        "SIPDefault.cnf",
        "sipdefault",
        "XMLDefault.cnf.xml",
        "xmldefault.xml",
        "XMLDEFAULT",
        "other.cnf",
        "other.CNF.xml",
        "other.cnf.xml.sgn",
        "other.cnf.xml.bak",
        "firmware/SIP42.loads",
        "",
    };
    static const char *const covered[] = {
        "SIP42.9-4-2SR3-1S.loads",
        "sip88xx.12-8-1-0001-455.loads",
        "SIP45.8-3-3S.loads.sgn",
        "SCCP42.9-4-2SR3-1S.loads",
        "jar42sip.9-4-2ES26.sbn",
        "term42.default.loads",
        "CP7940.raw",
        "Ringlist.xml",
        "Ringlist.xml.sgn",
        "dialplan.xml",
        "P0S3-8-12-00.loads",
        "OS79XX.TXT",
        "mk-sip.jar",
        "g3-tones.xml",
        "SIP5897.loads",
        "s",
        "cnf.xml",
        "a\\b",
    };
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (search_covers(never[i]))
            fail_msg("%s is looked for", never[i]);
    for (size_t i = 0; i < sizeof covered / sizeof covered[0]; i++)
        if (!search_covers(covered[i]))
            fail_msg("%s is not looked for", covered[i]);
}

static void
paths_have_a_limit(void **state)
{
    (void)state;
    char name[NAME_LEN_MAX + 1], out[NAME_LEN_MAX + 1];
    assert_true(search_path("firmware", "a", out));
    assert_string_equal(out, "firmware/a");
    memset(name, 'x', sizeof name);
    name[NAME_LEN_MAX - 2] = '\0';
    assert_true(search_path("f", name, out));
    assert_int_equal(strlen(out), NAME_LEN_MAX);
    assert_false(search_path("ff", name, out));
}

static void
a_bare_name_has_no_folder_in_any_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        bool target, bare;
    } cases[] = {
        {"a.xml", false, true},
        {"a..b", false, true},
        {"/a.xml", false, false},
        {"\\a.xml", false, false},
        {"./a.xml", false, false},
        {"a.xml/", false, false},
        {"f/a.xml", false, false},
        {"f\\a.xml", false, false},
        {"f/../a.xml", false, false},
        {"%2fa.xml", false, true},
        {"/a.xml", true, true},
        {"a.xml", true, true},
        {"/ a.xml", true, true},
        {"/a%2exml", true, true},
        {"/a.xml?locale=x/y", true, true},
        {"http://h/a.xml", true, true},
        {"//a.xml", true, false},
        {"/%2fa.xml", true, false},
        {"/%5ca.xml", true, false},
        {"/./a.xml", true, false},
        {"/%2e/a.xml", true, false},
        {"/f/a.xml", true, false},
        {"/f%2fa.xml", true, false},
        {"http://h/f/a.xml", true, false},
        {"/a%", true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (name_is_bare(cases[i].raw, strlen(cases[i].raw), cases[i].target) != cases[i].bare)
            fail_msg("%s", cases[i].raw);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_below_the_tree),
        cmocka_unit_test(lists_and_configurations_are_not_looked_for),
        cmocka_unit_test(paths_have_a_limit),
        cmocka_unit_test(a_bare_name_has_no_folder_in_any_spelling),
    };
    return cmocka_run_group_tests_name("search", tests, support_begin, support_end);
}
