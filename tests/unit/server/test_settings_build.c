/* SPDX-License-Identifier: MIT */
/* Sections trust, ctl, sign and hooks. */
#include "settings/internal.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

static void
release(void *object)
{
    settings_free(object);
}

static const struct settings_build *
read_text(const char *content)
{
    const struct settings *settings = NULL;
    struct prov_error err;
    const char *path = write_temporary("prov.conf", content, strlen(content));
    expect_ok(settings_load(path, NULL, 0, &settings, &err), &err);
    keep((void *)settings, release);
    return &settings->build;
}

/* `text` follows the path of the file. */
static void
refuses(const char *content, int code, const char *text)
{
    const struct settings *settings = NULL;
    struct prov_error err = {.code = PROV_OK};
    const char *path = write_temporary("prov.conf", content, strlen(content));
    int rc = settings_load(path, NULL, 0, &settings, &err);
    assert_null(settings);
    if (rc == PROV_OK)
        fail_msg("accepted: %s", content);
    assert_string_equal(err.text, text[0] == ':' ? text_of("%s%s", path, text) : text);
    assert_int_equal(rc, code);
}

/* The certificates of a list as "ROLE:file ROLE:file". */
static void
holds(const struct settings_list *list, const char *entries)
{
    char all[1024] = "";
    size_t used = 0;
    for (size_t i = 0; i < list->entry_count; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s:%s", i > 0 ? " " : "",
                                 prov_role_name(list->entries[i].role),
                                 prov_file_base(list->entries[i].certificate));
    assert_string_equal(all, entries);
}

static void
nothing_is_built_by_default(void **state)
{
    (void)state;
    const struct settings_build *build = read_text("");
    assert_int_equal(build->list_count, 0);
    assert_int_equal(build->sign_count, 0);
    assert_int_equal(build->encryption, SETTINGS_ENCRYPTION_AVAILABLE);
    assert_null(build->devices_ca);
    assert_null(build->restart);
}

static void
a_list_has_defaults_and_its_certificates_in_order(void **state)
{
    (void)state;
    const struct settings_build *build =
        read_text("trust {\n ccm = { a.pem, \"b c.pem\" }\n tvs = t.pem\n sast = { s.pem, r.pem }\n"
                  "app-server = x.pem capf = y.pem tftp = z.pem ccm-tftp = w.pem }\n");
    assert_int_equal(build->list_count, 1);
    const struct settings_list *list = &build->lists[0];
    assert_int_equal(list->kind, LIST_ITL);
    assert_false(list->for_one);
    assert_int_equal(list->version.major, 1);
    assert_int_equal(list->version.minor, 0);
    assert_int_equal(list->digest, PROV_SHA1);
    assert_ptr_equal(list->layout, prov_layout_default());
    holds(list, "SAST:s.pem SAST:r.pem CCM:a.pem CCM:b c.pem TVS:t.pem APP-SERVER:x.pem CAPF:y.pem "
                "TFTP:z.pem CCM+TFTP:w.pem");
}

static void
options_of_a_list_are_taken(void **state)
{
    (void)state;
    const struct settings_build *build =
        read_text("ctl { version = 1.1 digest = sha512 layout = 4.13 sast = /abs/s.pem }");
    const struct settings_list *list = &build->lists[0];
    assert_int_equal(list->kind, LIST_CTL);
    assert_int_equal(list->version.minor, 1);
    assert_int_equal(list->digest, PROV_SHA512);
    assert_string_equal(prov_layout_name(list->layout), "4.13");
    assert_string_equal(list->entries[0].certificate, "/abs/s.pem");
}

static void
a_later_value_replaces_an_earlier_one(void **state)
{
    (void)state;
    const struct settings_build *build =
        read_text("trust { sast = {a} ccm = {b, c} ccm = {d} sast = {e, f} tvs = {g} tvs = {} }");
    holds(&build->lists[0], "SAST:e SAST:f CCM:d");
    build = read_text("trust { sast = {a} sast += {b} }");
    holds(&build->lists[0], "SAST:a SAST:b");
}

static void
paths_start_at_the_folder_of_the_file(void **state)
{
    (void)state;
    const struct settings_build *build =
        read_text("trust { sast = s.pem } sign { certificate = k.pem devices-ca = ca.pem }");
    const char *folder = temporary("");
    const char *paths[] = {build->lists[0].entries[0].certificate, build->signs[0].certificate,
                           build->devices_ca};
    for (size_t i = 0; i < LENGTH(paths); i++)
        assert_memory_equal(paths[i], folder, strlen(folder));
}

static void
phones_have_lists_of_their_own(void **state)
{
    (void)state;
    const struct settings_build *build =
        read_text("trust 'SEP58971ecc97c1' { sast = a } trust { sast = b }\n"
                  "ctl \"SEP58971ECC97C1\"{sast=c} ctl\n{ sast = d }");
    assert_int_equal(build->list_count, 4);
    assert_true(build->lists[0].for_one);
    assert_string_equal(build->lists[0].phone.text, "58971ECC97C1");
    assert_false(build->lists[1].for_one);
    assert_true(build->lists[2].kind == LIST_CTL && build->lists[2].for_one);
    assert_true(build->lists[3].kind == LIST_CTL && !build->lists[3].for_one);
    holds(&build->lists[3], "SAST:d");
}

static void
the_section_for_all_files_comes_first(void **state)
{
    (void)state;
    const struct settings_build *build = read_text(
        "sign '*.jar' { digest = sha512 } sign { certificate = k.pem exclude = {'*.sbn', \"x y\"}\n"
        "encryption = required } sign 'SEP*' { layout = 4.11 certificate = other.pem }");
    assert_int_equal(build->sign_count, 3);
    const struct settings_sign *signs = build->signs;
    assert_null(signs[0].pattern);
    assert_string_equal(prov_file_base(signs[0].certificate), "k.pem");
    assert_false(signs[0].has_digest || signs[0].has_layout);
    assert_int_equal(signs[0].digest, PROV_SHA1);
    assert_ptr_equal(signs[0].layout, prov_layout_default());
    assert_int_equal(signs[0].exclude_count, 2);
    assert_string_equal(signs[0].exclude[1], "x y");
    assert_int_equal(build->encryption, SETTINGS_ENCRYPTION_REQUIRED);
    assert_string_equal(signs[1].pattern, "*.jar");
    assert_true(signs[1].has_digest && !signs[1].has_layout);
    assert_int_equal(signs[1].digest, PROV_SHA512);
    assert_null(signs[1].certificate);
    assert_string_equal(signs[2].pattern, "SEP*");
    assert_true(signs[2].has_layout && !signs[2].has_digest);
    assert_string_equal(prov_file_base(signs[2].certificate), "other.pem");
}

static void
a_command_is_kept_as_it_is(void **state)
{
    (void)state;
    assert_string_equal(read_text("hooks { restart = '/bin/x -y ${Z}' }")->restart,
                        "/bin/x -y ${Z}");
}

/* What looks like a section elsewhere is none. */
static void
titles_are_added_to_sections_alone(void **state)
{
    (void)state;
    static const struct {
        const char *text, *titled;
    } cases[] = {
        {"trust{}", "trust ''{}"},
        {"trust \t\n{}sign {}", "trust '' \t\n{}sign '' {}"},
        {"trust 'x' {} ctl \"y\"{}", "trust 'x' {} ctl \"y\"{}"},
        {"paths { trust { sign {} } } ctl{}", "paths { trust { sign {} } } ctl ''{}"},
        {"x = 'trust {' ctl {", "x = 'trust {' ctl '' {"},
        {"x = \"a\\\"trust {\" y = trust {", "x = \"a\\\"trust {\" y = trust '' {"},
        {"entrust {} trusts {}", "entrust {} trusts {}"},
        {"server {} https 'z' {} hooks {}", "server {} https 'z' {} hooks {}"},
        {"trust", "trust"},
        {"} } trust {", "} } trust '' {"},
        {"", ""},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char *out = NULL;
        struct prov_error err;
        expect_ok(settings__add_titles(cases[i].text, strlen(cases[i].text), &out, &err), &err);
        assert_string_equal(out, cases[i].titled);
        free(out);
    }
}

static void
what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *content, *text;
        int code;
    } cases[] = {
        {"trust { }", ":1: a trust list needs the certificate that signs it; set sast",
         PROV_E_ARGUMENT},
        {"\nctl {\n ccm = a }", ":3: a trust list needs the certificate that signs it; set sast",
         PROV_E_ARGUMENT},
        {"trust { sast = {} }", ":1: a trust list needs the certificate that signs it; set sast",
         PROV_E_ARGUMENT},
        {"trust { sast = {a, b, c} }", ":1: sast: more than 2 certificates; phones take no more",
         PROV_E_ARGUMENT},
        {"trust { sast = {''} }", ":1: sast: an empty value; leave the option out instead",
         PROV_E_ARGUMENT},
        {"trust {\n version = 1.2 }", ":2: version: '1.2' is neither 1.0 nor 1.1", PROV_E_ARGUMENT},
        {"trust { digest = sha256 }", ":1: digest: 'sha256' is neither sha1 nor sha512",
         PROV_E_ARGUMENT},
        {"trust { layout = x }", ":1: layout: 'x' is none of callmanager, 4.11 and 4.13",
         PROV_E_ARGUMENT},
        {"trust { certificate = x }", ":1: no such option 'certificate'", PROV_E_FORMAT},
        {"trust x { sast = a }",
         ":1: sast: 'x' is no phone; write SEP and the twelve digits of its MAC address",
         PROV_E_ARGUMENT},
        {"trust SEP58971ECC97C1x { }",
         ":1: 'SEP58971ECC97C1x' is no phone; write SEP and the twelve digits of its MAC address",
         PROV_E_ARGUMENT},
        {"sign { encryption = maybe }", ":1: encryption: 'maybe' is neither available nor required",
         PROV_E_ARGUMENT},
        {"sign 'x' { encryption = required }",
         ":1: encryption: this holds for all files; set it in the section sign without a pattern",
         PROV_E_ARGUMENT},
        {"sign 'x' { exclude = {y} }",
         ":1: exclude: this holds for all files; set it in the section sign without a pattern",
         PROV_E_ARGUMENT},
        {"sign 'x' { devices-ca = y }",
         ":1: devices-ca: this holds for all files; set it in the section sign without a pattern",
         PROV_E_ARGUMENT},
        {"sign 'x' { digest = sha1 }",
         "section sign 'x' stands without a section sign for all files", PROV_E_ARGUMENT},
        {"sign { digest = sha1 }", "section sign has no certificate; set certificate",
         PROV_E_ARGUMENT},
        {"sign { certificate = {a, b} }", ":1: unexpected token '{'", PROV_E_FORMAT},
        {"hooks 'x' { }", ":1: missing opening brace for section 'hooks'", PROV_E_FORMAT},
        {"hooks { restart = '' }", ":1: restart: an empty value; leave the option out instead",
         PROV_E_ARGUMENT},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        refuses(cases[i].content, cases[i].code, cases[i].text);
    refuses("sign { certificate = a }\nsign { digest = sha1 }", PROV_E_FORMAT,
            ":2: found duplicate title ''");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_built_by_default),
        cmocka_unit_test(a_list_has_defaults_and_its_certificates_in_order),
        cmocka_unit_test(options_of_a_list_are_taken),
        cmocka_unit_test(a_later_value_replaces_an_earlier_one),
        cmocka_unit_test(paths_start_at_the_folder_of_the_file),
        cmocka_unit_test(phones_have_lists_of_their_own),
        cmocka_unit_test(the_section_for_all_files_comes_first),
        cmocka_unit_test(a_command_is_kept_as_it_is),
        cmocka_unit_test(titles_are_added_to_sections_alone),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
