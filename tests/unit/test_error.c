/* SPDX-License-Identifier: MIT */
/* Errors: codes, sentences, and what is kept of their cause. */
#include "libprov/internal.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <openssl/err.h>
#include <string.h>

static void
every_code_has_a_text_of_its_own(void **state)
{
    (void)state;
    const char *unknown = prov_strerror(1);
    assert_string_equal(unknown, "an unknown error");
    assert_string_equal(prov_strerror(PROV_OK), "no error");
    for (int a = PROV_OK; a >= PROV_E_PASSPHRASE; a--) {
        assert_string_not_equal(prov_strerror(a), unknown);
        for (int b = a - 1; b >= PROV_E_PASSPHRASE; b--)
            assert_string_not_equal(prov_strerror(a), prov_strerror(b));
    }
    assert_string_equal(prov_strerror(PROV_E_PASSPHRASE - 1), unknown);
}

static void
a_failure_replaces_the_one_before(void **state)
{
    (void)state;
    struct prov_error err = {.sys = 5, .ssl = 6, .offset = 7};
    assert_int_equal(prov_fail(&err, PROV_E_UNFIT, "%s %d", "word", 3), PROV_E_UNFIT);
    assert_int_equal(err.code, PROV_E_UNFIT);
    assert_int_equal(err.sys, 0);
    assert_int_equal(err.ssl, 0);
    assert_int_equal(err.offset, 0);
    assert_string_equal(err.text, "word 3");
}

static void
the_error_may_be_null(void **state)
{
    (void)state;
    errno = ENOENT;
    assert_int_equal(prov_fail(NULL, PROV_E_LIMIT, "x"), PROV_E_LIMIT);
    assert_int_equal(prov__no_memory(NULL), PROV_E_MEMORY);
    assert_int_equal(prov__bad_format(NULL, 3, "x"), PROV_E_FORMAT);
    assert_int_equal(prov_system_failed(NULL, "x"), PROV_E_SYSTEM);
    assert_int_equal(prov__crypto_failed(NULL, "x"), PROV_E_CRYPTO);
}

static void
long_texts_are_cut(void **state)
{
    (void)state;
    char word[2 * PROV_ERROR_TEXT_MAX];
    struct prov_error err;
    memset(word, 'x', sizeof word);
    word[sizeof word - 1] = '\0';
    prov_fail(&err, PROV_E_LIMIT, "%s", word);
    assert_int_equal(strlen(err.text), PROV_ERROR_TEXT_MAX - 1);
    errno = ENOENT;
    assert_int_equal(prov_system_failed(&err, "%s", word), PROV_E_SYSTEM);
    assert_int_equal(strlen(err.text), PROV_ERROR_TEXT_MAX - 1);
}

static void
failures_carry_their_cause(void **state)
{
    (void)state;
    struct prov_error err;
    expect_failure(prov__no_memory(&err), PROV_E_MEMORY, &err, "out of memory");
    expect_failure(prov__bad_format(&err, 77, "at %d", 77), PROV_E_FORMAT, &err, "at 77");
    assert_int_equal(err.offset, 77);
    errno = EACCES;
    expect_failure(prov_system_failed(&err, "cannot open %s", "it"), PROV_E_SYSTEM, &err,
                   "cannot open it: Permission denied");
    assert_int_equal(err.sys, EACCES);
    assert_int_equal(err.offset, 0);
}

static void
openssls_reason_is_told_and_forgotten(void **state)
{
    (void)state;
    struct prov_error err;
    ERR_raise(ERR_LIB_USER, ERR_R_MALLOC_FAILURE);
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    expect_failure(prov__crypto_failed(&err, "cannot sign"), PROV_E_CRYPTO, &err,
                   "cannot sign: malloc failure");
    assert_int_not_equal(err.ssl, 0);
    assert_int_equal(ERR_peek_error(), 0);
    expect_failure(prov__crypto_failed(&err, "cannot sign"), PROV_E_CRYPTO, &err, "cannot sign");
    assert_string_equal(err.text, "cannot sign");
    assert_int_equal(err.ssl, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_text_of_its_own),
        cmocka_unit_test(a_failure_replaces_the_one_before),
        cmocka_unit_test(the_error_may_be_null),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(failures_carry_their_cause),
        cmocka_unit_test(openssls_reason_is_told_and_forgotten),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
