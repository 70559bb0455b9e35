/* SPDX-License-Identifier: MIT */
/* The tables of families, loads and models, and that they fit together. */
#include "families/family.h"
#include "families/load.h"
#include "tests/unit/support.h"

#include <string.h>

static void
every_family_is_found_by_its_name(void **state)
{
    (void)state;
    const struct family *family;
    for (size_t i = 0; (family = family_at(i)) != NULL; i++) {
        assert_ptr_equal(family_find(family->name), family);
        assert_true(family->requests[0].name != NULL);
        assert_true(family_asks(family, FILE_CONFIG) || family_asks(family, FILE_CONFIG_TEXT));
    }
    assert_null(family_find("1234"));
    assert_null(family_find(""));
}

/* A value without a source would be a guess. */
static void
every_value_has_its_source(void **state)
{
    (void)state;
    const struct family *family;
    for (size_t i = 0; (family = family_at(i)) != NULL; i++) {
        const char *const *sources = family->sources;
        assert_true(sources[FACT_SIGNATURES] != NULL ||
                    (family->digests | family->digests_unsure | family->key_bits) == 0);
        assert_true(sources[FACT_TLS] != NULL || family->tls == NULL);
        assert_true(sources[FACT_TONES] != NULL || family->tones == NULL);
        assert_true(sources[FACT_RINGS] != NULL || family->ring_list == NULL);
        assert_true(sources[FACT_ERASING] != NULL || family->erasing == NULL);
        assert_true(sources[FACT_TRANSPORTS] != NULL || !(family->http || family->https));
        assert_true(sources[FACT_AUTH_NAME] != NULL || !family->needs_auth_name);
    }
    for (int fact = 0; fact < FAMILY_FACTS; fact++)
        assert_non_null(family_fact_name((enum family_fact)fact));
}

static void
loads_tell_the_family(void **state)
{
    (void)state;
    static const struct {
        const char *load, *family, *archive;
        bool asks_itl;
    } cases[] = {
        {"SIP42.9-4-2SR3-1S", "7900", "mk-sip.jar", true},
        {"sccp45.9-4-2SR4-3S", "7900", "be-sccp.jar", true},
        {"SCCP31.9-2-1S", "7900", NULL, true},
        {"TERM65.DEFAULT", "7900", NULL, true},
        {"P0S3-8-12-00", "7940", NULL, false},
        {"P0030801SR02", "7940", NULL, false},
        {"P00405000700", NULL, NULL, false},
        {"sip78xx.14-2-1", "7800", "sp-sip.jar", true},
        {"sip88xx.12-8-1", "8800", "sl-be-sip.jar", true},
        {"sip8845_65.12-8-1", "8800", "sl-bev-sip.jar", true},
        {"sip8821.11-0-6", "8821", NULL, true},
        {"sip8832.12-8-1", NULL, NULL, true},
        {"SIP894x.9-4-2", "8900", "gb-sccp-sip.jar", true},
        {"sip9951.9-4-2", "9900", "lk-sip.jar", true},
        {"SIP69xx.9-4-1", "6900", "rtl-sip.jar", true},
        {"SCCP6901.9-3-1", "6901", "rtl-sccp.jar", false},
        {"CP7925G-1.4.5.3", "7925", NULL, true},
        {"CP7912080004SCCP080108A", "7905", NULL, false},
        {"ATA030204SCCP090202A", "ata186", NULL, false},
        {"CP3905.9-4-1SR3", "3905", NULL, false},
        {"none", NULL, NULL, true},
        {"", NULL, NULL, true},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char name[LOAD_ARCHIVE_SIZE];
        const struct family *family = family_of_load(cases[i].load);
        const struct load *load = load_find(cases[i].load);
        const char *archive = load != NULL ? load_archive(load, name) : NULL;
        assert_string_equal(family != NULL ? family->name : "",
                            cases[i].family != NULL ? cases[i].family : "");
        assert_string_equal(archive != NULL ? archive : "",
                            cases[i].archive != NULL ? cases[i].archive : "");
        assert_int_equal(family_load_asks_itl(cases[i].load), cases[i].asks_itl);
    }
}

static void
what_nobody_knows_is_not_known(void **state)
{
    (void)state;
    assert_int_equal(family_verifies(family_find("7900"), PROV_SHA1), FAMILY_YES);
    assert_int_equal(family_verifies(family_find("7900"), PROV_SHA512), FAMILY_NO);
    assert_int_equal(family_verifies(family_find("8800"), PROV_SHA512), FAMILY_YES);
    assert_int_equal(family_verifies(family_find("8800"), PROV_SHA256), FAMILY_NOT_KNOWN);
    assert_int_equal(family_verifies(family_find("6900"), PROV_SHA1), FAMILY_NOT_KNOWN);
    assert_int_equal(family_verifies(family_find("7900"), 77), FAMILY_NO);
}

static void
models_run_their_loads(void **state)
{
    (void)state;
    static const struct {
        unsigned number;
        const char *load;
        bool runs;
    } cases[] = {
        {434, "SIP42.9-4-2", true},     {434, "SCCP42.9-4-2", true},
        {434, "term42.default", true},  {434, "P00308000600", false},
        {434, "SIP45.9-4-2", false},    {437, "SIP75.9-4-2", true},
        {8, "P0S3-8-12-00", true},      {8, "P0030801SR02", true},
        {30018, "SIP41.9-4-2", true},   {30018, "SIP42.9-4-2", false},
        {683, "sip88xx.12-8-1", true},  {683, "sip78xx.12-8-1", false},
        {586, "SCCP894x.9-3-1", true},  {683, "made-by-somebody", true},
        {369, "SCCP11.9-4-2SR3", true}, {20000, "CP7905080003SCCP070409A", true},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct model *model = model_of_number(cases[i].number);
        assert_non_null(model);
        assert_int_equal(model_runs(model, cases[i].load), cases[i].runs);
    }
    assert_null(model_of_number(0));
    assert_null(model_of_number(5));
    assert_string_equal(model_find("ata186")->name, "ATA186");
    assert_string_equal(family_find("7965")->name, "7900");
    assert_string_equal(family_find("8865")->name, "8800");
    assert_null(family_find("7914"));
}

static void
firmware_is_known_by_its_name(void **state)
{
    (void)state;
    static const char *const made[] = {"jar42sip.9-4-2.sbn",
                                       "SIP42.loads",
                                       "BOOT69xx.0-0-0-14.zz.sgn",
                                       "SCCP6945.9-3-1-3.bin1.sgn",
                                       "CP7912.SBIN",
                                       "a.zup",
                                       "APP3905.9-4-1SR3.zz",
                                       "kern9971.sebn",
                                       "P003.sb2",
                                       "P003.bin",
                                       "x.cop.sgn",
                                       "x.zip.sgn"};
    static const char *const other[] = {
        "SEP001122334455.cnf.xml.sgn", "mk-sip.jar", "Ringlist.xml", "a.raw", "OS79XX.TXT", "zz",
        "Desktops/a.png.sgn"};
    for (size_t i = 0; i < LENGTH(made); i++)
        if (!load_is_firmware(made[i]))
            fail_msg("%s is firmware", made[i]);
    for (size_t i = 0; i < LENGTH(other); i++)
        if (load_is_firmware(other[i]))
            fail_msg("%s is no firmware", other[i]);
    assert_true(load_is_factory_list("term42.default.loads"));
    assert_false(load_is_factory_list("SIP42.9.loads"));
    assert_true(load_is_display("320x196x4"));
    assert_true(load_is_display("272x480x24"));
    assert_false(load_is_display("320x212"));
}

/* --- docs/phones.md has the tables, too */

static const char *
known(const struct family *family, enum family_fact fact, const char *value)
{
    return family->sources[fact] == NULL ? "unknown" : value != NULL ? value : "none";
}

static const char *
family_row(const struct family *family)
{
    const char *digests = family->digests == 1U << PROV_SHA1 ? "SHA-1" : "SHA-1, SHA-512";
    return text_of(
        "\n| `%s` | %s | %s | %s | %s | %s | %s | %s | %s |\n", family->name, family->models,
        known(family, FACT_ORDER, "seen"),
        known(family, FACT_TRANSPORTS, family->https ? "HTTP, HTTPS, TFTP" : "TFTP"),
        known(family, FACT_SIGNATURES, text_of("%s; RSA to %u bits", digests, family->key_bits)),
        known(family, FACT_ENCRYPTION, family->encrypted ? "yes" : "no"),
        known(family, FACT_TLS, family->tls), known(family, FACT_TONES, family->tones),
        known(family, FACT_RINGS, family->ring_list));
}

static void
expect_row(struct prov_span page, const char *row)
{
    if (memmem(page.data, page.len, row, strlen(row)) == NULL)
        fail_msg("docs/phones.md lacks%s", row);
}

static void
the_document_is_in_step(void **state)
{
    (void)state;
    const struct prov_span page = read_path("docs/phones.md");
    const struct family *family;
    const struct model *model;
    for (size_t i = 0; (family = family_at(i)) != NULL; i++)
        expect_row(page, family_row(family));
    for (size_t i = 0; (model = model_at(i)) != NULL; i++) {
        char name[LOAD_ARCHIVE_SIZE];
        const struct load *load = model_load(model);
        const char *archive = load != NULL ? load_archive(load, name) : NULL;
        expect_row(page, text_of("\n| %s | %s | `%s` | %s | %s |\n", model->name,
                                 model->number != 0 ? text_of("%u", model->number) : "unknown",
                                 load->beginning, archive != NULL ? archive : "unknown",
                                 load->background != NULL ? load->background : "unknown"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_is_found_by_its_name),
        cmocka_unit_test(every_value_has_its_source),
        cmocka_unit_test(loads_tell_the_family),
        cmocka_unit_test(what_nobody_knows_is_not_known),
        cmocka_unit_test(models_run_their_loads),
        cmocka_unit_test(firmware_is_known_by_its_name),
        cmocka_unit_test(the_document_is_in_step),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
