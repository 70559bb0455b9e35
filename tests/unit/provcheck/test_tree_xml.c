/* SPDX-License-Identifier: MIT */
/* Elements and attributes of XML, one after the other. */
#include "provcheck/tree/internal.h"

#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

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
        cmocka_unit_test(every_element_is_visited),
        cmocka_unit_test(entities_are_not_expanded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
