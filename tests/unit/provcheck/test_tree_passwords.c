/* SPDX-License-Identifier: MIT */
/* Which texts of a configuration are passwords. */
#include "provcheck/tree/passwords.h"
#include "provcheck/tree/xml.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

typedef bool search(struct prov_span text, char name[static PASSWORD_NAME_MAX]);

/* On memory of exactly this size, so that a sanitizer sees what reads beyond it. */
static void
finds(search *in, const char *text, size_t len, const char *wanted)
{
    char name[PASSWORD_NAME_MAX] = "";
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    bool found = in((struct prov_span){copy, len}, name);
    free(copy);
    assert_int_equal(found, wanted != NULL);
    if (wanted != NULL)
        assert_string_equal(name, wanted);
}

static void
in_xml(const char *text, const char *wanted)
{
    finds(password_in_xml, text, strlen(text), wanted);
}

static void
in_lines(const char *text, const char *wanted)
{
    finds(password_in_lines, text, strlen(text), wanted);
}

static void
elements_with_text(void **state)
{
    (void)state;
    in_xml("<device><authPassword>x</authPassword>", "authPassword");
    in_xml("<SSHPASSWORD a=\"b\">\n x", "SSHPASSWORD");
    in_xml("<psk>x", "psk");
    in_xml("<!-- <phonePassword>x</phonePassword> -->", "phonePassword");
    in_xml("<aPassword/><bPassword><![CDATA[x]]>", "bPassword");
    in_xml("<x:password>0</x:password>", "x:password");
}

static void
elements_without_text(void **state)
{
    (void)state;
    in_xml("", NULL);
    in_xml("<authPassword/>", NULL);
    in_xml("<authPassword a='b' />", NULL);
    in_xml("<authPassword> \r\n\t</authPassword>", NULL);
    in_xml("<authPassword><![CDATA[]]></authPassword>", NULL);
    in_xml("<authPassword>UNPROVISIONED</authPassword>", NULL);
    in_xml("<passwordPersistent>1</passwordPersistent>", NULL);
    in_xml("</authPassword>x", NULL);
    in_xml("<pskx>x</pskx>", NULL);
}

static void
settings_in_lines(void **state)
{
    (void)state;
    in_lines("a: b\r\n  line1_password: \"x\"\r\n", "line1_password");
    in_lines("phone_password : x", "phone_password");
    in_lines("phone_password: \"\"\nphone_prompt: \"x\"\n", NULL);
    in_lines("phone_password: UNPROVISIONED\n", NULL);
    in_lines("phone_password: # none\n", NULL);
    in_lines("phone_password", NULL);
    in_lines("", NULL);
}

/* Cut anywhere, and with a NUL anywhere, nothing is read beyond the text. */
static void
texts_cut_short(void **state)
{
    (void)state;
    static const char text[] =
        "<aPassword q='r'>\n<![CDATA[]]></aPassword><bPassword>\nline1_password: \"\"\n";
    char name[PASSWORD_NAME_MAX];
    for (size_t len = 1; len < sizeof text; len++) {
        for (size_t i = 0; i <= len; i++) {
            uint8_t *copy = malloc(len);
            assert_non_null(copy);
            memcpy(copy, text, len);
            if (i < len)
                copy[i] = '\0';
            (void)password_in_xml((struct prov_span){copy, len}, name);
            (void)password_in_lines((struct prov_span){copy, len}, name);
            free(copy);
        }
    }
}

struct seen {
    size_t count;
    char last[64];
    bool below;
};

static void
see(void *context, const struct xml_element *element)
{
    struct seen *seen = context;
    seen->count++;
    snprintf(seen->last, sizeof seen->last, "%s/%s=%s", element->parent, element->name,
             element->text);
    seen->below = xml_is_below(element, "TOP");
}

static bool
visit(const char *xml, struct seen *seen)
{
    *seen = (struct seen){0};
    return xml_visit((struct prov_span){(const uint8_t *)xml, strlen(xml)}, see, seen);
}

static void
every_element_is_visited(void **state)
{
    (void)state;
    struct seen seen;
    assert_true(visit("<top><a>1</a><b><c x='y'/></b>text<d> 2 </d></top>", &seen));
    assert_int_equal(seen.count, 6);
    assert_string_equal(seen.last, "top/d=2");
    assert_true(seen.below);
    assert_true(visit("<device xsi:type=\"axl:XIPPhone\"/>", &seen)); /* as the vendor writes it */
    assert_int_equal(seen.count, 2);
    assert_false(visit("<top><a></top>", &seen));
    assert_false(visit("", &seen));
}

static void
entities_are_not_expanded(void **state)
{
    (void)state;
    struct seen seen;
    (void)visit("<!DOCTYPE t [<!ENTITY a SYSTEM \"file:///etc/hostname\">]><t>&a;</t>", &seen);
    assert_string_equal(seen.last, "/t=");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_with_text),       cmocka_unit_test(elements_without_text),
        cmocka_unit_test(settings_in_lines),        cmocka_unit_test(texts_cut_short),
        cmocka_unit_test(every_element_is_visited), cmocka_unit_test(entities_are_not_expanded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
