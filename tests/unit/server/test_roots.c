/* SPDX-License-Identifier: MIT */
/* Opening beneath a root: the same rules with openat2(2) and without it. */
#include "tree/beneath.h"
#include "tree/roots.h"

#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SWAPS 20000
#define LINKS_MAX 40

static int root; /* the folder "root" of this program's own */
static char long_name[NAME_MAX + 2], long_path[PATH_MAX + 2];

static void
folder(const char *path)
{
    assert_int_equal(mkdir(temporary(path), 0755), 0);
}

static void
file(const char *path)
{
    write_temporary(path, path, strlen(path)); /* each holds its own name */
}

static void
link_to(const char *target, const char *path)
{
    assert_int_equal(symlink(target, temporary(path)), 0);
}

static void
make_tree(void)
{
    folder("root");
    folder("root/sub");
    folder("root/sub/deep");
    file("outside");
    file("root/top");
    file("root/sub/file");
    file("root/sub/deep/file");
    link_to("top", "root/link");
    link_to("./sub//file", "root/dotted");
    link_to("sub", "root/folder");
    link_to("sub/", "root/folder-slash");
    link_to("../top", "root/sub/up");
    link_to("deep/../../sub/./file", "root/sub/around");
    link_to("folder/up", "root/twice");
    link_to(".", "root/self");
    link_to("loop", "root/loop");
    link_to("pong", "root/ping");
    link_to("ping", "root/pong");
    link_to("nothing", "root/dangling");
    link_to("../outside", "root/out");
    link_to("../../outside", "root/sub/out");
    link_to("sub/../../root/top", "root/out-and-in");
    link_to("..", "root/above");
    link_to("/etc", "root/etc");
    link_to("/etc/passwd", "root/passwd");
    link_to(temporary("root/top"), "root/absolute");
    assert_int_equal(mkfifo(temporary("root/fifo"), 0644), 0);
    link_to("top", "root/chain0");
    for (unsigned i = 1; i <= LINKS_MAX; i++)
        link_to(text_of("chain%u", i - 1), text_of("root/chain%u", i));
    memset(long_name, 'n', sizeof long_name - 1);
    for (size_t i = 0; i < sizeof long_path - 1; i++)
        long_path[i] = "./"[i % 2];
    root = open(temporary("root"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(root >= 0);
}

/* --- the rules */

/* What stands at `path`, as the name that its content is; "" for folders. */
static const char *
content(int fd)
{
    static char text[64];
    struct stat status;
    assert_int_equal(fstat(fd, &status), 0);
    ssize_t len = S_ISDIR(status.st_mode) ? 0 : read(fd, text, sizeof text - 1);
    assert_true(len >= 0);
    text[len] = '\0';
    close(fd);
    return text;
}

static void
expect_opened(const char *path, int flags, const char *wanted)
{
    int fd = beneath_open(root, path, flags);
    if (fd < 0)
        print_error("%s: %s\n", path, strerror(errno));
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_string_equal(content(fd), wanted);
}

static void
expect_error(const char *path, int flags, int wanted)
{
    errno = 0;
    int fd = beneath_open(root, path, flags), error = errno;
    if (fd >= 0 || error != wanted)
        print_error("%.40s: %s\n", path, fd >= 0 ? "opened" : strerror(error));
    assert_int_equal(fd, -1);
    assert_int_equal(error, wanted);
}

static void
what_is_beneath_is_opened(void **state)
{
    static const struct {
        const char *path, *wanted;
    } cases[] = {
        {"top", "root/top"},
        {"./top", "root/top"},
        {"sub/file", "root/sub/file"},
        {"sub//deep/.//file", "root/sub/deep/file"},
        {"sub/../top", "root/top"},
        {"sub/deep/../../top", "root/top"},
        {"sub/deep/../file", "root/sub/file"},
        {"link", "root/top"},
        {"dotted", "root/sub/file"},
        {"folder/file", "root/sub/file"},
        {"folder-slash/file", "root/sub/file"},
        {"folder/deep/file", "root/sub/deep/file"},
        {"folder/../top", "root/top"},
        {"sub/up", "root/top"},
        {"sub/around", "root/sub/file"},
        {"twice", "root/top"},
        {"self/self/self/link", "root/top"},
        {"chain39", "root/top"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        expect_opened(cases[i].path, O_RDONLY, cases[i].wanted);
}

static void
folders_are_opened(void **state)
{
    static const char *const paths[] = {".",           "./",     "sub",     "sub/",         "sub/.",
                                        "sub/..",      "folder", "folder/", "folder-slash", "self",
                                        "sub/deep/..", "self/."};
    (void)state;
    for (size_t i = 0; i < LENGTH(paths); i++) {
        expect_opened(paths[i], O_RDONLY | O_DIRECTORY, "");
        expect_opened(paths[i], O_RDONLY, "");
        expect_opened(paths[i], O_PATH, "");
    }
}

static void
what_leads_out_is_refused(void **state)
{
    static const char *const paths[] = {
        "..",
        "../outside",
        "../root/top",
        "sub/../../root/top",
        "sub/../..",
        "/",
        "/etc/passwd",
        "out",
        "sub/out",
        "folder/out",
        "above",
        "above/outside",
        "above/root/top",
        "out-and-in",
        "etc",
        "passwd",
        "absolute",
        "etc/passwd",
        "self/../top",
        "folder/../..",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(paths); i++) {
        expect_error(paths[i], O_RDONLY, EXDEV);
        expect_error(paths[i], O_RDONLY | O_DIRECTORY, EXDEV);
    }
}

static void
what_cannot_be_opened_is_refused(void **state)
{
    static const struct {
        const char *path;
        int flags, wanted;
    } cases[] = {
        {"", O_RDONLY, ENOENT},
        {"nothing", O_RDONLY, ENOENT},
        {"dangling", O_RDONLY, ENOENT},
        {"sub/nothing/file", O_RDONLY, ENOENT},
        {"nothing/../top", O_RDONLY, ENOENT},
        {"top/", O_RDONLY, ENOTDIR},
        {"link/", O_RDONLY, ENOTDIR},
        {"top/.", O_RDONLY, ENOTDIR},
        {"top/..", O_RDONLY, ENOTDIR},
        {"top/file", O_RDONLY, ENOTDIR},
        {"link/file", O_RDONLY, ENOTDIR},
        {"top", O_RDONLY | O_DIRECTORY, ENOTDIR},
        {"link", O_RDONLY | O_DIRECTORY, ENOTDIR},
        {"sub", O_WRONLY, EISDIR},
        {"loop", O_RDONLY, ELOOP},
        {"loop/file", O_RDONLY, ELOOP},
        {"ping", O_RDONLY | O_DIRECTORY, ELOOP},
        {"chain40", O_RDONLY, ELOOP},
        {"fifo", O_WRONLY | O_NONBLOCK, ENXIO},
        {long_name, O_RDONLY, ENAMETOOLONG},
        {long_path, O_RDONLY, ENAMETOOLONG},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        expect_error(cases[i].path, cases[i].flags, cases[i].wanted);
}

/* The walk reads them as the absolute links that they look like, the kernel names them. */
static void
magic_links_are_refused(void **state)
{
    (void)state;
    int proc = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(proc >= 0);
    static const char *const paths[] = {"exe", "cwd", "root/etc/passwd", "cwd/.", "fd/0/"};
    for (size_t i = 0; i < LENGTH(paths); i++) {
        assert_int_equal(beneath_open(proc, paths[i], O_RDONLY), -1);
        assert_true(errno == ELOOP || errno == EXDEV);
    }
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(beneath_open(proc, text_of("fd/%d", pipes[0]), O_RDONLY | O_NONBLOCK), -1);
    assert_true(errno == ELOOP || errno == ENOENT);
    close(pipes[0]);
    close(pipes[1]);
    close(proc);
}

static void
no_descriptor_stays_open(void **state)
{
    static const char *const paths[] = {"sub/deep/file", "twice",    "out",       "chain40",
                                        "top/file",      "sub/deep", "sub/around"};
    (void)state;
    int before = dup(root);
    close(before);
    for (size_t i = 0; i < LENGTH(paths); i++) {
        int fd = beneath_open(root, paths[i], O_RDONLY);
        if (fd >= 0)
            close(fd);
    }
    int after = dup(root);
    close(after);
    assert_int_equal(before, after);
}

/* --- files and folders, as the server opens them */

static void
files_are_regular_ones(void **state)
{
    static const struct {
        const char *path;
        int wanted; /* 0: opened */
    } cases[] = {{"top", 0},          {"sub/up", 0},     {"sub", ENOENT}, {"folder", ENOENT},
                 {"fifo", ENOENT},    {"top/x", ENOENT}, {"out", EXDEV},  {"etc/passwd", EXDEV},
                 {"nothing", ENOENT}, {"loop", ELOOP},   {".", ENOENT},   {"", ENOENT}};
    struct stat status;
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        int fd = root_open_file(root, cases[i].path, &status);
        assert_int_equal(fd < 0 ? errno : 0, cases[i].wanted);
        if (fd >= 0)
            close(fd);
    }
}

static void
folders_are_folders(void **state)
{
    static const struct {
        const char *path;
        int wanted; /* 0: opened */
    } cases[] = {{"", 0},           {"sub", 0},       {"folder/deep", 0}, {"top", ENOTDIR},
                 {"link", ENOTDIR}, {"above", EXDEV}, {"etc", EXDEV},     {"nothing", ENOENT}};
    struct stat status;
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        int fd = root_open_folder(root, cases[i].path, &status);
        assert_int_equal(fd < 0 ? errno : 0, cases[i].wanted);
        if (fd >= 0)
            close(fd);
    }
}

/* --- others change the tree meanwhile */

static atomic_bool over;

static void
exchange(const char *a, const char *b)
{
    syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2 /* RENAME_EXCHANGE */);
}

/* Two folders and a file take turns with links that lead out; another folder moves out of the root
 * and back, with whoever stands in it. */
static void *
swap(void *context)
{
    const char *const *paths = context;
    while (!atomic_load(&over)) {
        exchange(paths[0], paths[1]);
        exchange(paths[2], paths[3]);
        exchange(paths[6], paths[7]);
        (void)!rename(paths[4], paths[5]);
        (void)!rename(paths[5], paths[4]);
    }
    return NULL;
}

/* Whatever is opened is what stands in the root: never the file of that name outside. */
static void
a_swapped_folder_leads_nowhere(void **state)
{
    static const char *const asked[] = {"race/door/secret", "race/in/door/secret", "race/file",
                                        "race/moved/../../race/door/secret",
                                        "race/moved/back/door/secret"};
    (void)state;
    const char *paths[] = {temporary("root/race/door"),    temporary("root/race/link"),
                           temporary("root/race/in/door"), temporary("root/race/in/link"),
                           temporary("root/race/moved"),   temporary("moved"),
                           temporary("root/race/file"),    temporary("root/race/file-link")};
    pthread_t swapper;
    unsigned opened = 0;
    over = false;
    assert_int_equal(pthread_create(&swapper, NULL, swap, paths), 0);
    for (unsigned i = 0; i < SWAPS; i++) {
        int fd = beneath_open(root, asked[i % LENGTH(asked)], O_RDONLY);
        if (fd < 0)
            continue;
        opened++;
        char text[64] = "";
        assert_true(read(fd, text, sizeof text - 1) > 0);
        close(fd);
        assert_string_equal(text, "inside");
    }
    over = true;
    assert_int_equal(pthread_join(swapper, NULL), 0);
    assert_true(opened > 0);
}

static void
make_race(void)
{
    folder("outside-folder");
    write_temporary("outside-folder/secret", "outside", strlen("outside"));
    write_temporary("secret", "outside", strlen("outside"));
    folder("door");
    write_temporary("door/secret", "outside", strlen("outside"));
    folder("root/race");
    folder("root/race/door");
    folder("root/race/in");
    folder("root/race/in/door");
    folder("root/race/moved");
    write_temporary("root/race/door/secret", "inside", strlen("inside"));
    write_temporary("root/race/in/door/secret", "inside", strlen("inside"));
    link_to("../../outside-folder", "root/race/link");
    link_to(temporary("outside-folder"), "root/race/in/link");
    link_to("..", "root/race/moved/back");
    write_temporary("root/race/file", "inside", strlen("inside"));
    link_to("../../secret", "root/race/file-link");
}

/* --- */

static void
openat2_is_missing(void **state)
{
    (void)state;
    forbid_openat2(ENOSYS);
}

static void
openat2_is_forbidden(void **state)
{
    (void)state;
    forbid_openat2(EPERM);
}

static int
begin(void **state)
{
    int rc = support_begin(state);
    if (rc == 0) {
        make_tree();
        make_race();
    }
    return rc;
}

/* A filter stays until the end, so the rules come again after each. */
#define RULES                                                                                      \
    cmocka_unit_test(what_is_beneath_is_opened), cmocka_unit_test(folders_are_opened),             \
        cmocka_unit_test(what_leads_out_is_refused),                                               \
        cmocka_unit_test(what_cannot_be_opened_is_refused),                                        \
        cmocka_unit_test(magic_links_are_refused), cmocka_unit_test(no_descriptor_stays_open),     \
        cmocka_unit_test(files_are_regular_ones), cmocka_unit_test(folders_are_folders),           \
        cmocka_unit_test(a_swapped_folder_leads_nowhere)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RULES, cmocka_unit_test(openat2_is_missing), RULES, cmocka_unit_test(openat2_is_forbidden),
        RULES,
    };
    return cmocka_run_group_tests_name("roots", tests, begin, support_end);
}
