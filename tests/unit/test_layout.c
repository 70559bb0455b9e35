/* SPDX-License-Identifier: MIT */
/* What differs between the layouts. */
#include "libprov/internal.h"
#include "tests/unit/support.h"

static void
layouts_are_found_by_name(void **state)
{
    (void)state;
    static const char *const names[] = {"callmanager", "4.11", "4.13"};
    for (size_t i = 0; i < LENGTH(names); i++) {
        assert_ptr_equal(prov_layout_find(names[i]), prov_layout_at(i));
        assert_string_equal(prov_layout_name(prov_layout_at(i)), names[i]);
    }
    assert_null(prov_layout_at(3));
    assert_null(prov_layout_at(SIZE_MAX));
    assert_null(prov_layout_find("4.12"));
    assert_null(prov_layout_find(""));
    assert_null(prov_layout_find("CallManager"));
}

static void
the_default_is_the_vendors(void **state)
{
    (void)state;
    assert_string_equal(prov_layout_name(prov_layout_default()), "callmanager");
    assert_string_equal(prov_layout_name(NULL), "callmanager");
    assert_ptr_equal(prov__layout_or_default(NULL), prov_layout_default());
    assert_ptr_equal(prov__layout_or_default(prov_layout_at(2)), prov_layout_at(2));
}

static void
only_the_newest_separates_by_comma(void **state)
{
    (void)state;
    assert_int_equal(prov_layout_find("callmanager")->separator, ';');
    assert_int_equal(prov_layout_find("4.11")->separator, ';');
    assert_int_equal(prov_layout_find("4.13")->separator, ',');
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_are_found_by_name),
        cmocka_unit_test(the_default_is_the_vendors),
        cmocka_unit_test(only_the_newest_separates_by_comma),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
