/* SPDX-License-Identifier: MIT */
/* Arrays that grow by one element at a time, and open at any place. */
#include "cli/array.h"
#include "tests/unit/support.h"

#include <malloc.h>
#include <stdlib.h>

static void
there_is_always_room_for_one_more(void **state)
{
    (void)state;
    uint32_t *array = NULL;
    for (size_t count = 0; count < 1000; count++) {
        array = array_room(array, count, sizeof *array);
        assert_true(malloc_usable_size(array) >= (count + 1) * sizeof *array);
        array[count] = (uint32_t)count;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(array[i], i);
    free(array);
}

static void
what_was_taken_out_may_come_again(void **state)
{
    (void)state;
    uint32_t *array = NULL;
    for (size_t count = 0; count < 9; count++)
        array = array_room(array, count, sizeof *array);
    for (size_t count = 8; count-- > 0;) {
        array = array_room(array, count, sizeof *array);
        assert_true(malloc_usable_size(array) >= (count + 1) * sizeof *array);
        array[count] = 7;
    }
    free(array);
}

static void
a_place_opens_anywhere(void **state)
{
    (void)state;
    char *array = NULL;
    static const struct {
        char put;
        size_t place;
    } steps[] = {{'c', 0}, {'a', 0}, {'d', 2}, {'b', 1}, {'e', 4}};
    for (size_t count = 0; count < LENGTH(steps); count++) {
        array = array_open(array, count, steps[count].place, sizeof *array);
        assert_non_null(array);
        array[steps[count].place] = steps[count].put;
    }
    assert_memory_equal(array, "abcde", LENGTH(steps));
    free(array);
}

static int
compare(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

static void
a_key_has_its_place(void **state)
{
    (void)state;
    static const struct {
        char key;
        size_t place;
        bool there;
    } cases[] = {{'a', 0, false}, {'b', 0, true}, {'c', 1, false}, {'d', 1, true},
                 {'e', 2, false}, {'f', 2, true}, {'h', 3, true},  {'i', 4, false}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        bool there = !cases[i].there;
        assert_int_equal(array_place(&cases[i].key, "bdfh", 4, 1, compare, &there), cases[i].place);
        assert_int_equal(there, cases[i].there);
    }
    bool there = true;
    assert_int_equal(array_place("a", NULL, 0, 1, compare, &there), 0);
    assert_false(there);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_always_room_for_one_more),
        cmocka_unit_test(what_was_taken_out_may_come_again),
        cmocka_unit_test(a_place_opens_anywhere),
        cmocka_unit_test(a_key_has_its_place),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
