/* SPDX-License-Identifier: MIT */
/* Folders below a root, swapped and moved while they are written to. */
#include "provbuild/disk/folders.h"
#include "provbuild/source/walk.h"
#include "tests/unit/support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct prov_error err;

static const char *
at(const char *name)
{
    return temporary(name);
}

static void
make_folder(const char *name)
{
    assert_int_equal(mkdir(at(name), 0755), 0);
}

static bool
is_there(const char *name)
{
    struct stat status;
    return lstat(at(name), &status) == 0;
}

static void
put(struct folders *folders, const char *file)
{
    int fd = -1;
    struct prov_batch *batch = prov_batch_new();
    expect_ok(folders_of(folders, file, 0755, &fd, &err), &err);
    expect_ok(prov_batch_put_at(batch, fd, prov_file_base(file), 0644, "x", 1, &err), &err);
    expect_ok(prov_batch_commit(batch, &err), &err);
    prov_batch_free(batch);
}

static void
refuse(struct folders *folders, const char *file, int code, const char *part)
{
    int fd = -1;
    expect_failure(folders_of(folders, file, 0755, &fd, &err), code, &err, part);
    assert_int_equal(fd, -1);
}

static void
folders_are_made_and_held(void **state)
{
    struct folders folders;
    int once = -1, again = -1;
    (void)state;
    make_folder("made");
    expect_ok(folders_begin(&folders, at("made"), &err), &err);
    put(&folders, "top");
    put(&folders, "a/b/c/file");
    put(&folders, "a/file");
    expect_ok(folders_of(&folders, "a/x", 0755, &once, &err), &err);
    expect_ok(folders_of(&folders, "a/y", 0755, &again, &err), &err);
    assert_int_equal(once, again);
    folders_end(&folders);
    assert_true(is_there("made/top") && is_there("made/a/b/c/file") && is_there("made/a/file"));
}

static void
links_are_followed_within_the_root_alone(void **state)
{
    struct folders folders;
    (void)state;
    make_folder("links");
    make_folder("links/real");
    make_folder("outside");
    assert_int_equal(symlink("real", at("links/within")), 0);
    assert_int_equal(symlink("../outside", at("links/out")), 0);
    assert_int_equal(symlink(at("outside"), at("links/absolute")), 0);
    assert_int_equal(symlink("nowhere", at("links/broken")), 0);
    write_temporary("links/file", "x", 1);
    expect_ok(folders_begin(&folders, at("links"), &err), &err);
    put(&folders, "within/deeper/file");
    refuse(&folders, "out/file", PROV_E_ARGUMENT, "leads out of");
    refuse(&folders, "out/deeper/file", PROV_E_ARGUMENT, "leads out of");
    refuse(&folders, "absolute/file", PROV_E_ARGUMENT, "leads out of");
    refuse(&folders, "broken/file", PROV_E_SYSTEM, "cannot open the folder");
    refuse(&folders, "file/file", PROV_E_SYSTEM, "cannot open the folder");
    folders_end(&folders);
    assert_true(is_there("links/real/deeper/file"));
    assert_false(is_there("outside/file"));
}

static void
swap(const char *folder, const char *to)
{
    assert_int_equal(rename(at(folder), text_of("%s.moved", at(folder))), 0);
    assert_int_equal(symlink(at(to), at(folder)), 0);
}

static void
swapped_folders_lead_nowhere(void **state)
{
    struct folders folders;
    (void)state;
    make_folder("tree");
    make_folder("tree/sub");
    make_folder("victim");
    write_temporary("victim/file", "precious", 8);
    write_temporary("tree/sub/file", "x", 1);
    expect_ok(folders_begin(&folders, at("tree"), &err), &err);
    put(&folders, "sub/first");
    swap("tree/sub", "victim");
    put(&folders, "sub/second");
    folders_end(&folders);
    assert_false(is_there("victim/first") || is_there("victim/second"));
    assert_true(is_there("tree/sub.moved/second"));
    expect_failure(folders_remove(at("tree"), "sub/file", &err), PROV_E_ARGUMENT, &err,
                   "leads out of");
    assert_true(is_there("victim/file"));
    expect_ok(folders_remove(at("tree"), "sub.moved/file", &err), &err);
    expect_ok(folders_remove(at("tree"), "sub.moved/file", &err), &err);
    expect_ok(folders_remove(at("tree"), "gone/file", &err), &err);
    assert_false(is_there("tree/sub.moved/file"));
}

static void
tidying_stays_in_the_root(void **state)
{
    static const char unfinished[] = ".prov-0123456789abcdef.tmp";
    (void)state;
    make_folder("untidy");
    make_folder("untidy/sub");
    make_folder("others");
    write_temporary(text_of("untidy/%s", unfinished), "x", 1);
    write_temporary(text_of("untidy/sub/%s", unfinished), "x", 1);
    write_temporary(text_of("others/%s", unfinished), "x", 1);
    assert_int_equal(symlink(at("others"), at("untidy/link")), 0);
    walk_tidy(at("untidy"));
    assert_false(is_there(text_of("untidy/%s", unfinished)));
    assert_false(is_there(text_of("untidy/sub/%s", unfinished)));
    assert_true(is_there(text_of("others/%s", unfinished)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_made_and_held),
        cmocka_unit_test(links_are_followed_within_the_root_alone),
        cmocka_unit_test(swapped_folders_lead_nowhere),
        cmocka_unit_test(tidying_stays_in_the_root),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
