/* SPDX-License-Identifier: MIT */
/* XML element by element, and what is said where it is not well-formed. */
#include "checks/xml.h"

#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

struct seen {
    size_t count;
    char all[512];
    bool below;
};

static void
see(void *context, const struct xml_element *element)
{
    struct seen *seen = context;
    size_t len = strlen(seen->all);
    seen->count++;
    snprintf(seen->all + len, sizeof seen->all - len, "%s=%s@%u:%u ", element->path, element->text,
             element->line, element->column);
    seen->below = seen->below || xml_is_below(element, "TOP");
}

static bool
read_bytes(const char *xml, size_t len, struct seen *seen, struct xml_fault *fault)
{
    *seen = (struct seen){.count = 0};
    return xml_read((struct prov_span){(const uint8_t *)xml, len}, see, seen, fault);
}

static void
elements_have_paths_texts_and_places(void **state)
{
    (void)state;
    struct seen seen;
    struct xml_fault fault;
    static const char xml[] = "<top>\n  <a> 1 </a>text\n <b\n  x='y'><c/></b>\n</top>";
    assert_true(read_bytes(xml, strlen(xml), &seen, &fault));
    assert_string_equal(seen.all, "top/a=1@2:3 top/b/c=@4:9 top/b=@3:2 top=@1:1 ");
    assert_true(seen.below);
}

static void
look(void *context, const struct xml_element *element)
{
    char *out = context;
    if (strcmp(element->name, "p:line") == 0)
        snprintf(out, 64, "%s %s %s %zu", element->parent, xml_value(element, "button"),
                 xml_value(element, "q:x"), element->parent_number);
    assert_null(xml_value(element, "none"));
}

static void
attributes_and_prefixes_stay(void **state)
{
    (void)state;
    char out[64] = "";
    struct xml_fault fault;
    static const char xml[] = "<l><m/><p:line button='1' q:x='&lt;2'/></l>";
    assert_true(xml_read((struct prov_span){(const uint8_t *)xml, strlen(xml)}, look, out, &fault));
    assert_string_equal(out, "l 1 <2 1");
}

static void
encodings_are_read(void **state)
{
    (void)state;
    struct seen seen;
    struct xml_fault fault;
    static const char latin[] = "<?xml version='1.0' encoding='ISO-8859-1'?>\r\n<a>\xe9</a>";
    static const char mark[] = "\xef\xbb\xbf<a>1</a>";
    static const char wide[] = "\xff\xfe<\0a\0>\0"
                               "1\0<\0/\0a\0>\0";
    assert_true(read_bytes(latin, strlen(latin), &seen, &fault));
    assert_string_equal(seen.all, "a=\xc3\xa9@2:1 ");
    assert_true(read_bytes(mark, strlen(mark), &seen, &fault));
    assert_true(read_bytes(wide, sizeof wide - 1, &seen, &fault));
    assert_string_equal(seen.all, "a=1@1:1 ");
}

/* The line, and what is said. */
static const struct {
    const char *xml;
    unsigned line;
    const char *what;
} faults[] = {
    {"", 0, "it is empty"},
    {"<d>\n<authPassword>a&b#1</authPassword></d>", 2,
     "an & that is not written &amp; stands in <authPassword>"},
    {"<d>\n<url>http://x/?a=1&b=2</url></d>", 2, "an & that is not written &amp; stands in <url>"},
    {"<d>&nbsp;</d>", 1, "an & that is not written &amp; stands in <d>"},
    {"<d>\n<authPassword>ab<cd>ef</authPassword></d>", 2,
     "<authPassword> holds a < that is not written &lt;, or a placeholder of a template"},
    {"<d>\n<a>ab<1</a></d>", 2, "a < that is not written &lt;, or a tag without a name"},
    {"<?xml version=\xe2\x80\x9c"
     "1.0\xe2\x80\x9d?><d/>",
     1, "a typographic quote stands where \" belongs"},
    {"<d>\n<m priority=\x93"
     "0\x94/></d>",
     2, "a typographic quote stands where \" belongs"},
    {"<d>\n <TVS><members/>\n<TVS><f>x<f></d>", 3,
     "<TVS> opens again what line 2 opened: the end tag </TVS> was likely meant"},
    {"<d>\n<name>{{ name }}</nam</d>", 2, "a placeholder of a template was left over"},
    {"<d>\n<authPassword[== __pw__ ==]</authPassword></d>", 2,
     "a placeholder of a template was left over"},
    {"<d>\n<name><Phone-Mac></name></d>", 2,
     "<Phone-Mac> is never closed: a placeholder of a template was left over"},
    {"<d>\n<loadInformation434>SIP42</loadInformation></d>", 2,
     "this end tag is not that of <loadInformation434>, which line 2 opened"},
    {"<d>\n <vendorConfig>\n<a>1</a>\n", 4,
     "the file ends before <vendorConfig> of line 2 is closed: it is cut off, or an end tag is "
     "missing"},
    {"<d>\nCaf\xe9</d>", 2, "these bytes are not in the encoding that it declares (UTF-8 if none)"},
    {"<!DOCTYPE d [<!ENTITY a 'b'>]><d>&a;</d>", 1,
     "it uses an XML entity of its own, which phones do not expand"},
    {"<d/>\n<d/>", 2, "something follows the root element, or it is cut off"},
    {"\n<?xml version='1.0'?><d/>", 2,
     "something stands before <?xml, which must be the very first"},
    {"<d>\n<m a='1' a='2'/></d>", 2, "an attribute stands twice"},
};

static void
faults_are_told_in_the_words_of_people(void **state)
{
    (void)state;
    struct seen seen;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct xml_fault fault;
        assert_false(read_bytes(faults[i].xml, strlen(faults[i].xml), &seen, &fault));
        assert_string_equal(fault.what, faults[i].what);
        assert_int_equal(fault.line, faults[i].line);
    }
}

static void
what_follows_a_nul_is_a_fault(void **state)
{
    (void)state;
    struct seen seen;
    struct xml_fault fault;
    assert_false(read_bytes("<d/>\n\0x", 7, &seen, &fault));
}

/* No piece of a password, however it is broken. */
static void
no_fault_quotes_a_password(void **state)
{
    (void)state;
    static const char *const secrets[] = {"Xy&zzy", "Xy<zzy",    "Xy<zzy>", "Xy</zzy>",  "Xy&zzy;",
                                          "<zzy/",  "<zzy a=b>", "]]>zzy",  "<zzy><zzy>"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        char xml[256];
        struct seen seen;
        struct xml_fault fault;
        snprintf(xml, sizeof xml, "<d><authPassword>%s</authPassword></d>", secrets[i]);
        if (!read_bytes(xml, strlen(xml), &seen, &fault))
            assert_null(strstr(fault.what, "zzy"));
    }
}

static void
nesting_is_bounded(void **state)
{
    (void)state;
    static char deep[3 * 5000 + 1];
    struct seen seen;
    struct xml_fault fault;
    for (size_t i = 0; i < 5000; i++)
        memcpy(deep + 3 * i, "<a>", 3);
    assert_false(read_bytes(deep, strlen(deep), &seen, &fault));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_have_paths_texts_and_places),
        cmocka_unit_test(attributes_and_prefixes_stay),
        cmocka_unit_test(encodings_are_read),
        cmocka_unit_test(faults_are_told_in_the_words_of_people),
        cmocka_unit_test(what_follows_a_nul_is_a_fault),
        cmocka_unit_test(no_fault_quotes_a_password),
        cmocka_unit_test(nesting_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
