/* SPDX-License-Identifier: MIT */
/* The "5th generation" container of firmware. */
#include "tests/unit/support.h"

#include <string.h>

static struct prov_error err;
static const char payload[] = "#payload\nrootfs.sbn\n";

#define PAYLOAD_LEN (sizeof payload - 1)
#define FILE_MAX (56 + PROV_FIFTHGEN_NAME_MAX + 256 + PAYLOAD_LEN)

static void
put_little(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i) & 0xff);
}

/* A whole container of this name and word at offset 8, its digest right; returns its length. */
static size_t
make_named(uint8_t file[static FILE_MAX], const char *name, uint32_t word)
{
    struct prov_hash hash;
    uint32_t name_len = (uint32_t)strlen(name), header_len = 56 + (name_len + 3) / 4 * 4 + 256;
    memset(file, 0, FILE_MAX);
    put_little(file, 0xab1234cdU);
    put_little(file + 4, header_len);
    put_little(file + 8, word);
    put_little(file + 12, PAYLOAD_LEN);
    expect_ok(prov_digest(PROV_SHA256, payload, PAYLOAD_LEN, &hash, &err), &err);
    memcpy(file + 20, hash.value, hash.len);
    put_little(file + 52, name_len);
    memcpy(file + 56, name, name_len);
    memset(file + header_len - 256, 0x5a, 256);
    memcpy(file + header_len, payload, PAYLOAD_LEN);
    return header_len + PAYLOAD_LEN;
}

static size_t
make(uint8_t file[static FILE_MAX])
{
    return make_named(file, "rootfs88xx.12-0-7MPP0201-66.sb", 4);
}

static void
names_of_all_lengths_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t header_len, word;
    } cases[] = {
        {"sip78xx.11-0-1-11.loads", 336, 0},        {"sip78xx.12-8-1-0001.loads", 340, 0},
        {"sip78xx.14-2-1-0101-26.loads", 340, 0}, /* ends without NUL */
        {"sip88xx.12-0-7MPP0201-66.loads", 344, 4}, {"", 312, 0},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        uint8_t file[FILE_MAX];
        struct prov_fifthgen found;
        struct prov_span content;
        size_t len = make_named(file, cases[i].name, cases[i].word);
        const char *path = write_temporary("loads", file, len);
        assert_true(prov_fifthgen_detect(path));
        expect_ok(prov_fifthgen_read(path, &found, &err), &err);
        assert_int_equal(found.header_len, cases[i].header_len);
        assert_int_equal(found.payload_len, PAYLOAD_LEN);
        assert_string_equal(found.name, cases[i].name);
        expect_same(bytes_of(found.actual.value, found.actual.len),
                    bytes_of(found.stated.value, found.stated.len));
        assert_int_equal(found.actual.len, 32);
        expect_ok(prov_fifthgen_content(file, len, &content, &err), &err);
        expect_same(content, span_of(payload));
    }
}

static void
a_changed_payload_has_another_digest(void **state)
{
    (void)state;
    uint8_t file[FILE_MAX];
    struct prov_fifthgen found;
    size_t len = make(file);
    file[len - 1] ^= 1;
    expect_ok(prov_fifthgen_read(write_temporary("changed", file, len), &found, &err), &err);
    assert_memory_not_equal(found.actual.value, found.stated.value, 32);
}

static void
the_longest_name_is_read(void **state)
{
    (void)state;
    uint8_t file[FILE_MAX];
    char name[PROV_FIFTHGEN_NAME_MAX + 1] = "";
    struct prov_fifthgen found;
    memset(name, 'n', PROV_FIFTHGEN_NAME_MAX);
    size_t len = make_named(file, name, 0);
    expect_ok(prov_fifthgen_read(write_temporary("name", file, len), &found, &err), &err);
    assert_string_equal(found.name, name);
}

/* As a file and in memory. */
static void
refuses(const uint8_t *file, size_t len, const char *part)
{
    struct prov_fifthgen found = {.payload_len = 77};
    struct prov_span content = {.len = 77};
    expect_failure(prov_fifthgen_read(write_temporary("bad", file, len), &found, &err),
                   PROV_E_FORMAT, &err, part);
    assert_int_equal(found.payload_len, 77);
    expect_failure(prov_fifthgen_content(file, len, &content, &err), PROV_E_FORMAT, &err, part);
    assert_int_equal(content.len, 77);
}

static void
headers_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    uint8_t file[FILE_MAX];
    size_t len = make(file);
    put_little(file + 4, 345);
    refuses(file, len, "the 5th generation container has a header of 345 bytes, not 344");
    make(file);
    put_little(file + 52, 26);
    refuses(file, len, "the 5th generation container has a header of 344 bytes, not 340");
    put_little(file + 52, PROV_FIFTHGEN_NAME_MAX + 1);
    refuses(file, len, "the 5th generation container has a name of 129 bytes");
    put_little(file + 52, 0xffffffffU);
    refuses(file, len, "has a name of 4294967295 bytes");
    make(file);
    put_little(file + 12, PAYLOAD_LEN + 1);
    refuses(file, len, "says 21 bytes of payload, but holds 20");
    put_little(file + 12, 0xffffffffU);
    refuses(file, len, "says 4294967295 bytes of payload, but holds 20");
}

static void
other_files_are_refused(void **state)
{
    (void)state;
    uint8_t file[FILE_MAX];
    size_t len = make(file);
    refuses(file, 343, "the 5th generation container ends inside its header");
    refuses(file, 55, "the 5th generation container ends inside its header");
    refuses(file, 4, "the 5th generation container ends inside its header");
    refuses(file, 3, "this is no 5th generation container");
    refuses(file, 0, "this is no 5th generation container");
    file[0] ^= 1;
    refuses(file, len, "this is no 5th generation container");
}

static void
detection_needs_no_more_than_the_magic(void **state)
{
    (void)state;
    assert_true(prov_fifthgen_detect(write_temporary("magic", "\xcd\x34\x12\xab", 4)));
    assert_false(prov_fifthgen_detect(write_temporary("short", "\xcd\x34\x12", 3)));
    assert_false(prov_fifthgen_detect(write_temporary("other", "\xab\x12\x34\xcd", 4)));
    assert_false(prov_fifthgen_detect(temporary("missing")));
    assert_false(prov_fifthgen_detect("/dev/null"));
}

static void
files_that_cannot_be_read_are_told(void **state)
{
    (void)state;
    struct prov_fifthgen found;
    expect_failure(prov_fifthgen_read(temporary("missing"), &found, &err), PROV_E_SYSTEM, &err,
                   "cannot open it: No such file");
    expect_failure(prov_fifthgen_read(temporary(""), &found, &err), PROV_E_ARGUMENT, &err,
                   "this is not a regular file");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_all_lengths_are_read),
        cmocka_unit_test(a_changed_payload_has_another_digest),
        cmocka_unit_test(the_longest_name_is_read),
        cmocka_unit_test(headers_that_do_not_fit_are_refused),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(detection_needs_no_more_than_the_magic),
        cmocka_unit_test(files_that_cannot_be_read_are_told),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
