/* SPDX-License-Identifier: MIT */
/* Growing buffers and borrowed spans. */
#include "libprov/internal.h"
#include "tests/unit/support.h"

#include <string.h>

static void
starts_empty(void **state)
{
    (void)state;
    struct prov_bytes *bytes = prov_bytes_new(10);
    assert_int_equal(prov_bytes_span(bytes).len, 0);
    prov_bytes_free(bytes);
    prov_bytes_free(NULL);
}

static void
keeps_what_is_put(void **state)
{
    (void)state;
    struct prov_error err;
    struct prov_bytes *bytes = prov_bytes_new(100);
    expect_ok(prov_bytes_put(bytes, "abc", 3, &err), &err);
    expect_ok(prov_bytes_put(bytes, NULL, 0, &err), &err);
    expect_ok(prov_bytes_put(bytes, "de", 2, &err), &err);
    expect_same(kept_bytes(bytes), span_of("abcde"));
}

static void
holds_its_maximum_and_no_more(void **state)
{
    (void)state;
    struct prov_error err;
    struct prov_bytes *bytes = prov_bytes_new(5);
    expect_ok(prov_bytes_put(bytes, "abcde", 5, &err), &err);
    expect_failure(prov_bytes_put(bytes, "f", 1, &err), PROV_E_LIMIT, &err, "more than 5 bytes");
    expect_failure(prov_bytes_put(bytes, "f", SIZE_MAX, &err), PROV_E_LIMIT, &err, "more than 5");
    assert_null(prov__bytes_extend(bytes, 1, &err));
    assert_int_equal(err.code, PROV_E_LIMIT);
    expect_same(kept_bytes(bytes), span_of("abcde"));
}

static void
holds_nothing_with_maximum_zero(void **state)
{
    (void)state;
    struct prov_error err;
    struct prov_bytes *bytes = prov_bytes_new(0);
    expect_failure(prov_bytes_put(bytes, "x", 1, &err), PROV_E_LIMIT, &err, "more than 0 bytes");
    prov__bytes_truncate(bytes, 0);
    assert_int_equal(kept_bytes(bytes).len, 0);
}

static void
grows_by_single_bytes(void **state)
{
    (void)state;
    struct prov_error err;
    struct prov_bytes *bytes = prov_bytes_new(70000);
    for (unsigned i = 0; i < 70000; i++) {
        uint8_t byte = (uint8_t)(i * 7 & 0xff);
        expect_ok(prov_bytes_put(bytes, &byte, 1, &err), &err);
    }
    struct prov_span span = kept_bytes(bytes);
    assert_int_equal(span.len, 70000);
    for (unsigned i = 0; i < 70000; i++)
        assert_int_equal(span.data[i], i * 7 & 0xff);
}

static void
an_unlimited_maximum_does_not_overflow(void **state)
{
    (void)state;
    struct prov_error err;
    struct prov_bytes *bytes = prov_bytes_new(SIZE_MAX);
    expect_ok(prov_bytes_put(bytes, "x", 1, &err), &err);
    expect_failure(prov_bytes_put(bytes, "x", SIZE_MAX, &err), PROV_E_LIMIT, &err, "more than");
    prov_bytes_free(bytes);
}

static void
extends_patches_and_truncates(void **state)
{
    (void)state;
    struct prov_error err;
    struct prov_bytes *bytes = prov_bytes_new(100);
    uint8_t *room = prov__bytes_extend(bytes, 6, &err);
    memcpy(room, "abcdef", 6);
    prov__bytes_patch_u16(bytes, 4, 0x4142);
    prov__bytes_patch_u16(bytes, 0, 0x4344);
    expect_same(prov_bytes_span(bytes), span_of("CDcdAB"));
    prov__bytes_truncate(bytes, 3);
    expect_same(kept_bytes(bytes), span_of("CDc"));
}

static void
truncation_wipes(void **state)
{
    (void)state;
    struct prov_error err;
    struct prov_bytes *bytes = prov_bytes_new(100);
    expect_ok(prov_bytes_put(bytes, "secret", 6, &err), &err);
    const uint8_t *data = prov_bytes_span(bytes).data;
    prov__bytes_truncate(bytes, 0);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(data[i], 0);
    prov_bytes_free(bytes);
}

static void
spans_compare_by_content(void **state)
{
    (void)state;
    struct prov_span none = {NULL, 0};
    assert_true(prov_span_equal(none, span_of("")));
    assert_true(prov_span_equal(span_of("ab"), span_of("ab")));
    assert_false(prov_span_equal(span_of("ab"), span_of("ac")));
    assert_false(prov_span_equal(span_of("ab"), span_of("a")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_empty),
        cmocka_unit_test(keeps_what_is_put),
        cmocka_unit_test(holds_its_maximum_and_no_more),
        cmocka_unit_test(holds_nothing_with_maximum_zero),
        cmocka_unit_test(grows_by_single_bytes),
        cmocka_unit_test(an_unlimited_maximum_does_not_overflow),
        cmocka_unit_test(extends_patches_and_truncates),
        cmocka_unit_test(truncation_wipes),
        cmocka_unit_test(spans_compare_by_content),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
