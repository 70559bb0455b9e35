/* SPDX-License-Identifier: MIT */
/* One number, in the headers, in the library and in words. */
#include "tests/unit/support.h"

static void
number_and_words_agree(void **state)
{
    (void)state;
    unsigned number = prov_version_number();
    assert_int_equal(number, PROV_VERSION_NUMBER);
    assert_string_equal(prov_version(),
                        text_of("%u.%u.%u", number >> 16, number >> 8 & 0xff, number & 0xff));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_and_words_agree),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
