/* SPDX-License-Identifier: MIT */
/* Digests and their codes. */
#include "tests/unit/support.h"

static void
codes_have_names_and_lengths(void **state)
{
    (void)state;
    assert_string_equal(prov_digest_name(0), "MD5");
    assert_string_equal(prov_digest_name(1), "SHA1");
    assert_string_equal(prov_digest_name(2), "SHA256");
    assert_string_equal(prov_digest_name(3), "SHA512");
    assert_null(prov_digest_name(4));
    assert_null(prov_digest_name(0xffffffffU));
    assert_int_equal(prov_digest_len(PROV_MD5), 16);
    assert_int_equal(prov_digest_len(PROV_SHA1), 20);
    assert_int_equal(prov_digest_len(PROV_SHA256), 32);
    assert_int_equal(prov_digest_len(PROV_SHA512), PROV_DIGEST_MAX);
    assert_int_equal(prov_digest_len(4), 0);
}

static void
words_are_those_that_files_are_written_with(void **state)
{
    (void)state;
    enum prov_digest digest = PROV_MD5;
    assert_true(prov_digest_parse("sha1", &digest));
    assert_int_equal(digest, PROV_SHA1);
    assert_true(prov_digest_parse("SHA512", &digest));
    assert_int_equal(digest, PROV_SHA512);
    assert_false(prov_digest_parse("sha256", &digest));
    assert_false(prov_digest_parse("md5", &digest));
    assert_false(prov_digest_parse("sha-1", &digest));
    assert_false(prov_digest_parse("", &digest));
    assert_int_equal(digest, PROV_SHA512);
}

static void
digests_are_right(void **state)
{
    (void)state;
    static const struct {
        enum prov_digest digest;
        uint8_t first, last;
    } cases[] = {
        {PROV_MD5, 0x90, 0x72},
        {PROV_SHA1, 0xa9, 0x9d},
        {PROV_SHA256, 0xba, 0xad},
        {PROV_SHA512, 0xdd, 0x9f},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct prov_hash hash;
        struct prov_error err;
        expect_ok(prov_digest(cases[i].digest, "abc", 3, &hash, &err), &err);
        assert_int_equal(hash.len, prov_digest_len(cases[i].digest));
        assert_int_equal(hash.value[0], cases[i].first);
        assert_int_equal(hash.value[hash.len - 1], cases[i].last);
    }
}

static void
an_unknown_digest_is_refused(void **state)
{
    (void)state;
    struct prov_hash hash = {.len = 7};
    struct prov_error err;
    expect_failure(prov_digest((enum prov_digest)9, "", 0, &hash, &err), PROV_E_ARGUMENT, &err,
                   "digest 9 is unknown");
    assert_int_equal(hash.len, 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_have_names_and_lengths),
        cmocka_unit_test(words_are_those_that_files_are_written_with),
        cmocka_unit_test(digests_are_right),
        cmocka_unit_test(an_unknown_digest_is_refused),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
