/* SPDX-License-Identifier: MIT */
/* Who was ever encrypted, and phones as sets. */
#include "provbuild/secrets/encrypted_before.h"
#include "tests/unit/provbuild/values.h"

static void
phones_stand_once_and_in_order(void **state)
{
    (void)state;
    struct phones phones = phones_of(TWO, ONE, TWO, NULL);
    const struct prov_mac one = phone_of(ONE), other = phone_of("SEP001122334456");
    assert_int_equal(phones.count, 2);
    assert_string_equal(phones.at[0].text, one.text);
    assert_true(phones_hold(&phones, &one));
    assert_false(phones_hold(&phones, &other));
    assert_true(phones_drop(&phones, &one));
    assert_false(phones_drop(&phones, &one));
    assert_int_equal(phones.count, 1);
}

static void
a_phone_is_in_one_state(void **state)
{
    (void)state;
    static const struct {
        enum encrypted_state state;
        bool may_be_secret;
    } cases[] = {
        {ENCRYPTED_NEVER, false},
        {ENCRYPTED_NO_MORE, false},
        {ENCRYPTED_ONCE, true},
        {ENCRYPTED_UNKNOWN, true}, /* tree and record were lost: rather secret than public */
    };
    const struct prov_mac phone = phone_of(ONE);
    struct encrypted_before encrypted = {0};
    for (size_t from = 0; from < LENGTH(cases); from++)
        for (size_t to = 0; to < LENGTH(cases); to++) {
            assert_int_equal(encrypted_note(&encrypted, &phone, cases[from].state, NULL), PROV_OK);
            encrypted.changed = false;
            assert_int_equal(encrypted_note(&encrypted, &phone, cases[to].state, NULL), PROV_OK);
            assert_int_equal(encrypted_state_of(&encrypted, &phone), cases[to].state);
            assert_int_equal(encrypted_may_be_secret(&encrypted, &phone), cases[to].may_be_secret);
            assert_int_equal(encrypted.changed, from != to);
        }
    encrypted_release(&encrypted);
}

static void
one_phone_says_nothing_of_another(void **state)
{
    (void)state;
    const struct prov_mac phone = phone_of(ONE), other = phone_of(TWO);
    struct encrypted_before encrypted = {0};
    assert_int_equal(encrypted_note(&encrypted, &phone, ENCRYPTED_ONCE, NULL), PROV_OK);
    assert_int_equal(encrypted_state_of(&encrypted, &other), ENCRYPTED_NEVER);
    assert_false(encrypted_may_be_secret(&encrypted, &other));
    encrypted_release(&encrypted);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phones_stand_once_and_in_order),
        cmocka_unit_test(a_phone_is_in_one_state),
        cmocka_unit_test(one_phone_says_nothing_of_another),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
