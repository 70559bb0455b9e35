/* SPDX-License-Identifier: MIT */
/* The tables of provcheck tls: devices, cipher suites, problems, error words. */
#include "provcheck/tls/check.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

static struct prov_error err;

static void
every_suite_has_a_name_of_its_own(void **state)
{
    (void)state;
    uint16_t numbers[TLS_SUITES_MAX];
    char text[TLS_SUITE_TEXT_MAX];
    const struct tls_suites all = tls_all_suites(numbers);
    for (size_t i = 0; i < all.count; i++) {
        assert_true(strlen(tls_suite_name(all.at[i])) < TLS_SUITE_TEXT_MAX);
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(all.at[i], all.at[k]);
            assert_string_not_equal(tls_suite_name(all.at[i]), tls_suite_name(all.at[k]));
        }
    }
    assert_null(tls_suite_name(0x1234));
    assert_string_equal(tls_suite_text(0x1234, text), "suite 0x1234");
    assert_string_equal(tls_suite_text(0x0035, text), "AES256-SHA");
}

static void
every_device_offers_what_has_a_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < TLS_DEVICES; i++) {
        const struct tls_device *device = tls_devices[i];
        assert_ptr_equal(tls_device_find(device->name), device);
        assert_int_not_equal(device->versions, 0);
        assert_int_equal(device->versions & device->versions_unsure, 0);
        assert_true(device->suites.count > 0 && device->suites.count <= TLS_SUITES_MAX);
        for (size_t k = 0; k < device->suites.count; k++)
            assert_non_null(tls_suite_name(device->suites.at[k]));
    }
    assert_null(tls_device_find("9900"));
}

/* As its vendor lists them. */
static void
the_img_2020_offers_in_order(void **state)
{
    (void)state;
    const struct tls_device *img = tls_device_find("img2020");
    assert_int_equal(img->suites.count, 55);
    assert_int_equal(img->suites.at[0], 0xc030);
    assert_int_equal(img->suites.at[6], 0x00a5);
    assert_int_equal(img->suites.at[53], 0x002f);
    assert_int_equal(img->suites.at[54], 0x00ff);
    assert_int_equal(img->versions, TLS_BIT(TLS_SSL3) | TLS_BIT(TLS_1_2));
    assert_int_equal(img->chain_max, 4);
    assert_int_equal(img->ca_max, 16);
    assert_false(img->crl);
}

static void
versions(void **state)
{
    (void)state;
    char text[TLS_VERSIONS_TEXT_MAX];
    assert_string_equal(tls_versions_text(0, text), "nothing");
    assert_string_equal(tls_versions_text(TLS_BIT(TLS_SSL3) | TLS_BIT(TLS_1_2), text),
                        "SSLv3, TLS 1.2");
    assert_string_equal(tls_versions_text(0x1f, text), "SSLv3, TLS 1.0, TLS 1.1, TLS 1.2, TLS 1.3");
    assert_int_equal(tls_newest(0), 0);
    assert_int_equal(tls_newest(TLS_BIT(TLS_SSL3) | TLS_BIT(TLS_1_2)), TLS_1_2);
    assert_null(tls_version_name(0x0305));
    assert_null(tls_version_name(0x0200));
}

static void
every_problem_is_told_in_full(void **state)
{
    (void)state;
    for (enum tls_problem i = 0; i < TLS_PROBLEMS; i++) {
        const struct tls_problem_fact *fact = tls_problem_fact(i);
        assert_non_null(fact->id);
        assert_non_null(fact->name);
        assert_non_null(fact->mend);
        assert_true(fact->bit == 0 || tls_word_find(fact->bit) != NULL);
        for (enum tls_problem k = 0; k < i; k++)
            assert_string_not_equal(fact->id, tls_problem_fact(k)->id);
    }
}

/* Of the documented bits each stands for a problem. */
static void
every_bit_can_be_found(void **state)
{
    (void)state;
    struct tls_findings findings = {0};
    uint32_t all = 0;
    for (const struct tls_word_bit *bit = tls_word_bits; bit->bit != 0; bit++) {
        assert_int_equal(all & bit->bit, 0);
        all |= bit->bit;
    }
    assert_int_equal(all, 0xc00001ff);
    for (enum tls_problem i = 0; i < TLS_PROBLEMS; i++)
        tls_found(&findings, i, "it is so");
    assert_int_equal(findings.count, TLS_PROBLEMS);
    assert_int_equal(tls_word_of(&findings), all);
}

static void
findings(void **state)
{
    (void)state;
    struct tls_findings findings = {0};
    tls_found_unsure(&findings, TLS_EXPIRED, "since %d", 2020);
    assert_int_equal(tls_word_of(&findings), 0);
    assert_true(tls_has(&findings, TLS_EXPIRED));
    assert_false(tls_has_severity(&findings, TLS_REFUSES));
    tls_found(&findings, TLS_IDENTITY, "a");
    tls_found(&findings, TLS_IDENTITY, "a");
    tls_found(&findings, TLS_IDENTITY, "b");
    assert_int_equal(findings.count, 3);
    assert_int_equal(tls_word_of(&findings), 0x40000000);
    for (int i = 0; i < 2 * TLS_FINDINGS_MAX; i++)
        tls_found(&findings, TLS_UNKNOWN, "%d", i);
    assert_int_equal(findings.count, TLS_FINDINGS_MAX);
}

static void
error_words(void **state)
{
    (void)state;
    uint32_t word;
    char text[TLS_WORD_TEXT_MAX];
    expect_ok(tls_word_parse("0x40000022", &word, &err), &err);
    assert_int_equal(word, 0x40000022);
    assert_string_equal(tls_word_text(word, text),
                        "EUNTRUSTED + EISSUER_MISMATCH + EIDENTITY_NOT_MATCH");
    expect_ok(tls_word_parse("0XfFfFfFfF", &word, &err), &err);
    assert_int_equal(word, 0xffffffff);
    assert_true(strlen(tls_word_text(word, text)) < TLS_WORD_TEXT_MAX - 1);
    assert_non_null(strstr(text, " + EUNKNOWN + unknown 0x3ffffe00"));
    assert_string_equal(tls_word_text(0, text), "no error");
    assert_string_equal(tls_word_text(0x200, text), "unknown 0x00000200");
    expect_failure(tls_word_parse("0x400000022", &word, &err), PROV_E_ARGUMENT, &err, "misprint");
    expect_failure(tls_word_parse("0x000000022", &word, &err), PROV_E_ARGUMENT, &err, "too long");
    static const char *const wrong[] = {"", "0", "x", "0x", "0x ", "22", "-0x1", "0x1 ", "0x1g"};
    for (size_t i = 0; i < LENGTH(wrong); i++)
        expect_failure(tls_word_parse(wrong[i], &word, &err), PROV_E_ARGUMENT, &err, "0x40000022");
}

static void
servers(void **state)
{
    (void)state;
    struct tls_peer peer;
    expect_ok(tls_peer_parse("pbx.example:5061", &peer, &err), &err);
    assert_string_equal(peer.host, "pbx.example");
    assert_int_equal(peer.port, 5061);
    expect_ok(tls_peer_parse("[2001:db8::1]:443", &peer, &err), &err);
    assert_string_equal(peer.host, "2001:db8::1");
    assert_true(tls_is_address(peer.host) && tls_is_address("192.0.2.1"));
    assert_false(tls_is_address("pbx.example") || tls_is_address("192.0.2"));
    static const char *const wrong[] = {"",
                                        "a",
                                        ":1",
                                        "a:",
                                        "a:0",
                                        "a:65536",
                                        "a:1 ",
                                        "a:+1",
                                        "::1:1",
                                        "[]:1",
                                        "[::1]",
                                        "a:1:2",
                                        "a:99999999999999999999"};
    for (size_t i = 0; i < LENGTH(wrong); i++)
        assert_int_equal(tls_peer_parse(wrong[i], &peer, &err), PROV_E_ARGUMENT);
    char name[TLS_HOST_MAX + 8];
    memset(name, 'a', TLS_HOST_MAX);
    strcpy(name + TLS_HOST_MAX, ":5061");
    assert_int_equal(tls_peer_parse(name, &peer, &err), PROV_E_ARGUMENT);
    expect_ok(tls_peer_parse(name + 1, &peer, &err), &err);
}

static void
settings_are_read(void **state)
{
    (void)state;
    uint16_t numbers[TLS_SUITES_MAX], all[TLS_SUITES_MAX];
    char list[TLS_SUITES_MAX * (TLS_SUITE_TEXT_MAX + 1)] = "";
    size_t count = 0, used = 0, older = 0;
    unsigned versions = 0;
    expect_ok(tls_versions_parse("1.1", &versions, &err), &err);
    assert_int_equal(versions, TLS_BIT(TLS_1_1));
    expect_ok(tls_versions_parse("1.0-1.2", &versions, &err), &err);
    assert_int_equal(versions, TLS_BIT(TLS_1_0) | TLS_BIT(TLS_1_1) | TLS_BIT(TLS_1_2));
    assert_int_equal(tls_versions_parse("1.2-1.3", &versions, &err), PROV_E_ARGUMENT);
    expect_ok(tls_suites_parse("AES128-SHA,AES256-SHA:AES128-SHA", numbers, &count, &err), &err);
    assert_int_equal(count, 2);
    assert_int_equal(numbers[0], 0x002f);
    assert_int_equal(numbers[1], 0x0035);
    /* All that there are, twice. */
    const struct tls_suites known = tls_all_suites(all);
    for (size_t i = 0; i < 2 * known.count; i++) {
        uint16_t suite = known.at[i % known.count];
        if (suite >> 8 == 0x13 || used > sizeof list / 2)
            continue;
        older += i < known.count;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ":" : "",
                                 tls_suite_name(suite));
    }
    expect_ok(tls_suites_parse(list, numbers, &count, &err), &err);
    assert_int_equal(count, older);
    assert_int_equal(tls_suites_parse("", numbers, &count, &err), PROV_E_ARGUMENT);
    memset(list, 'A', sizeof list - 1);
    list[sizeof list - 1] = '\0';
    assert_int_equal(tls_suites_parse(list, numbers, &count, &err), PROV_E_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_suite_has_a_name_of_its_own),
        cmocka_unit_test(every_device_offers_what_has_a_name),
        cmocka_unit_test(the_img_2020_offers_in_order),
        cmocka_unit_test(versions),
        cmocka_unit_test(every_problem_is_told_in_full),
        cmocka_unit_test(every_bit_can_be_found),
        cmocka_unit_test(findings),
        cmocka_unit_test(error_words),
        cmocka_unit_test(servers),
        cmocka_unit_test(settings_are_read),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
