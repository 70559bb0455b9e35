/* SPDX-License-Identifier: MIT */
/* Configurations as phones read them. */
#include "provcheck/phone/internal.h"
#include "tests/unit/support.h"

#include <string.h>

static struct prov_error err;

static struct config
read_config(const char *xml)
{
    struct config config;
    expect_ok(config_read(family_find("7900"), span_of(xml), &config, &err), &err);
    return config;
}

static void
values_are_found(void **state)
{
    (void)state;
    const struct config config = read_config(
        "<device xsi:type=\"axl:XIPPhone\"><loadInformation model=\"x\">\n sip1 </loadInformation>"
        "<userLocale><uid>1</uid><name>Chile</name></userLocale><networkLocale>Peru</networkLocale>"
        "<sipProfile><dialTemplate>d.xml</dialTemplate><softKeyFile>k.xml</softKeyFile>"
        "</sipProfile><certHash>ab</certHash><encrConfig>TRUE</encrConfig></device>");
    assert_string_equal(config.load, "sip1");
    assert_string_equal(config.user_locale, "Chile");
    assert_string_equal(config.network_locale, "Peru");
    assert_string_equal(config.dial_template, "d.xml");
    assert_string_equal(config.soft_keys, "k.xml");
    assert_string_equal(config.certificate_hash, "ab");
    assert_true(config.encrypted);
}

static void
what_is_not_there_is_empty(void **state)
{
    (void)state;
    const struct config config = read_config("<device><userLocale/><load>x</load></device>");
    assert_string_equal(config.load, "");
    assert_string_equal(config.user_locale, "");
    assert_false(config.encrypted);
}

static void
what_is_too_long_is_no_name(void **state)
{
    (void)state;
    char xml[400];
    snprintf(xml, sizeof xml, "<device><certHash>%0127d</certHash></device>", 0);
    assert_int_equal(strlen(read_config(xml).certificate_hash), 127);
    snprintf(xml, sizeof xml, "<device><certHash>%0128d</certHash></device>", 0);
    assert_string_equal(read_config(xml).certificate_hash, "");
}

static void
what_phones_discard_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "<device>", "<other/>", "<device>&x;</device>",
                                      "<!DOCTYPE device [<!ENTITY a \"b\">]><device>&a;</device>"};
    struct config config;
    for (size_t i = 0; i < LENGTH(bad); i++)
        assert_int_equal(config_read(family_find("7900"), span_of(bad[i]), &config, &err),
                         PROV_E_FORMAT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found),
        cmocka_unit_test(what_is_not_there_is_empty),
        cmocka_unit_test(what_is_too_long_is_no_name),
        cmocka_unit_test(what_phones_discard_is_refused),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
