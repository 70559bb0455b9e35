/* SPDX-License-Identifier: MIT */
/* The "5th generation" container of firmware. */
#include "tests/unit/support.h"

#include <string.h>

static struct prov_error err;
static const char payload[] = "#payload\nrootfs.sbn\n";

#define PAYLOAD_LEN (sizeof payload - 1)
#define FILE_LEN (PROV_FIFTHGEN_HEADER_LEN + PAYLOAD_LEN)

static void
put_little(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i) & 0xff);
}

/* A whole container, its digest right. */
static void
make(uint8_t file[static FILE_LEN])
{
    static const char name[] = "rootfs88xx.12-0-7.sbn";
    struct prov_hash hash;
    memset(file, 0, FILE_LEN);
    put_little(file, 0xab1234cdU);
    put_little(file + 4, PROV_FIFTHGEN_HEADER_LEN);
    put_little(file + 8, 4);
    put_little(file + 12, PAYLOAD_LEN);
    expect_ok(prov_digest(PROV_SHA256, payload, PAYLOAD_LEN, &hash, &err), &err);
    memcpy(file + 20, hash.value, hash.len);
    put_little(file + 52, sizeof name - 1);
    memcpy(file + 56, name, sizeof name - 1);
    memcpy(file + PROV_FIFTHGEN_HEADER_LEN, payload, PAYLOAD_LEN);
}

static void
a_container_is_read(void **state)
{
    (void)state;
    uint8_t file[FILE_LEN];
    struct prov_fifthgen found;
    make(file);
    const char *path = write_temporary("loads", file, sizeof file);
    assert_true(prov_fifthgen_detect(path));
    expect_ok(prov_fifthgen_read(path, &found, &err), &err);
    assert_int_equal(found.header_len, 344);
    assert_int_equal(found.payload_len, PAYLOAD_LEN);
    assert_string_equal(found.name, "rootfs88xx.12-0-7.sbn");
    expect_same(bytes_of(found.actual.value, found.actual.len),
                bytes_of(found.stated.value, found.stated.len));
    assert_int_equal(found.actual.len, 32);
}

static void
a_changed_payload_has_another_digest(void **state)
{
    (void)state;
    uint8_t file[FILE_LEN];
    struct prov_fifthgen found;
    make(file);
    file[FILE_LEN - 1] ^= 1;
    expect_ok(prov_fifthgen_read(write_temporary("changed", file, sizeof file), &found, &err),
              &err);
    assert_memory_not_equal(found.actual.value, found.stated.value, 32);
}

static void
the_longest_name_is_read(void **state)
{
    (void)state;
    uint8_t file[FILE_LEN];
    struct prov_fifthgen found;
    make(file);
    put_little(file + 52, 32);
    memset(file + 56, 'n', 32);
    expect_ok(prov_fifthgen_read(write_temporary("name", file, sizeof file), &found, &err), &err);
    assert_int_equal(strlen(found.name), 32);
}

static void
refuses(const uint8_t *file, size_t len, const char *part)
{
    struct prov_fifthgen found = {.payload_len = 77};
    expect_failure(prov_fifthgen_read(write_temporary("bad", file, len), &found, &err),
                   PROV_E_FORMAT, &err, part);
    assert_int_equal(found.payload_len, 77);
}

static void
headers_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    uint8_t file[FILE_LEN];
    make(file);
    put_little(file + 4, 345);
    refuses(file, sizeof file, "the 5th generation container has a header of 345 bytes, not 344");
    make(file);
    put_little(file + 52, 33);
    refuses(file, sizeof file, "the 5th generation container has a name of 33 bytes");
    put_little(file + 52, 0xffffffffU);
    refuses(file, sizeof file, "has a name of 4294967295 bytes");
    make(file);
    put_little(file + 12, PAYLOAD_LEN + 1);
    refuses(file, sizeof file, "says 21 bytes of payload, but holds 20");
    put_little(file + 12, 0xffffffffU);
    refuses(file, sizeof file, "says 4294967295 bytes of payload, but holds 20");
}

static void
other_files_are_refused(void **state)
{
    (void)state;
    uint8_t file[FILE_LEN];
    make(file);
    refuses(file, 343, "the 5th generation container ends inside its header");
    refuses(file, 4, "the 5th generation container ends inside its header");
    refuses(file, 3, "this is no 5th generation container");
    refuses(file, 0, "this is no 5th generation container");
    file[0] ^= 1;
    refuses(file, sizeof file, "this is no 5th generation container");
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
        cmocka_unit_test(a_container_is_read),
        cmocka_unit_test(a_changed_payload_has_another_digest),
        cmocka_unit_test(the_longest_name_is_read),
        cmocka_unit_test(headers_that_do_not_fit_are_refused),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(detection_needs_no_more_than_the_magic),
        cmocka_unit_test(files_that_cannot_be_read_are_told),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
