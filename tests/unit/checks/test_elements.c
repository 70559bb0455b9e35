/* SPDX-License-Identifier: MIT */
/* Each line of the dictionary, by values made for its type: a right one passes, a wrong one is
 * found. A line that is added is tested by that alone. */
#include "tests/unit/checks/findings.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#define XML_SIZE 4096
#define VALUE_SIZE 1024

/* The first word of a choice. */
static void
first_word(const struct dictionary *dictionary, const struct element *element, char *out)
{
    const char *words = element->values;
    for (size_t i = 0; words[0] == '@'; i++)
        if (strcmp(dictionary_at(dictionary, i)->path, element->values) == 0)
            words = dictionary_at(dictionary, i)->values;
    snprintf(out, VALUE_SIZE, "%.*s", (int)strcspn(words, "|"), words);
}

static void
repeat(char c, size_t count, char *out)
{
    memset(out, c, count);
    out[count] = '\0';
}

static void
right_value(const struct dictionary *dictionary, const struct element *element, char *out)
{
    static const char *const values[ELEMENT_TYPES] = {
        [ELEMENT_BLOCK] = "",
        [ELEMENT_BOOLEAN] = "true",
        [ELEMENT_HOST] = "pbx.example.org",
        [ELEMENT_IPV6] = "2001:db8::1",
        [ELEMENT_URL] = "http://pbx/x",
        [ELEMENT_HTTPS] = "https://pbx/x",
        [ELEMENT_LOAD] = "SIP42.9-4-2SR3-1S",
        [ELEMENT_TIME] = "08:30",
        [ELEMENT_DATE] = "D/M/YA",
        [ELEMENT_DIGITS] = "*81",
        [ELEMENT_TEXT] = "a text",
        [ELEMENT_SECRET] = "Xyzzy99",
        [ELEMENT_FILE] = "file.xml",
    };
    if (element->type == ELEMENT_CHOICE || element->type == ELEMENT_WORD)
        first_word(dictionary, element, out);
    else if (element->type == ELEMENT_NUMBER || element->type == ELEMENT_LIST)
        snprintf(out, VALUE_SIZE, "%u", element->min);
    else if (element->type == ELEMENT_HEX)
        repeat('a', element->max, out);
    else
        snprintf(out, VALUE_SIZE, "%s", values[element->type]);
}

/* Empty where every value is right. */
static void
wrong_value(const struct element *element, char *out)
{
    static const char *const values[ELEMENT_TYPES] = {
        [ELEMENT_BOOLEAN] = "maybe",
        [ELEMENT_NUMBER] = "many",
        [ELEMENT_CHOICE] = "no word",
        [ELEMENT_WORD] = "no word",
        [ELEMENT_LIST] = "99",
        [ELEMENT_HOST] = "a host",
        [ELEMENT_IPV6] = "127.0.0.1",
        [ELEMENT_URL] = "pbx/x",
        [ELEMENT_HTTPS] = "http://pbx",
        [ELEMENT_LOAD] = "SIP.loads",
        [ELEMENT_TIME] = "8 in the morning",
        [ELEMENT_DATE] = "DD/MM",
        [ELEMENT_DIGITS] = "a word",
        [ELEMENT_HEX] = "00",
    };
    out[0] = '\0';
    if (values[element->type] != NULL)
        snprintf(out, VALUE_SIZE, "%s", values[element->type]);
    else if (element->max > 0)
        repeat('x', element->max + 1, out);
}

/* The element within all that is around it. */
static void
write_xml(const struct element *element, const char *value, char *out)
{
    char path[512], names[16][128];
    size_t depth = 0, len = 0;
    snprintf(path, sizeof path, "%s", element->path);
    for (char *rest = path, *name; (name = strsep(&rest, "/")) != NULL; depth++)
        snprintf(names[depth], sizeof names[0], "%s", name);
    if (element->last > 0)
        snprintf(names[depth - 1], sizeof names[0], "%s%u", element->name, element->last);
    for (size_t i = 0; i < depth; i++)
        len += (size_t)snprintf(out + len, XML_SIZE - len, "<%s>", names[i]);
    len += (size_t)snprintf(out + len, XML_SIZE - len, "%s", value);
    for (size_t i = depth; i-- > 0;)
        len += (size_t)snprintf(out + len, XML_SIZE - len, "</%s>", names[i]);
}

static bool
is_about_element(enum check_rule rule)
{
    return (rule >= CHECK_ELEMENT_UNKNOWN && rule <= CHECK_VALUE_LENGTH) || rule == CHECK_LOAD_NAME;
}

static size_t
count_found(const struct dictionary *dictionary, const struct element *element, const char *value)
{
    char xml[XML_SIZE];
    struct kept kept = {.count = 0};
    size_t count = 0;
    const struct config_context about = {.dictionary = dictionary, .owner = CONFIG_OF_NOBODY};
    write_xml(element, value, xml);
    config_check((struct prov_span){(const uint8_t *)xml, strlen(xml)}, &about, keep_finding,
                 &kept);
    for (size_t i = 0; i < kept.count; i++)
        count += is_about_element(kept.at[i].rule);
    return count;
}

static void
each_line_passes_right_values_and_finds_wrong_ones(void **state)
{
    (void)state;
    struct dictionary *dictionary = shared_dictionary();
    char value[VALUE_SIZE];
    size_t tried = 0;
    for (size_t i = 0; i < dictionary_count(dictionary); i++) {
        const struct element *element = dictionary_at(dictionary, i);
        if (element->path[0] == '@' || strchr(element->path, '/') == NULL)
            continue;
        right_value(dictionary, element, value);
        if (count_found(dictionary, element, value) != 0)
            fail_msg("%s: '%s' is found", element->path, value);
        wrong_value(element, value);
        if (value[0] != '\0' && count_found(dictionary, element, value) != 1)
            fail_msg("%s: '%s' is not found", element->path, value);
        tried++;
    }
    assert_true(tried > 400);
    dictionary_free(dictionary);
}

static void
each_line_says_where_it_is_known_from(void **state)
{
    (void)state;
    struct dictionary *dictionary = shared_dictionary();
    for (size_t i = 0; i < dictionary_count(dictionary); i++) {
        const struct element *element = dictionary_at(dictionary, i);
        assert_true(element->source[0] != '\0');
        if (strcmp(element->source, "SEEN") == 0) /* nobody published it */
            assert_string_equal(element->severity, RULE_NOTES);
    }
    dictionary_free(dictionary);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_passes_right_values_and_finds_wrong_ones),
        cmocka_unit_test(each_line_says_where_it_is_known_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
