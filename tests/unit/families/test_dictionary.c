/* SPDX-License-Identifier: MIT */
/* The dictionary's lines: what is refused, what replaces, and how an element is found. */
#include "families/dictionary.h"

#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

static int
read_lines(const char *lines, struct dictionary **out, struct prov_error *err)
{
    return dictionary_of((struct prov_span){(const uint8_t *)lines, strlen(lines)}, "t.tsv", out,
                         err);
}

static struct dictionary *
sound(const char *lines)
{
    struct prov_error err = {.text = ""};
    struct dictionary *dictionary = NULL;
    if (read_lines(lines, &dictionary, &err) != PROV_OK)
        fail_msg("%s", err.text);
    return dictionary;
}

static const struct {
    const char *line, *why;
} malformed[] = {
    {"device/a", "2 to 7 columns"},
    {"device/a\ttext\t\tall\tnote\tS\tm\tx", "2 to 7 columns"},
    {"\ttext", "no path"},
    {"device//a\ttext", "no path"},
    {"device/\ttext", "no path"},
    {"/device\ttext", "no path"},
    {"device/a b\ttext", "no path"},
    {"device/a{1-}\ttext", "no path"},
    {"device/a{3-1}\ttext", "no path"},
    {"device/a{0-1}\ttext", "no path"},
    {"device/a{1-2}x\ttext", "no path"},
    {"{1-2}\ttext", "no path"},
    {"device/a\tsort", "its type"},
    {"device/a\tnumber\t3-1", "its values"},
    {"device/a\tnumber\t1-9999999", "its values"},
    {"device/a\tnumber\t1 to 3", "its values"},
    {"device/a\tlist\t", "its values"},
    {"device/a\tchoice\t", "its values"},
    {"device/a\ttext\tlong", "its values"},
    {"device/a\ttext\t0", "its values"},
    {"device/a\tboolean\ttrue", "its values"},
    {"device/a\tblock\tfew", "its values"},
    {"device/a\ttext\t\tAll", "families"},
    {"device/a\ttext\t\tall\tbad", "its severity"},
};

static void
malformed_lines_are_refused_with_their_number(void **state)
{
    (void)state;
    char text[256];
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        struct dictionary *dictionary = NULL;
        struct prov_error err = {.text = ""};
        snprintf(text, sizeof text, "# first\n\n%s\n", malformed[i].line);
        assert_int_equal(read_lines(text, &dictionary, &err), PROV_E_FORMAT);
        assert_null(dictionary);
        assert_memory_equal(err.text, "t.tsv:3: ", strlen("t.tsv:3: "));
        if (strstr(err.text, malformed[i].why) == NULL)
            fail_msg("'%s': %s", malformed[i].line, err.text);
    }
}

static void
bytes_of_zero_are_refused(void **state)
{
    (void)state;
    struct dictionary *dictionary = NULL;
    struct prov_error err;
    const struct prov_span lines = {(const uint8_t *)"device/a\ttext\0\n", 15};
    assert_int_equal(dictionary_of(lines, "t", &dictionary, &err), PROV_E_FORMAT);
}

static void
a_later_line_replaces_an_earlier_one(void **state)
{
    (void)state;
    struct dictionary *dictionary =
        sound("device/b\ttext\r\ndevice/a\tboolean\ndevice/a\tnumber\t1-5\n"
              "device/a{1-2}\thost\n");
    assert_int_equal(dictionary_count(dictionary), 3);
    assert_int_equal(dictionary_find(dictionary, "device/a")->type, ELEMENT_NUMBER);
    assert_int_equal(dictionary_find(dictionary, "device/a2")->type, ELEMENT_HOST);
    assert_int_equal(dictionary_find(dictionary, "device/b")->type, ELEMENT_TEXT);
    dictionary_free(dictionary);
}

static void
elements_are_found_by_path_and_number(void **state)
{
    (void)state;
    struct dictionary *dictionary =
        sound("device/vendorConfig/x\ttext\ndevice/url{1-3}\ttext\ndevice/commonConfig/own\ttext\n"
              "Default/load{1-99999}\ttext\n");
    assert_non_null(dictionary_find(dictionary, "device/vendorConfig/x"));
    assert_non_null(dictionary_find(dictionary, "device/commonConfig/x"));
    assert_non_null(dictionary_find(dictionary, "device/enterpriseConfig/x"));
    assert_non_null(dictionary_find(dictionary, "Default/vendorConfig/x"));
    assert_non_null(dictionary_find(dictionary, "default/commonConfig/x"));
    assert_non_null(dictionary_find(dictionary, "Default/load30018"));
    assert_null(dictionary_find(dictionary, "device/vendorConfig/own"));
    assert_null(dictionary_find(dictionary, "device/load30018"));
    assert_non_null(dictionary_find(dictionary, "device/url3"));
    assert_null(dictionary_find(dictionary, "device/url4"));
    assert_null(dictionary_find(dictionary, "device/url"));
    assert_null(dictionary_find(dictionary, "device/url03"));
    assert_null(dictionary_find(dictionary, "device/url99999999999999999999"));
    assert_null(dictionary_find(dictionary, "device/X"));
    assert_null(dictionary_find(dictionary, ""));
    dictionary_free(dictionary);
}

static void
names_are_guessed_among_siblings(void **state)
{
    (void)state;
    struct dictionary *dictionary =
        sound("device/a/webAccess\ttext\ndevice/a/sshAccess\ttext\ndevice/b/webProtocol\ttext\n");
    assert_string_equal(dictionary_guess(dictionary, "device/a/webAcess")->name, "webAccess");
    assert_null(dictionary_guess(dictionary, "device/b/webAcess"));
    assert_null(dictionary_guess(dictionary, "device/a/other"));
    assert_null(dictionary_guess(dictionary, "webAcess"));
    assert_string_equal(dictionary_named(dictionary, "webProtocol")->path, "device/b/webProtocol");
    assert_null(dictionary_named(dictionary, "webprotocol"));
    assert_string_equal(dictionary_in_other_case(dictionary, "WEBPROTOCOL")->name, "webProtocol");
    assert_null(dictionary_in_other_case(dictionary, "webProtocol"));
    dictionary_free(dictionary);
}

static void
choices_have_words_or_sets(void **state)
{
    (void)state;
    struct dictionary *dictionary =
        sound("device/a\tchoice\tone|two\ndevice/b\tword\tOne|two\ndevice/c\tchoice\t@set\n"
              "@set\tchoice\tred\n@set\tchoice\tblue|dark green\n");
    const struct element *a = dictionary_find(dictionary, "device/a");
    const struct element *b = dictionary_find(dictionary, "device/b");
    const struct element *c = dictionary_find(dictionary, "device/c");
    assert_true(dictionary_allows(dictionary, a, "two"));
    assert_false(dictionary_allows(dictionary, a, "Two"));
    assert_false(dictionary_allows(dictionary, a, "one|two"));
    assert_false(dictionary_allows(dictionary, a, "on"));
    assert_true(dictionary_allows(dictionary, b, "oNE"));
    assert_true(dictionary_allows(dictionary, c, "red"));
    assert_true(dictionary_allows(dictionary, c, "dark green"));
    assert_false(dictionary_allows(dictionary, c, "green"));
    dictionary_free(dictionary);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_lines_are_refused_with_their_number),
        cmocka_unit_test(bytes_of_zero_are_refused),
        cmocka_unit_test(a_later_line_replaces_an_earlier_one),
        cmocka_unit_test(elements_are_found_by_path_and_number),
        cmocka_unit_test(names_are_guessed_among_siblings),
        cmocka_unit_test(choices_have_words_or_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
