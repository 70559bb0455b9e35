/* SPDX-License-Identifier: MIT */
/* Tags, lengths and values, read and written. */
#include "libprov/tlv.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

static const struct prov__tag_rule rules[] = {
    [1] = {"Small", PROV_FIELD_NUMBER, 1},        [2] = {"Medium", PROV_FIELD_NUMBER, 2},
    [3] = {"Container", PROV_FIELD_CONTAINER, 0}, [4] = {"Text", PROV_FIELD_STRING, 0},
    [5] = {"Bytes", PROV_FIELD_BYTES, 0},         [6] = {"Large", PROV_FIELD_NUMBER, 4},
    [13] = {"Padding", PROV_FIELD_PADDING, 0},
};

static const struct prov__tag_table table = {"header", rules, LENGTH(rules)};

struct found {
    struct prov_field *fields;
    size_t count;
    size_t padding;
};

static int
read_fields(const void *data, size_t len, size_t max, struct found *found, struct prov_error *err)
{
    struct prov__reader reader = {.bytes = {data, len}, .base = 100, .table = &table};
    *found = (struct found){0};
    int rc = prov__fields_read(&reader, max, &found->fields, &found->count, &found->padding, err);
    if (rc == PROV_OK && found->fields != NULL)
        keep(found->fields, free);
    return rc;
}

static void
integers_are_big_endian(void **state)
{
    (void)state;
    static const uint8_t data[] = {0xfe, 0xdc, 0xba, 0x98};
    assert_int_equal(prov__get_u16(data), 0xfedc);
    assert_int_equal(prov__get_u32(data), 0xfedcba98U);
    assert_int_equal(prov__get_u32_little(data), 0x98badcfeU);
}

static void
every_kind_is_read(void **state)
{
    (void)state;
    static const uint8_t data[] = {1, 0, 1, 0xff, 2,    0,    1 + 1, 1, 2, 3,  0,   99,
                                   6, 0, 4, 0xff, 0xff, 0xff, 0xfe,  4, 0, 3,  'a', 'b',
                                   0, 5, 0, 0,    200,  0,    2,     7, 8, 13, 13};
    struct found found;
    struct prov_error err;
    expect_ok(read_fields(data, sizeof data, 10, &found, &err), &err);
    assert_int_equal(found.count, 7);
    assert_int_equal(found.padding, 2);
    assert_int_equal(found.fields[0].number, 0xff);
    assert_int_equal(found.fields[0].offset, 100);
    assert_int_equal(found.fields[1].number, 0x102);
    assert_int_equal(found.fields[1].offset, 104);
    assert_int_equal(found.fields[2].kind, PROV_FIELD_CONTAINER);
    assert_int_equal(found.fields[2].value.len, 0);
    assert_int_equal(found.fields[3].number, 0xfffffffeU);
    expect_same(found.fields[4].value, span_of("ab"));
    assert_int_equal(found.fields[5].value.len, 0);
    assert_int_equal(found.fields[6].tag, 200);
    assert_int_equal(found.fields[6].kind, PROV_FIELD_UNKNOWN);
    assert_int_equal(found.fields[6].value.len, 2);
}

static void
strings_lose_one_nul_at_most(void **state)
{
    (void)state;
    struct found found;
    struct prov_error err;
    expect_ok(read_fields("\4\0\0", 3, 1, &found, &err), &err);
    assert_int_equal(found.fields[0].value.len, 0);
    expect_ok(read_fields("\4\0\1\0", 4, 1, &found, &err), &err);
    assert_int_equal(found.fields[0].value.len, 0);
    expect_ok(read_fields("\4\0\2ab", 5, 1, &found, &err), &err);
    assert_int_equal(found.fields[0].value.len, 2);
    expect_ok(read_fields("\4\0\3a\0\0", 6, 1, &found, &err), &err);
    assert_int_equal(found.fields[0].value.len, 2);
}

static void
nothing_and_padding_alone_are_read(void **state)
{
    (void)state;
    struct found found;
    struct prov_error err;
    expect_ok(read_fields("", 0, 1, &found, &err), &err);
    assert_int_equal(found.count, 0);
    expect_ok(read_fields("\r\r\r", 3, 0, &found, &err), &err);
    assert_int_equal(found.count, 0);
    assert_int_equal(found.padding, 3);
}

static void
a_cut_prefix_is_refused(void **state)
{
    (void)state;
    struct found found;
    struct prov_error err;
    expect_failure(read_fields("\5", 1, 1, &found, &err), PROV_E_FORMAT, &err,
                   "header tag 5 at byte 100 is cut off");
    assert_int_equal(err.offset, 100);
    expect_failure(read_fields("\1\0\1x\5\0", 6, 3, &found, &err), PROV_E_FORMAT, &err,
                   "header tag 5 at byte 104 is cut off");
    assert_int_equal(err.offset, 104);
    expect_failure(read_fields("\3\0", 2, 3, &found, &err), PROV_E_FORMAT, &err, "is cut off");
}

static void
a_length_beyond_the_end_is_refused(void **state)
{
    (void)state;
    struct found found;
    struct prov_error err;
    expect_failure(read_fields("\5\0\4abc", 6, 1, &found, &err), PROV_E_FORMAT, &err,
                   "header tag 5 at byte 100 says 4 bytes, but the header ends after 3");
    expect_failure(read_fields("\5\xff\xff", 3, 1, &found, &err), PROV_E_FORMAT, &err,
                   "says 65535 bytes, but the header ends after 0");
}

static void
the_largest_value_is_read(void **state)
{
    (void)state;
    uint8_t *data = keep(calloc(1, 65538), free);
    struct found found;
    struct prov_error err;
    memcpy(data, "\5\xff\xff", 3);
    expect_ok(read_fields(data, 65538, 1, &found, &err), &err);
    assert_int_equal(found.fields[0].value.len, 65535);
    expect_failure(read_fields(data, 65537, 1, &found, &err), PROV_E_FORMAT, &err,
                   "says 65535 bytes, but the header ends after 65534");
}

static void
wrong_sizes_are_refused(void **state)
{
    (void)state;
    struct found found;
    struct prov_error err;
    expect_failure(read_fields("\1\0\2ab", 5, 1, &found, &err), PROV_E_FORMAT, &err,
                   "header tag 1 at byte 100 has 2 bytes instead of 1");
    expect_failure(read_fields("\2\0\1a", 4, 1, &found, &err), PROV_E_FORMAT, &err,
                   "has 1 bytes instead of 2");
    expect_failure(read_fields("\6\0\0", 3, 1, &found, &err), PROV_E_FORMAT, &err,
                   "has 0 bytes instead of 4");
}

static void
known_tags_stand_once_unknown_ones_often(void **state)
{
    (void)state;
    struct found found;
    struct prov_error err;
    expect_failure(read_fields("\5\0\0\5\0\0", 6, 9, &found, &err), PROV_E_FORMAT, &err,
                   "header tag 5 stands twice, again at byte 103");
    expect_failure(read_fields("\3\0\0\3\0\0", 6, 9, &found, &err), PROV_E_FORMAT, &err,
                   "header tag 3 stands twice");
    expect_ok(read_fields("\x40\0\0\x40\0\0\0\0\0\0\0\0", 12, 9, &found, &err), &err);
    assert_int_equal(found.count, 4);
}

static void
fields_are_counted(void **state)
{
    (void)state;
    uint8_t data[3 * 40];
    struct found found;
    struct prov_error err;
    for (size_t i = 0; i < sizeof data; i += 3)
        memcpy(data + i, "\x40\0\0", 3);
    expect_ok(read_fields(data, sizeof data, 40, &found, &err), &err);
    assert_int_equal(found.count, 40);
    expect_failure(read_fields(data, sizeof data, 39, &found, &err), PROV_E_FORMAT, &err,
                   "more than 39 fields in a header");
}

static void
fields_are_found_by_tag(void **state)
{
    (void)state;
    struct found found;
    struct prov_error err;
    expect_ok(read_fields("\1\0\1x\5\0\1y", 8, 9, &found, &err), &err);
    const struct prov_field *field = prov__fields_find(found.fields, found.count, 5);
    expect_same(prov__field_value(field), span_of("y"));
    assert_null(prov__fields_find(found.fields, found.count, 4));
    assert_int_equal(prov__field_value(NULL).len, 0);
    assert_null(prov__field_value(NULL).data);
}

static void
numbers_are_written(void **state)
{
    (void)state;
    static const uint8_t expected[] = {1,    0, 1, 0xab, 2,    0,    2,    0xab,
                                       0xcd, 6, 0, 4,    0x89, 0xab, 0xcd, 0xef};
    struct prov_error err;
    struct prov_bytes *out = prov_bytes_new(100);
    expect_ok(prov__put_u8(out, 1, 0xab, &err), &err);
    expect_ok(prov__put_u16(out, 2, 0xabcd, &err), &err);
    expect_ok(prov__put_u32(out, 6, 0x89abcdef, &err), &err);
    expect_same(kept_bytes(out), bytes_of(expected, sizeof expected));
}

static void
strings_are_written_with_a_nul(void **state)
{
    (void)state;
    struct prov_error err;
    struct prov_bytes *out = prov_bytes_new(100);
    expect_ok(prov__put_string(out, 4, span_of("ab"), &err), &err);
    expect_ok(prov__put_string(out, 4, (struct prov_span){NULL, 0}, &err), &err);
    expect_same(kept_bytes(out), bytes_of("\4\0\3ab\0\4\0\1\0", 10));
}

static void
a_length_fits_16_bits_or_is_refused(void **state)
{
    (void)state;
    uint8_t *data = keep(calloc(1, 65536), free);
    struct prov_error err;
    struct prov_bytes *out = prov_bytes_new(1000000);
    expect_ok(prov__put_value(out, 5, bytes_of(data, 65535), &err), &err);
    assert_int_equal(prov_bytes_span(out).len, 65538);
    expect_ok(prov__put_string(out, 4, bytes_of(data, 65534), &err), &err);
    assert_int_equal(prov_bytes_span(out).len, 2 * 65538);
    expect_failure(prov__put_value(out, 5, bytes_of(data, 65536), &err), PROV_E_LIMIT, &err,
                   "tag 5 cannot hold 65536 bytes");
    expect_failure(prov__put_string(out, 4, bytes_of(data, 65535), &err), PROV_E_LIMIT, &err,
                   "tag 4 cannot hold 65536 bytes");
    assert_int_equal(kept_bytes(out).len, 2 * 65538);
}

static void
writing_stops_at_the_buffers_maximum(void **state)
{
    (void)state;
    struct prov_error err;
    for (size_t max = 0; max < 6; max++) {
        struct prov_bytes *out = prov_bytes_new(max);
        expect_failure(prov__put_string(out, 4, span_of("ab"), &err), PROV_E_LIMIT, &err, "bytes");
        prov_bytes_free(out);
    }
    size_t mark = 0;
    struct prov_bytes *out = prov_bytes_new(2);
    expect_failure(prov__open_container(out, 3, &mark, &err), PROV_E_LIMIT, &err, "bytes");
    prov_bytes_free(out);
}

static void
containers_get_the_length_of_what_they_hold(void **state)
{
    (void)state;
    struct prov_error err;
    size_t outer = 0, inner = 0;
    struct prov_bytes *out = prov_bytes_new(100);
    expect_ok(prov__open_container(out, 16, &outer, &err), &err);
    expect_ok(prov__open_container(out, 17, &inner, &err), &err);
    expect_ok(prov__put_u8(out, 1, 9, &err), &err);
    expect_ok(prov__close_container(out, inner, &err), &err);
    expect_ok(prov__close_container(out, outer, &err), &err);
    expect_same(kept_bytes(out), bytes_of("\x10\0\7\x11\0\4\1\0\1\x09", 10));
}

static void
containers_do_not_overflow(void **state)
{
    (void)state;
    uint8_t *data = keep(calloc(1, 65536), free);
    struct prov_error err;
    size_t mark = 0;
    struct prov_bytes *out = prov_bytes_new(1000000);
    expect_ok(prov__open_container(out, 3, &mark, &err), &err);
    expect_ok(prov_bytes_put(out, data, 65535, &err), &err);
    expect_ok(prov__close_container(out, mark, &err), &err);
    assert_memory_equal(prov_bytes_span(out).data, "\3\xff\xff", 3);
    expect_ok(prov_bytes_put(out, data, 1, &err), &err);
    expect_failure(prov__close_container(out, mark, &err), PROV_E_LIMIT, &err,
                   "the names are too long for a header");
    prov_bytes_free(out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_big_endian),
        cmocka_unit_test(every_kind_is_read),
        cmocka_unit_test(strings_lose_one_nul_at_most),
        cmocka_unit_test(nothing_and_padding_alone_are_read),
        cmocka_unit_test(a_cut_prefix_is_refused),
        cmocka_unit_test(a_length_beyond_the_end_is_refused),
        cmocka_unit_test(the_largest_value_is_read),
        cmocka_unit_test(wrong_sizes_are_refused),
        cmocka_unit_test(known_tags_stand_once_unknown_ones_often),
        cmocka_unit_test(fields_are_counted),
        cmocka_unit_test(fields_are_found_by_tag),
        cmocka_unit_test(numbers_are_written),
        cmocka_unit_test(strings_are_written_with_a_nul),
        cmocka_unit_test(a_length_fits_16_bits_or_is_refused),
        cmocka_unit_test(writing_stops_at_the_buffers_maximum),
        cmocka_unit_test(containers_get_the_length_of_what_they_hold),
        cmocka_unit_test(containers_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
