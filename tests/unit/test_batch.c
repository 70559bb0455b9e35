/* SPDX-License-Identifier: MIT */
/* Files that are replaced together, or not at all. */
#include "tests/unit/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

static struct prov_error err;

/* A folder of this test's own, with a slash at its end. */
static const char *
fresh_folder(const char *name)
{
    const char *folder = temporary(name);
    assert_int_equal(mkdir(folder, 0755), 0);
    return text_of("%s/", folder);
}

static unsigned
files_in(const char *folder)
{
    unsigned count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return count;
}

static mode_t
mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void
put(struct prov_batch *batch, const char *path, mode_t mode, const char *content)
{
    expect_ok(prov_batch_put(batch, path, mode, content, strlen(content), &err), &err);
}

static void
commit_one(const char *path, mode_t mode, const char *content)
{
    struct prov_batch *batch = prov_batch_new();
    put(batch, path, mode, content);
    expect_ok(prov_batch_commit(batch, &err), &err);
    assert_int_equal(prov_batch_count(batch), 0);
    prov_batch_free(batch);
}

static void
nothing_is_committed_easily(void **state)
{
    (void)state;
    struct prov_batch *batch = prov_batch_new();
    assert_int_equal(prov_batch_count(batch), 0);
    expect_ok(prov_batch_commit(batch, &err), &err);
    prov_batch_free(batch);
    prov_batch_free(NULL);
}

static void
a_new_file_appears_with_the_commit(void **state)
{
    (void)state;
    const char *folder = fresh_folder("new");
    const char *path = text_of("%sa", folder);
    struct prov_batch *batch = prov_batch_new();
    put(batch, path, 0644, "content");
    assert_int_equal(prov_batch_count(batch), 1);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(files_in(folder), 1);
    expect_ok(prov_batch_commit(batch, &err), &err);
    expect_same(read_path(path), span_of("content"));
    assert_int_equal(files_in(folder), 1);
    prov_batch_free(batch);
    assert_int_equal(files_in(folder), 1);
}

static void
an_old_file_stays_until_the_commit(void **state)
{
    (void)state;
    const char *path = write_temporary("old", "old", 3);
    struct prov_batch *batch = prov_batch_new();
    put(batch, path, 0644, "new");
    expect_same(read_path(path), span_of("old"));
    expect_ok(prov_batch_commit(batch, &err), &err);
    expect_same(read_path(path), span_of("new"));
    prov_batch_free(batch);
}

static void
what_waits_is_a_dot_file_beside_its_target(void **state)
{
    (void)state;
    const char *folder = fresh_folder("dot");
    struct prov_batch *batch = prov_batch_new();
    put(batch, text_of("%sa", folder), 0644, "content");
    DIR *dir = opendir(folder);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        assert_int_equal(entry->d_name[0], '.');
    closedir(dir);
    prov_batch_free(batch);
}

static void
what_is_abandoned_is_removed(void **state)
{
    (void)state;
    const char *folder = fresh_folder("abandoned");
    struct prov_batch *batch = prov_batch_new();
    int fd = -1;
    put(batch, text_of("%sa", folder), 0644, "a");
    put(batch, text_of("%sb", folder), 0644, "b");
    expect_ok(prov_batch_open(batch, text_of("%sc", folder), 0644, &fd, &err), &err);
    assert_int_equal(write(fd, "c", 1), 1);
    assert_int_equal(files_in(folder), 3);
    prov_batch_free(batch);
    assert_int_equal(files_in(folder), 0);
}

static void
what_is_dropped_is_removed(void **state)
{
    (void)state;
    const char *folder = fresh_folder("dropped");
    struct prov_batch *batch = prov_batch_new();
    int fd = -1;
    put(batch, text_of("%sa", folder), 0644, "a");
    expect_ok(prov_batch_open(batch, text_of("%sb", folder), 0644, &fd, &err), &err);
    prov_batch_drop(batch);
    assert_int_equal(prov_batch_count(batch), 1);
    put(batch, text_of("%sc", folder), 0644, "c");
    prov_batch_drop(batch);
    expect_ok(prov_batch_commit(batch, &err), &err);
    assert_int_equal(files_in(folder), 1);
    expect_same(read_path(text_of("%sa", folder)), span_of("a"));
    prov_batch_free(batch);
}

static void
a_descriptor_writes_reads_and_seeks(void **state)
{
    (void)state;
    const char *path = temporary("seek");
    struct prov_batch *batch = prov_batch_new();
    int fd = -1;
    expect_ok(prov_batch_open(batch, path, 0644, &fd, &err), &err);
    assert_int_equal(lseek(fd, 4, SEEK_SET), 4);
    assert_int_equal(write(fd, "tail", 4), 4);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(write(fd, "head", 4), 4);
    expect_ok(prov_batch_done(batch, &err), &err);
    expect_ok(prov_batch_commit(batch, &err), &err);
    expect_same(read_path(path), span_of("headtail"));
    prov_batch_free(batch);
}

static void
one_file_is_written_at_a_time(void **state)
{
    (void)state;
    const char *folder = fresh_folder("one");
    struct prov_batch *batch = prov_batch_new();
    int fd = -1;
    expect_ok(prov_batch_open(batch, text_of("%sa", folder), 0644, &fd, &err), &err);
    expect_failure(prov_batch_open(batch, text_of("%sb", folder), 0644, &fd, &err), PROV_E_ARGUMENT,
                   &err, "another file of the batch is still being written");
    expect_failure(prov_batch_commit(batch, &err), PROV_E_ARGUMENT, &err,
                   "a file of the batch is still being written");
    assert_int_equal(prov_batch_count(batch), 0);
    assert_int_equal(files_in(folder), 0);
    prov_batch_free(batch);
}

static void
new_files_get_the_mode_less_the_umask(void **state)
{
    (void)state;
    mode_t before = umask(022);
    const char *path = temporary("mode022");
    commit_one(path, 0666, "x");
    assert_int_equal(mode_of(path), 0644);
    umask(077);
    path = temporary("mode077");
    commit_one(path, 0666, "x");
    assert_int_equal(mode_of(path), 0600);
    umask(0);
    path = temporary("mode000");
    commit_one(path, 0600, "x");
    assert_int_equal(mode_of(path), 0600);
    umask(before);
}

static void
old_files_keep_their_mode(void **state)
{
    (void)state;
    const char *path = write_temporary("kept-mode", "x", 1);
    assert_int_equal(chmod(path, 0664), 0);
    commit_one(path, 0644, "y");
    assert_int_equal(mode_of(path), 0664);
    assert_int_equal(chmod(path, 0640), 0);
    commit_one(path, 0666, "z");
    assert_int_equal(mode_of(path), 0640);
}

static void
a_private_mode_is_always_applied(void **state)
{
    (void)state;
    const char *path = write_temporary("private", "x", 1);
    assert_int_equal(chmod(path, 0666), 0);
    commit_one(path, 0600, "y");
    assert_int_equal(mode_of(path), 0600);
}

static void
old_files_keep_their_owner(void **state)
{
    (void)state;
    if (geteuid() != 0)
        return; /* cmocka 1.1 prints a skipped case as one that failed */
    struct stat status;
    const char *path = write_temporary("owned", "x", 1);
    assert_int_equal(chown(path, NOBODY, NOBODY), 0);
    commit_one(path, 0644, "y");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_uid, NOBODY);
    assert_int_equal(status.st_gid, NOBODY);
}

static void
a_link_is_neither_replaced_nor_followed(void **state)
{
    (void)state;
    const char *target = write_temporary("link-target", "old", 3);
    const char *link_path = temporary("link");
    struct stat status;
    struct prov_batch *batch = prov_batch_new();
    assert_int_equal(symlink(target, link_path), 0);
    expect_failure(prov_batch_put(batch, link_path, 0644, "new", 3, &err), PROV_E_EXISTS, &err,
                   "it is a link; name the file that it leads to");
    prov_batch_free(batch);
    expect_same(read_path(target), span_of("old"));
    assert_int_equal(lstat(link_path, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

static void
many_files_in_many_folders_are_written(void **state)
{
    (void)state;
    const char *folders[] = {fresh_folder("many1"), fresh_folder("many2"), fresh_folder("many3")};
    struct prov_batch *batch = prov_batch_new();
    for (unsigned i = 0; i < 300; i++)
        put(batch, text_of("%sfile%u", folders[i % 3], i), 0644, text_of("content %u", i));
    assert_int_equal(prov_batch_count(batch), 300);
    expect_ok(prov_batch_commit(batch, &err), &err);
    prov_batch_free(batch);
    for (unsigned i = 0; i < 300; i++)
        expect_same(read_path(text_of("%sfile%u", folders[i % 3], i)),
                    span_of(text_of("content %u", i)));
    assert_int_equal(files_in(folders[0]), 100);
}

static void
a_batch_serves_again_after_its_commit(void **state)
{
    (void)state;
    const char *path = temporary("again");
    struct prov_batch *batch = prov_batch_new();
    put(batch, path, 0644, "one");
    expect_ok(prov_batch_commit(batch, &err), &err);
    put(batch, path, 0644, "two");
    expect_ok(prov_batch_commit(batch, &err), &err);
    expect_same(read_path(path), span_of("two"));
    prov_batch_free(batch);
}

static void
names_without_a_folder_are_in_the_current_one(void **state)
{
    (void)state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(temporary("")), 0);
    commit_one("plain-name", 0644, "x");
    struct prov_batch *batch = prov_batch_new();
    put(batch, "plain-a", 0644, "a");
    put(batch, "plain-b", 0644, "b");
    expect_ok(prov_batch_commit(batch, &err), &err);
    prov_batch_free(batch);
    assert_int_equal(chdir(before), 0);
    expect_same(read_path(temporary("plain-b")), span_of("b"));
}

static void
cannot_open(const char *path, int code, const char *part, int sys)
{
    int fd = -1;
    struct prov_batch *batch = prov_batch_new();
    expect_failure(prov_batch_open(batch, path, 0644, &fd, &err), code, &err, part);
    assert_int_equal(err.sys, sys);
    assert_int_equal(prov_batch_count(batch), 0);
    assert_int_equal(fd, -1);
    prov_batch_free(batch);
}

static void
a_folder_is_no_target(void **state)
{
    (void)state;
    const char *folder = fresh_folder("target");
    cannot_open(temporary("target"), PROV_E_EXISTS, "not a regular file", 0);
    assert_int_equal(files_in(folder), 0);
}

static void
a_missing_folder_is_told(void **state)
{
    (void)state;
    cannot_open(temporary("nowhere/file"), PROV_E_SYSTEM,
                "cannot write in its folder: No such file or directory", ENOENT);
}

static void
a_folder_that_may_not_be_written_is_told(void **state)
{
    (void)state;
    const char *folder = fresh_folder("readonly");
    assert_int_equal(chmod(temporary(""), 0755), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    bool root = geteuid() == 0;
    if (root)
        assert_int_equal(seteuid(NOBODY), 0);
    cannot_open(text_of("%sfile", folder), PROV_E_SYSTEM,
                "cannot write in its folder: Permission denied", EACCES);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(folder, 0755), 0);
}

static void
an_owner_that_cannot_be_kept_is_no_obstacle(void **state)
{
    (void)state;
    if (geteuid() != 0)
        return; /* cmocka 1.1 prints a skipped case as one that failed */
    const char *folder = fresh_folder("foreign");
    const char *path = text_of("%sfile", folder);
    commit_one(path, 0644, "old");
    assert_int_equal(chmod(temporary(""), 0755), 0);
    assert_int_equal(chown(folder, NOBODY, NOBODY), 0);
    assert_int_equal(seteuid(NOBODY), 0);
    commit_one(path, 0644, "new");
    assert_int_equal(seteuid(0), 0);
    expect_same(read_path(path), span_of("new"));
}

static void
a_full_disk_is_told(void **state)
{
    (void)state;
    struct prov_batch *batch = prov_batch_new();
    int fd = -1;
    expect_ok(prov_batch_open(batch, temporary("full"), 0644, &fd, &err), &err);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_int_equal(dup2(full, fd), fd);
    assert_int_equal(write(fd, "x", 1), -1);
    prov_batch_drop(batch);
    close(full);
    prov_batch_free(batch);
    assert_int_equal(access(temporary("full"), F_OK), -1);
}

static void
a_close_that_fails_is_told(void **state)
{
    (void)state;
    const char *folder = fresh_folder("closed");
    struct prov_batch *batch = prov_batch_new();
    int fd = -1;
    expect_ok(prov_batch_open(batch, text_of("%sa", folder), 0644, &fd, &err), &err);
    close(fd);
    expect_failure(prov_batch_done(batch, &err), PROV_E_SYSTEM, &err, "cannot write: Bad file");
    assert_int_equal(prov_batch_count(batch), 0);
    assert_int_equal(files_in(folder), 0);
    prov_batch_free(batch);
}

static int
check_same(const char *path, const char *content)
{
    int fd = -1;
    struct prov_batch *batch = prov_batch_new();
    expect_ok(prov_batch_open(batch, path, 0644, &fd, &err), &err);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    int rc = prov_batch_check_same(batch, &err);
    if (rc == PROV_OK) {
        expect_ok(prov_batch_done(batch, &err), &err);
        assert_int_equal(prov_batch_check_same(batch, &err), PROV_OK);
    }
    prov_batch_free(batch);
    return rc;
}

static void
a_file_with_the_same_content_may_be_there(void **state)
{
    (void)state;
    const char *path = write_temporary("same", "content", 7);
    expect_ok(check_same(temporary("same-missing"), "content"), &err);
    expect_ok(check_same(path, "content"), &err);
    const char *empty = write_temporary("same-empty", "", 0);
    expect_ok(check_same(empty, ""), &err);
}

static void
a_file_with_another_content_may_not(void **state)
{
    (void)state;
    const char *path = write_temporary("other", "content", 7);
    static const char *const others[] = {"Content", "conten", "content2", ""};
    for (size_t i = 0; i < LENGTH(others); i++)
        expect_failure(check_same(path, others[i]), PROV_E_EXISTS, &err,
                       "other exists with another content; move it away or give --force");
    expect_same(read_path(path), span_of("content"));
}

static void
large_contents_are_compared_to_their_end(void **state)
{
    (void)state;
    static char large[200001];
    memset(large, 'x', sizeof large - 1);
    const char *path = write_temporary("large", large, sizeof large - 1);
    expect_ok(check_same(path, large), &err);
    large[199999] = 'y';
    expect_failure(check_same(path, large), PROV_E_EXISTS, &err, "another content");
    large[131072] = '\0';
    expect_failure(check_same(path, large), PROV_E_EXISTS, &err, "another content");
}

static void
a_target_that_became_a_folder_is_told(void **state)
{
    (void)state;
    const char *folder = fresh_folder("race");
    struct prov_batch *batch = prov_batch_new();
    put(batch, text_of("%sa", folder), 0644, "a");
    put(batch, text_of("%sb", folder), 0644, "b");
    put(batch, text_of("%sc", folder), 0644, "c");
    assert_int_equal(mkdir(text_of("%sb", folder), 0755), 0);
    expect_failure(prov_batch_commit(batch, &err), PROV_E_SYSTEM, &err, "cannot replace ");
    assert_non_null(strstr(err.text, "race/b"));
    assert_int_equal(prov_batch_count(batch), 0);
    assert_int_equal(files_in(folder), 2);
    expect_same(read_path(text_of("%sa", folder)), span_of("a"));
    prov_batch_free(batch);
}

/* A few files are synced each, many with their file system. */
static void
contents_that_vanish_before_the_commit_are_told(void **state)
{
    (void)state;
    static const struct {
        unsigned files;
        const char *message;
    } cases[] = {
        {1, "cannot bring it to the disk: No such file"},
        {4, "cannot bring it to the disk: No such file"},
        {5, "cannot look at what was written: No such file"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *folder = fresh_folder(text_of("vanish%zu", i));
        struct prov_batch *batch = prov_batch_new();
        for (unsigned k = 0; k < cases[i].files; k++)
            put(batch, text_of("%sfile%u", folder, k), 0644, "x");
        assert_int_equal(rename(folder, temporary(text_of("vanished%zu", i))), 0);
        expect_failure(prov_batch_commit(batch, &err), PROV_E_SYSTEM, &err, cases[i].message);
        prov_batch_free(batch);
    }
}

static void
what_others_wrote_is_taken(void **state)
{
    (void)state;
    const char *folder = fresh_folder("taken");
    struct prov_batch *batch = prov_batch_new(), *other = prov_batch_new();
    expect_ok(prov_batch_take(batch, other, &err), &err);
    put(batch, text_of("%sa", folder), 0644, "a");
    for (unsigned i = 0; i < 20; i++)
        put(other, text_of("%sb%u", folder, i), 0644, "b");
    expect_ok(prov_batch_take(batch, other, &err), &err);
    assert_int_equal(prov_batch_count(batch), 21);
    assert_int_equal(prov_batch_count(other), 0);
    prov_batch_free(other);
    assert_int_equal(files_in(folder), 21);
    expect_ok(prov_batch_commit(batch, &err), &err);
    expect_same(read_path(text_of("%sb19", folder)), span_of("b"));
    prov_batch_free(batch);
}

static void
what_is_still_written_is_not_taken(void **state)
{
    (void)state;
    const char *folder = fresh_folder("busy");
    static const char message[] = "a file of the batch is still being written";
    struct prov_batch *batch = prov_batch_new(), *other = prov_batch_new();
    int fd = -1;
    put(other, text_of("%sa", folder), 0644, "a");
    expect_ok(prov_batch_open(other, text_of("%sb", folder), 0644, &fd, &err), &err);
    expect_failure(prov_batch_take(batch, other, &err), PROV_E_ARGUMENT, &err, message);
    expect_failure(prov_batch_take(other, batch, &err), PROV_E_ARGUMENT, &err, message);
    assert_int_equal(prov_batch_count(other), 2);
    prov_batch_free(batch);
    prov_batch_free(other);
    assert_int_equal(files_in(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_committed_easily),
        cmocka_unit_test(a_new_file_appears_with_the_commit),
        cmocka_unit_test(an_old_file_stays_until_the_commit),
        cmocka_unit_test(what_waits_is_a_dot_file_beside_its_target),
        cmocka_unit_test(what_is_abandoned_is_removed),
        cmocka_unit_test(what_is_dropped_is_removed),
        cmocka_unit_test(a_descriptor_writes_reads_and_seeks),
        cmocka_unit_test(one_file_is_written_at_a_time),
        cmocka_unit_test(new_files_get_the_mode_less_the_umask),
        cmocka_unit_test(old_files_keep_their_mode),
        cmocka_unit_test(a_private_mode_is_always_applied),
        cmocka_unit_test(old_files_keep_their_owner),
        cmocka_unit_test(a_link_is_neither_replaced_nor_followed),
        cmocka_unit_test(many_files_in_many_folders_are_written),
        cmocka_unit_test(a_batch_serves_again_after_its_commit),
        cmocka_unit_test(names_without_a_folder_are_in_the_current_one),
        cmocka_unit_test(a_folder_is_no_target),
        cmocka_unit_test(a_missing_folder_is_told),
        cmocka_unit_test(a_folder_that_may_not_be_written_is_told),
        cmocka_unit_test(an_owner_that_cannot_be_kept_is_no_obstacle),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(a_close_that_fails_is_told),
        cmocka_unit_test(a_file_with_the_same_content_may_be_there),
        cmocka_unit_test(a_file_with_another_content_may_not),
        cmocka_unit_test(large_contents_are_compared_to_their_end),
        cmocka_unit_test(a_target_that_became_a_folder_is_told),
        cmocka_unit_test(contents_that_vanish_before_the_commit_are_told),
        cmocka_unit_test(what_others_wrote_is_taken),
        cmocka_unit_test(what_is_still_written_is_not_taken),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
