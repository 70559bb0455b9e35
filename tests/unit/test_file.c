/* SPDX-License-Identifier: MIT */
/* Files read with a bound, written, locked, kept and removed. */
#include "libprov/internal.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
fails_to_read(const char *path, size_t max, int code, const char *part)
{
    struct prov_bytes *bytes = NULL;
    struct prov_error err;
    expect_failure(prov_file_read(path, max, &bytes, &err), code, &err, part);
    assert_null(bytes);
}

static void
a_file_up_to_the_maximum_is_read(void **state)
{
    (void)state;
    struct prov_bytes *bytes = NULL;
    struct prov_error err;
    const char *path = write_temporary("five", "12345", 5);
    expect_ok(prov_file_read(path, 5, &bytes, &err), &err);
    expect_same(kept_bytes(bytes), span_of("12345"));
    expect_ok(prov_file_read(path, 100, &bytes, &err), &err);
    expect_same(kept_bytes(bytes), span_of("12345"));
    fails_to_read(path, 4, PROV_E_LIMIT, "larger than the 4 bytes that are read");
    fails_to_read(path, 0, PROV_E_LIMIT, "larger than the 0 bytes that are read");
}

static void
an_empty_file_is_read(void **state)
{
    (void)state;
    struct prov_bytes *bytes = NULL;
    struct prov_error err;
    expect_ok(prov_file_read(write_temporary("empty", "", 0), 0, &bytes, &err), &err);
    assert_int_equal(kept_bytes(bytes).len, 0);
}

static void
steps_do_not_show(void **state)
{
    (void)state;
    static const size_t sizes[] = {65535, 65536, 65537, 131072, 200000};
    char *data = keep(malloc(200000), free);
    struct prov_bytes *bytes = NULL;
    struct prov_error err;
    for (size_t i = 0; i < 200000; i++)
        data[i] = (char)(i * 31 & 0x7f);
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        const char *path = write_temporary("large", data, sizes[i]);
        expect_ok(prov_file_read(path, sizes[i], &bytes, &err), &err);
        expect_same(kept_bytes(bytes), bytes_of(data, sizes[i]));
        fails_to_read(path, sizes[i] - 1, PROV_E_LIMIT, "larger than");
    }
}

static void
what_is_no_regular_file_is_refused(void **state)
{
    (void)state;
    const char *fifo = temporary("fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    fails_to_read(fifo, 5, PROV_E_ARGUMENT, "this is not a regular file");
    fails_to_read("/dev/null", 5, PROV_E_ARGUMENT, "this is not a regular file");
    fails_to_read(temporary(""), 5, PROV_E_ARGUMENT, "this is not a regular file");
    fails_to_read(temporary("missing"), 5, PROV_E_SYSTEM, "cannot open it: No such file");
}

static void
an_open_file_starts_at_its_start(void **state)
{
    (void)state;
    int fd = -1;
    char data[4] = "";
    struct prov_error err;
    expect_ok(prov_file_open(write_temporary("three", "abc", 3), &fd, &err), &err);
    assert_int_equal(read(fd, data, sizeof data), 3);
    assert_string_equal(data, "abc");
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    close(fd);
    fd = -1;
    expect_failure(prov_file_open("/dev/null", &fd, &err), PROV_E_ARGUMENT, &err, "not a regular");
    assert_int_equal(fd, -1);
}

static void
a_pipe_is_read_where_it_may_be(void **state)
{
    (void)state;
    int ends[2];
    struct stat status;
    struct prov_bytes *bytes = NULL;
    struct prov_error err;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    close(ends[1]);
    const char *path = text_of("/proc/self/fd/%d", ends[0]);
    fails_to_read(path, 10, PROV_E_ARGUMENT, "this is not a regular file");
    expect_ok(prov__file_read_with_status(path, 10, &bytes, &status, &err), &err);
    expect_same(kept_bytes(bytes), span_of("abc"));
    assert_true(S_ISFIFO(status.st_mode));
    close(ends[0]);
}

static void
errors_of_descriptors_are_told(void **state)
{
    (void)state;
    char data[4];
    size_t got = 77;
    struct prov_error err;
    expect_failure(prov_read_full(-1, data, 4, &got, &err), PROV_E_SYSTEM, &err,
                   "cannot read: Bad file descriptor");
    assert_int_equal(got, 77);
    expect_failure(prov_write_full(-1, data, 4, &err), PROV_E_SYSTEM, &err,
                   "cannot write: Bad file descriptor");
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    memset(data, 0, sizeof data);
    expect_failure(prov_write_full(full, data, 4, &err), PROV_E_SYSTEM, &err,
                   "cannot write: No space left on device");
    assert_int_equal(err.sys, ENOSPC);
    close(full);
}

static void
the_base_is_what_follows_the_last_slash(void **state)
{
    (void)state;
    assert_string_equal(prov_file_base("a.tlv"), "a.tlv");
    assert_string_equal(prov_file_base("/tftp/a.tlv"), "a.tlv");
    assert_string_equal(prov_file_base("./x/y/a"), "a");
    assert_string_equal(prov_file_base("x/"), "");
    assert_string_equal(prov_file_base(""), "");
}

static const char *
kept_as(const char *path, const char *suffix)
{
    char *kept = NULL;
    struct prov_error err;
    expect_ok(prov_file_keep(path, suffix, &kept, &err), &err);
    return keep(kept, free);
}

static void
a_file_is_kept_under_the_next_free_name(void **state)
{
    (void)state;
    const char *path = write_temporary("list.tlv", "old", 3);
    assert_string_equal(kept_as(path, "17"), temporary("list.tlv.17"));
    assert_string_equal(kept_as(path, "17"), temporary("list.tlv.17.1"));
    assert_string_equal(kept_as(path, "17"), temporary("list.tlv.17.2"));
    assert_string_equal(kept_as(path, "18"), temporary("list.tlv.18"));
    expect_same(read_path(path), span_of("old"));
    expect_same(read_path(temporary("list.tlv.17.2")), span_of("old"));
}

static void
what_cannot_be_kept_is_told(void **state)
{
    (void)state;
    char *kept = NULL;
    struct prov_error err;
    expect_failure(prov_file_keep(temporary("missing"), "17", &kept, &err), PROV_E_SYSTEM, &err,
                   "cannot keep the old file beside the new one: No such file");
    assert_null(kept);
}

static void
keeping_ends_after_a_thousand_names(void **state)
{
    (void)state;
    char *kept = NULL;
    struct prov_error err;
    const char *path = write_temporary("many", "x", 1);
    for (int i = 0; i < 1000; i++)
        kept_as(path, "17");
    expect_failure(prov_file_keep(path, "17", &kept, &err), PROV_E_EXISTS, &err,
                   "too many kept files of this name");
}

static void
a_file_is_removed_if_it_is_there(void **state)
{
    (void)state;
    struct prov_error err;
    const char *path = write_temporary("removed", "x", 1);
    expect_ok(prov_file_remove(path, &err), &err);
    assert_int_equal(access(path, F_OK), -1);
    expect_ok(prov_file_remove(path, &err), &err);
    expect_failure(prov_file_remove(temporary(""), &err), PROV_E_SYSTEM, &err,
                   "cannot remove it: Is a directory");
    expect_failure(prov_file_remove(temporary("nowhere/file"), &err), PROV_E_SYSTEM, &err,
                   "cannot bring it to the disk: No such file");
}

static void
a_file_is_written_in_one_call(void **state)
{
    (void)state;
    struct prov_error err;
    struct stat status;
    const char *path = temporary("written");
    expect_ok(prov_file_write(path, 0600, "one", 3, &err), &err);
    expect_same(read_path(path), span_of("one"));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    expect_ok(prov_file_write(path, 0600, "", 0, &err), &err);
    assert_int_equal(read_path(path).len, 0);
    expect_failure(prov_file_write(temporary("nowhere/file"), 0600, "x", 1, &err), PROV_E_SYSTEM,
                   &err, "No such file or directory");
    assert_int_equal(err.sys, ENOENT);
    expect_failure(prov_file_write(temporary(""), 0600, "x", 1, &err), PROV_E_EXISTS, &err, "");
}

/* A pipe hands out what is in it at once, in as many pieces as it was written. */
static void
pieces_are_read_and_written_whole(void **state)
{
    (void)state;
    struct prov_error err;
    char got[8];
    size_t len = 0;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    expect_ok(prov_write_full(ends[1], "abc", 3, &err), &err);
    expect_ok(prov_write_full(ends[1], "defgh", 5, &err), &err);
    expect_ok(prov_read_full(ends[0], got, 7, &len, &err), &err);
    expect_same(bytes_of(got, len), span_of("abcdefg"));
    close(ends[1]);
    expect_ok(prov_read_full(ends[0], got, 7, &len, &err), &err);
    expect_same(bytes_of(got, len), span_of("h"));
    expect_ok(prov_read_full(ends[0], got, 7, &len, &err), &err);
    assert_int_equal(len, 0);
    close(ends[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_up_to_the_maximum_is_read),
        cmocka_unit_test(an_empty_file_is_read),
        cmocka_unit_test(steps_do_not_show),
        cmocka_unit_test(what_is_no_regular_file_is_refused),
        cmocka_unit_test(an_open_file_starts_at_its_start),
        cmocka_unit_test(a_pipe_is_read_where_it_may_be),
        cmocka_unit_test(errors_of_descriptors_are_told),
        cmocka_unit_test(the_base_is_what_follows_the_last_slash),
        cmocka_unit_test(a_file_is_kept_under_the_next_free_name),
        cmocka_unit_test(what_cannot_be_kept_is_told),
        cmocka_unit_test(keeping_ends_after_a_thousand_names),
        cmocka_unit_test(a_file_is_removed_if_it_is_there),
        cmocka_unit_test(a_file_is_written_in_one_call),
        cmocka_unit_test(pieces_are_read_and_written_whole),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
