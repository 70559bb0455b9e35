/* SPDX-License-Identifier: MIT */
/* Each step is taken in a child, which says by its exit code where it failed. Run as root, the
 * tests become another user; run by another user, they try what he may. */
#include "server/sandbox/internal.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define OTHER_USER "nobody"

/* Ends the child: its exit code is the line. */
#define child_expect(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s: %s\n", __LINE__, #condition, strerror(errno));           \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

static void
in_child(void (*body)(void))
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static bool
root(void)
{
    return geteuid() == 0;
}

/* --- become */

static bool
no_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) != 0)
        return false;
    for (size_t i = 0; i < LENGTH(data); i++)
        if ((data[i].effective | data[i].permitted | data[i].inheritable) != 0)
            return false;
    for (unsigned long i = 0; i <= CAP_LAST_CAP; i++)
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) > 0)
            return false;
    return true;
}

static bool
empty_bounding_set(void)
{
    for (unsigned long i = 0; i <= CAP_LAST_CAP; i++)
        if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) > 0)
            return false;
    return true;
}

static void
expect_shut(bool was_root)
{
    child_expect(no_capabilities());
    child_expect(!was_root || empty_bounding_set());
    child_expect(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    child_expect(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
    struct rlimit limit;
    child_expect(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0);
}

static void
become_other(void)
{
    struct prov_error err;
    bool was_root = root();
    const struct passwd *entry = getpwnam(OTHER_USER);
    child_expect(entry != NULL);
    uid_t uid = entry->pw_uid, real, effective, saved;
    gid_t gid = entry->pw_gid, groups[64] = {0, 4242};
    child_expect(!was_root || setgroups(2, groups) == 0);
    int rc = sandbox_become(OTHER_USER, &err);
    if (!was_root && geteuid() != uid) {
        child_expect(rc == PROV_E_SYSTEM && err.sys == EPERM);
        child_expect(strstr(err.text, "cannot become '" OTHER_USER "': only root can") != NULL);
        return;
    }
    child_expect(rc == PROV_OK);
    child_expect(getresuid(&real, &effective, &saved) == 0);
    child_expect(real == uid && effective == uid && saved == uid);
    child_expect(getresgid(&real, &effective, &saved) == 0);
    child_expect(real == gid && effective == gid && saved == gid);
    int count = getgroups(LENGTH(groups), groups);
    child_expect(count >= 0);
    for (int i = 0; i < count; i++)
        child_expect(groups[i] != 0 && groups[i] != 4242);
    child_expect(setuid(0) != 0 && seteuid(0) != 0 && setgid(0) != 0);
    child_expect(open("/etc/shadow", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES);
    expect_shut(was_root);
}

static void
another_user_is_become_for_good(void **state)
{
    (void)state;
    in_child(become_other);
}

static void
become_nobody_else(void)
{
    struct prov_error err;
    bool was_root = root();
    uid_t uid = geteuid();
    child_expect(sandbox_become(NULL, &err) == PROV_OK);
    child_expect(geteuid() == uid && getuid() == uid);
    expect_shut(was_root);
    child_expect(sandbox_become(NULL, &err) == PROV_OK);
}

static void
without_a_user_only_privileges_go(void **state)
{
    (void)state;
    in_child(become_nobody_else);
}

static void
become_self(void)
{
    struct prov_error err;
    bool was_root = root();
    uid_t uid = geteuid();
    const struct passwd *entry = getpwuid(uid); /* a container may run as a user without a name */
    child_expect(sandbox_become(entry != NULL ? entry->pw_name : NULL, &err) == PROV_OK);
    child_expect(geteuid() == uid);
    expect_shut(was_root);
}

static void
one_may_become_oneself(void **state)
{
    (void)state;
    in_child(become_self);
}

/* As under systemd: a user of its own, with one ambient capability. */
static void
become_self_with_ambient(void)
{
    struct prov_error err;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct one[_LINUX_CAPABILITY_U32S_3] = {
        {1U << CAP_NET_BIND_SERVICE, 1U << CAP_NET_BIND_SERVICE, 1U << CAP_NET_BIND_SERVICE}, {0}};
    const struct passwd *entry = getpwnam(OTHER_USER);
    child_expect(entry != NULL);
    if (root()) {
        child_expect(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
        child_expect(setgroups(0, NULL) == 0 && setresgid(65534, 65534, 65534) == 0);
        child_expect(setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) == 0);
        child_expect(syscall(SYS_capset, &header, one) == 0);
        child_expect(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0) == 0);
        child_expect(!no_capabilities());
        child_expect(sandbox_become(OTHER_USER, &err) == PROV_OK);
    } else {
        child_expect(sandbox_become(NULL, &err) == PROV_OK);
    }
    expect_shut(false);
}

static void
ambient_capabilities_are_dropped(void **state)
{
    (void)state;
    in_child(become_self_with_ambient);
}

static void
become_other_without_root(void)
{
    struct prov_error err;
    if (root())
        child_expect(setresuid(4242, 4242, 4242) == 0);
    child_expect(sandbox_become("root", &err) == PROV_E_SYSTEM && err.sys == EPERM);
    child_expect(strcmp(err.text, "cannot become 'root': only root can; start as root or as that "
                                  "user, or leave the user out") == 0);
    child_expect(sandbox_become("root", NULL) == PROV_E_SYSTEM);
    child_expect(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
}

static void
only_root_becomes_another(void **state)
{
    (void)state;
    in_child(become_other_without_root);
}

static void
an_unknown_user_is_an_error(void **state)
{
    (void)state;
    struct prov_error err;
    expect_failure(sandbox_become("no-such-user-here", &err), PROV_E_ARGUMENT, &err,
                   "there is no user 'no-such-user-here'; make one or name another");
    assert_int_equal(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
}

/* --- confine */

static const char *read_folder, *read_file, *beside_file, *write_folder;
static const char *in_read, *in_write, *new_in_read, *new_in_write, *outside;

static void
make_tree(void)
{
    read_folder = temporary("read");
    write_folder = temporary("write");
    assert_int_equal(mkdir(read_folder, 0755), 0);
    assert_int_equal(mkdir(temporary("read/below"), 0755), 0);
    assert_int_equal(mkdir(write_folder, 0755), 0);
    read_file = write_temporary("one", "1", 1);
    beside_file = write_temporary("two", "2", 1);
    in_read = write_temporary("read/below/a", "a", 1);
    in_write = write_temporary("write/a", "a", 1);
    new_in_read = temporary("read/new");
    new_in_write = temporary("write/new");
    outside = write_temporary("outside", "x", 1);
}

static bool
opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool
denied(const char *path, int flags)
{
    return !opens(path, flags) && errno == EACCES;
}

static bool
has_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

static void
expect_reading(void)
{
    child_expect(opens(in_read, O_RDONLY));
    child_expect(opens(read_folder, O_RDONLY | O_DIRECTORY));
    child_expect(opens(read_file, O_RDONLY));
    child_expect(denied(in_read, O_WRONLY) && denied(in_read, O_RDWR));
    child_expect(denied(new_in_read, O_WRONLY | O_CREAT));
    child_expect(unlink(in_read) != 0 && errno == EACCES);
    child_expect(denied(read_file, O_WRONLY));
    child_expect(denied(beside_file, O_RDONLY) && denied(outside, O_RDONLY));
    child_expect(denied(temporary(""), O_RDONLY | O_DIRECTORY) && denied("/etc/passwd", O_RDONLY));
}

static void
expect_writing(void)
{
    const char *other = text_of("%s/other", write_folder);
    const char *folder = text_of("%s/folder", write_folder);
    child_expect(opens(in_write, O_RDWR) && opens(write_folder, O_RDONLY | O_DIRECTORY));
    child_expect(opens(new_in_write, O_RDWR | O_CREAT | O_EXCL));
    child_expect(opens(in_write, O_WRONLY | O_TRUNC) && truncate(in_write, 5) == 0);
    child_expect(rename(new_in_write, other) == 0 && unlink(other) == 0);
    child_expect(mkdir(folder, 0700) != 0 && errno == EACCES);
    child_expect(symlink("/etc", folder) != 0 && errno == EACCES);
    child_expect(mkfifo(folder, 0600) != 0 && errno == EACCES);
    child_expect(rename(in_write, new_in_read) != 0);
    child_expect(truncate(in_read, 0) != 0 && errno == EACCES);
}

static void
confine_and_try(void)
{
    struct prov_error err;
    bool confined = false;
    const struct sandbox_path paths[] = {{read_folder, SANDBOX_READ},
                                         {read_file, SANDBOX_READ},
                                         {write_folder, SANDBOX_WRITE},
                                         {"/dev/null", SANDBOX_WRITE}};
    child_expect(opens(outside, O_RDWR));
    child_expect(sandbox_confine(paths, LENGTH(paths), &confined, &err) == PROV_OK);
    child_expect(confined == has_landlock());
    if (!confined) { /* a kernel that cannot: all stays open */
        child_expect(opens(outside, O_RDWR));
        return;
    }
    child_expect(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    child_expect(opens("/dev/null", O_RDWR));
    expect_reading();
    expect_writing();
    child_expect(execl("/bin/true", "true", (char *)NULL) != 0 && errno == EACCES);
}

static void
only_the_named_paths_are_reached(void **state)
{
    (void)state;
    in_child(confine_and_try);
}

static void
confine_to_nothing(void)
{
    struct prov_error err;
    bool confined = false;
    int before = open(outside, O_RDONLY | O_CLOEXEC);
    char byte = 0;
    child_expect(before >= 0);
    child_expect(sandbox_confine(NULL, 0, &confined, &err) == PROV_OK);
    child_expect(confined == has_landlock());
    child_expect(!confined || denied(outside, O_RDONLY));
    child_expect(read(before, &byte, 1) == 1 && byte == 'x');
}

static void
what_is_open_stays_open(void **state)
{
    (void)state;
    in_child(confine_to_nothing);
}

static void
confine_to_what_is_missing(void)
{
    struct prov_error err;
    bool confined = true;
    const char *missing = temporary("missing");
    const struct sandbox_path paths[] = {{read_folder, SANDBOX_READ}, {missing, SANDBOX_READ}};
    int rc = sandbox_confine(paths, LENGTH(paths), &confined, &err);
    child_expect(!confined);
    child_expect(opens(outside, O_RDONLY));
    child_expect(!has_landlock() || (rc == PROV_E_SYSTEM && err.sys == ENOENT));
    child_expect(
        !has_landlock() ||
        strcmp(err.text, text_of("%s: cannot be opened: No such file or directory", missing)) == 0);
}

static void
a_missing_path_is_an_error(void **state)
{
    (void)state;
    in_child(confine_to_what_is_missing);
}

/* The order of the server: as the user, with the sandbox shut, its files can be read again. */
static void
become_and_confine(void)
{
    struct prov_error err;
    bool confined = false;
    const struct sandbox_path paths[] = {{read_folder, SANDBOX_READ},
                                         {write_folder, SANDBOX_WRITE}};
    if (root())
        child_expect(chmod(temporary(""), 0755) == 0 && chmod(write_folder, 0777) == 0 &&
                     chmod(in_read, 0644) == 0);
    child_expect(sandbox_become(root() ? OTHER_USER : NULL, &err) == PROV_OK);
    child_expect(sandbox_confine(paths, LENGTH(paths), &confined, &err) == PROV_OK);
    child_expect(confined == has_landlock());
    child_expect(opens(in_read, O_RDONLY));
    child_expect(opens(text_of("%s/made", write_folder), O_RDWR | O_CREAT));
    child_expect(!confined || denied(outside, O_RDONLY));
}

static void
a_user_in_the_sandbox_reads_its_files(void **state)
{
    (void)state;
    in_child(become_and_confine);
}

static void
each_version_of_landlock_gets_what_it_knows(void **state)
{
    (void)state;
    assert_int_equal(sandbox__handled(1), 0x1fff);
    assert_int_equal(sandbox__handled(2), 0x3fff);
    assert_int_equal(sandbox__handled(3), 0x7fff);
    assert_int_equal(sandbox__handled(4), 0x7fff);
    assert_int_equal(sandbox__handled(5), 0xffff);
    assert_int_equal(sandbox__handled(99), 0xffff);
}

static int
begin(void **state)
{
    int rc = support_begin(state);
    if (rc == 0)
        make_tree();
    return rc;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_user_is_become_for_good),
        cmocka_unit_test(without_a_user_only_privileges_go),
        cmocka_unit_test(one_may_become_oneself),
        cmocka_unit_test(ambient_capabilities_are_dropped),
        cmocka_unit_test(only_root_becomes_another),
        cmocka_unit_test(an_unknown_user_is_an_error),
        cmocka_unit_test(only_the_named_paths_are_reached),
        cmocka_unit_test(what_is_open_stays_open),
        cmocka_unit_test(a_missing_path_is_an_error),
        cmocka_unit_test(a_user_in_the_sandbox_reads_its_files),
        cmocka_unit_test(each_version_of_landlock_gets_what_it_knows),
    };
    return cmocka_run_group_tests(tests, begin, support_end);
}
