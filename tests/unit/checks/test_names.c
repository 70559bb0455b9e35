/* SPDX-License-Identifier: MIT */
/* Names that phones ask for, names that only look like it, and names of other things. */
#include "checks/names.h"
#include "checks/parsed.h"

#include "tests/unit/support.h"

#include <string.h>

static const char *const fine[] = {
    "SEP001122334455.cnf.xml",
    "SEP001122334455.cnf.xml.sgn",
    "SEP001122334455.cnf.xml.enc.sgn",
    "sep00112233aabb.cnf.xml",
    "XMLDefault.cnf.xml",
    "XMLDefault.cnf.xml.sgn",
    "XMLDefault7960.cnf.xml",
    "SEPDefault.cnf.xml",
    "CTLSEP001122334455.tlv",
    "ITLSEP001122334455.tlv",
    "ext_ITLSEP001122334455.tlv",
    "SIP001122334455.cnf",
    "SIPDefault.cnf",
    "SIP42.9-4-2SR3-1S.loads",
    "ATA001122334455.cnf.xml",
    "CSFmiller.cnf.xml",
    "SPDefault.cnf.xml",
    "September.xml",
    "separator.png",
    "sepia/List.xml",
    "SepaDefaced.raw",
    "dialplan.xml",
    "spa001122334455.xml",
    "Germany/g3-tones.xml",
    "",
};

static const struct {
    const char *path, *why;
} odd[] = {
    {"templates/SEP001122334455.cnf.xml", "without a folder"},
    {"old/XMLDefault.cnf.xml", "without a folder"},
    {"SEP00112233445.cnf.xml", "twelve digits"},
    {"SEP0011223344.cnf.xml.sgn", "twelve digits"},
    {"SEP00112233445566.cnf.xml", "twelve digits"},
    {"SEP00:11:22:33:44:55.cnf.xml", "marks"},
    {"SEP00-11-22-33-44-55.cnf.xml", "marks"},
    {"SEPOO1122334455.cnf.xml", "letter O"},
    {"SEP(mac_address).cnf.xml", "something else"},
    {"SEP<Phone-Mac>.cnf.xml", "something else"},
    {"SEP{{ mac }}.cnf.xml", "something else"},
    {"SEPXXXXXXXXXXXX.cnf.xml", "something else"},
    {"SEP-.xml", "something else"},
    {"SEP001122334455.cnf.xml~", "end in .cnf.xml"},
    {"SEP001122334455.cnf.xml.bak", "end in .cnf.xml"},
    {"SEP001122334455.cnf.xml.orig", "end in .cnf.xml"},
    {"SEP001122334455.cnf.xml_", "end in .cnf.xml"},
    {"SEP001122334455.cnf.txt", "end in .cnf.xml"},
    {"SEP001122334455.xml", "end in .cnf.xml"},
    {"SEP001122334455 (1).cnf.xml", "goes on"},
    {"Copy of SEP001122334455.cnf.xml", "before SEP"},
    {"BAK_SEP001122334455.cnf.xml", "before SEP"},
    {"001122334455.cnf.xml", "SEP is missing"},
    {"00-11-22-33-44-55.cnf.xml", "SEP is missing"},
    {"XMLDefault.cnf.txt", "XMLDefault.cnf.xml"},
    {"XMLDefault.cnf.xml.bak", "XMLDefault.cnf.xml"},
    {"SIP00112233445.cnf", "twelve digits"},
};

static void
names_of_phones_and_of_other_things_are_fine(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(fine); i++)
        if (name_oddity(fine[i]) != NULL)
            fail_msg("%s: %s", fine[i], name_oddity(fine[i]));
}

static void
names_that_were_meant_for_phones_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(odd); i++) {
        const char *why = name_oddity(odd[i].path);
        if (why == NULL || strstr(why, odd[i].why) == NULL)
            fail_msg("%s: %s", odd[i].path, why != NULL ? why : "fine");
    }
}

static void
long_names_are_read_within_bounds(void **state)
{
    (void)state;
    char path[2000];
    memset(path, '0', sizeof path);
    memcpy(path, "SEP", 3);
    memcpy(path + sizeof path - 9, ".cnf.xml", 9);
    assert_true(name_oddity(path) != NULL || !parsed_by_phones(path));
}

static void
files_that_phones_parse_are_known_by_name(void **state)
{
    (void)state;
    static const char *const parsed[] = {"SEP001122334455.cnf.xml",
                                         "XMLDefault.cnf.xml.sgn",
                                         "dialplan.xml",
                                         "DialTemplate.xml",
                                         "SoftKeys.xml",
                                         "softkey9971.xml",
                                         "Ringlist.xml",
                                         "Ringlist-wb.xml",
                                         "DistinctiveRinglist.xml",
                                         "Desktops/320x212x12/List.xml",
                                         "Chile/g3-tones.xml.sgn",
                                         "AppDialRules.xml",
                                         "featurePolicy1.xml",
                                         "DefaultFP.xml"};
    static const char *const others[] = {"menu.xml", "Bell.raw", "dialplan.txt", "mk-sip.jar"};
    for (size_t i = 0; i < LENGTH(parsed); i++)
        if (!parsed_by_phones(parsed[i]))
            fail_msg("%s", parsed[i]);
    for (size_t i = 0; i < LENGTH(others); i++)
        assert_false(parsed_by_phones(others[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_phones_and_of_other_things_are_fine),
        cmocka_unit_test(names_that_were_meant_for_phones_are_found),
        cmocka_unit_test(long_names_are_read_within_bounds),
        cmocka_unit_test(files_that_phones_parse_are_known_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
