/* SPDX-License-Identifier: MIT */
#include "server/log/internal.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9]{3}Z "

static const char *
content_of(const char *path)
{
    struct prov_span bytes = read_path(path);
    return text_of("%.*s", (int)bytes.len, (const char *)bytes.data);
}

static void
like(const char *text, const char *pattern)
{
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    int rc = regexec(&regex, text, 0, NULL, 0);
    regfree(&regex);
    if (rc != 0)
        fail_msg("'%s' is not like '%s'", text, pattern);
}

static size_t
count(const char *text, const char *part)
{
    size_t found = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        found++;
    return found;
}

/* From here on stderr is this file, up to stderr_back. */
static int
stderr_to(const char *path)
{
    int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(before >= 0 && fd >= 0);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    close(fd);
    return before;
}

static void
stderr_back(int before)
{
    assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
    close(before);
}

static void
open_log(enum settings_log where, const char *path)
{
    struct prov_error err;
    expect_ok(log_open(where, path, &err), &err);
}

static int
end(void **state)
{
    (void)state;
    log_close();
    return 0;
}

static void
it_starts_on_stderr(void **state)
{
    (void)state;
    const char *path = temporary("stderr");
    int before = stderr_to(path);
    log_error("error %d", 1);
    log_warn("warning %d", 2);
    log_info("info %d", 3);
    log_lines("a\nb\n", 4);
    log_lines("", 0);
    stderr_back(before);
    assert_string_equal(content_of(path),
                        "provd: error 1\nprovd: warning: warning 2\nprovd: info 3\na\nb\n");
}

static void
lines_in_a_file_have_the_time(void **state)
{
    (void)state;
    struct stat status;
    const char *path = temporary("file.log");
    mode_t mask = umask(0);
    open_log(SETTINGS_LOG_FILE, path);
    umask(mask);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    log_error("error");
    log_warn("warning");
    log_info("info");
    log_lines("as it is\n", 9);
    like(content_of(path), "^" TIME "provd: error\n" TIME "provd: warning: warning\n" TIME
                           "provd: info\nas it is\n$");
}

static void
an_old_file_is_continued(void **state)
{
    (void)state;
    const char *path = write_temporary("old.log", "old\n", 4);
    open_log(SETTINGS_LOG_FILE, path);
    log_lines("new\n", 4);
    log_close();
    log_lines("", 0);
    assert_string_equal(content_of(path), "old\nnew\n");
}

static void
a_file_is_opened_again_after_it_was_moved(void **state)
{
    (void)state;
    struct prov_error err;
    const char *path = temporary("moved.log"), *old = temporary("moved.log.1");
    open_log(SETTINGS_LOG_FILE, path);
    log_lines("1\n", 2);
    assert_int_equal(rename(path, old), 0);
    log_lines("2\n", 2);
    expect_ok(log_reopen(&err), &err);
    log_lines("3\n", 2);
    assert_string_equal(content_of(old), "1\n2\n");
    assert_string_equal(content_of(path), "3\n");
}

static void
the_old_file_stays_if_it_cannot_be_opened_again(void **state)
{
    (void)state;
    struct prov_error err;
    const char *folder = temporary("folder"), *moved = temporary("folder.1");
    assert_int_equal(mkdir(folder, 0700), 0);
    open_log(SETTINGS_LOG_FILE, temporary("folder/x.log"));
    assert_int_equal(rename(folder, moved), 0);
    expect_failure(log_reopen(&err), PROV_E_SYSTEM, &err, "folder/x.log: No such file");
    assert_int_equal(err.sys, ENOENT);
    log_lines("here\n", 5);
    assert_string_equal(content_of(temporary("folder.1/x.log")), "here\n");
}

static void
what_is_not_opened_leaves_the_log_where_it_is(void **state)
{
    (void)state;
    struct prov_error err;
    const char *path = temporary("stays.log"), *fifo = temporary("log.fifo");
    open_log(SETTINGS_LOG_FILE, path);
    expect_failure(log_open(SETTINGS_LOG_FILE, temporary("no/x.log"), &err), PROV_E_SYSTEM, &err,
                   "cannot open the log");
    expect_failure(log_open(SETTINGS_LOG_FILE, "/tmp", &err), PROV_E_SYSTEM, &err,
                   "cannot open the log /tmp: Is a directory");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    expect_failure(log_open(SETTINGS_LOG_FILE, fifo, &err), PROV_E_SYSTEM, &err,
                   "No such device or address");
    assert_int_equal(log_open(SETTINGS_LOG_FILE, fifo, NULL), PROV_E_SYSTEM);
    log_lines("stays\n", 6);
    assert_string_equal(content_of(path), "stays\n");
}

static void
reopening_what_is_no_file_does_nothing(void **state)
{
    (void)state;
    struct prov_error err;
    expect_ok(log_reopen(&err), &err);
}

static void
long_lines_are_cut(void **state)
{
    (void)state;
    const char *path = temporary("long.log");
    char *text = keep(calloc(1, 10001), free);
    memset(text, 'x', 10000);
    open_log(SETTINGS_LOG_FILE, path);
    log_info("%s", text);
    log_info("after");
    const char *content = content_of(path);
    like(content, "^" TIME "provd: x+\\.\\.\\.\n" TIME "provd: after\n$");
    assert_in_range(strlen(content), 4000, 4200);
}

/* --- what cannot be written */

static void
a_full_disk_is_said_once_and_counted(void **state)
{
    (void)state;
    const char *said = temporary("said"), *link = temporary("full.log");
    struct prov_error err;
    unsigned long dropped = log_dropped();
    assert_int_equal(symlink("/dev/full", link), 0);
    int before = stderr_to(said);
    open_log(SETTINGS_LOG_FILE, link);
    log_lines("1\n2\n3\n", 6);
    log_warn("4");
    log_lines("5\n", 2);
    stderr_back(before);
    assert_int_equal(log_dropped() - dropped, 5);
    assert_string_equal(content_of(said), text_of("provd: warning: cannot write the log %s: No "
                                                  "space left on device; lines are lost\n",
                                                  link));
    assert_int_equal(unlink(link), 0);
    expect_ok(log_reopen(&err), &err);
    log_lines("6\n", 2);
    log_lines("7\n", 2);
    like(content_of(link), "^" TIME "provd: warning: 5 lines lost\n6\n7\n$");
    assert_int_equal(log_dropped() - dropped, 5);
}

/* A limit on the size of files cuts a line in two, as a full disk does. */
static void
a_line_that_was_cut_is_ended(void **state)
{
    (void)state;
    const char *said = temporary("said.cut"), *path = temporary("cut.log");
    struct rlimit old, limit;
    unsigned long dropped = log_dropped();
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = (struct rlimit){.rlim_cur = 12, .rlim_max = old.rlim_max};
    int before = stderr_to(said);
    open_log(SETTINGS_LOG_FILE, path);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    log_lines("1234567\n12345678\n1\n", 19);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    log_lines("2\n", 2);
    stderr_back(before);
    like(content_of(path), "^1234567\n1234\n" TIME "provd: warning: 2 lines lost\n2\n$");
    assert_int_equal(log_dropped() - dropped, 2);
}

static void
a_closed_pipe_does_not_kill(void **state)
{
    (void)state;
    int ends[2];
    unsigned long dropped = log_dropped();
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    log_info("1");
    log_lines("2\n3\n", 4);
    unsigned long after = log_dropped();
    const char *path = temporary("pipe.stderr");
    int again = stderr_to(path);
    log_info("4");
    close(again);
    stderr_back(before);
    assert_int_equal(after - dropped, 3);
    assert_string_equal(content_of(path), "provd: warning: 3 lines lost\nprovd: 4\n");
}

/* --- once */

static void
a_subject_is_warned_of_once_an_hour(void **state)
{
    (void)state;
    const char *path = temporary("once.log");
    open_log(SETTINGS_LOG_FILE, path);
    for (int i = 0; i < 5; i++)
        log_warn_once("open files", "none left (%d)", i);
    log_warn_once("other", "else");
    assert_int_equal(count(content_of(path), "\n"), 2);
    like(content_of(path),
         "^" TIME "provd: warning: none left \\(0\\)\n" TIME "provd: warning: else\n$");
    log__shift_clock(LOG_SUBJECT_SECONDS - 60);
    log_warn_once("open files", "none left (5)");
    assert_int_equal(count(content_of(path), "\n"), 2);
    log__shift_clock(60);
    log_warn_once("open files", "none left (6)");
    log_warn_once("other", "else");
    log_warn_once("open files", "none left (7)");
    like(content_of(path),
         "\n" TIME "provd: warning: none left \\(6\\) \\(5 more were left out\\)\n" TIME
         "provd: warning: else\n$");
}

static void
more_subjects_than_are_remembered_wait_their_hour(void **state)
{
    (void)state;
    unsigned long left_out = 0;
    log__shift_clock(2 * (int64_t)LOG_SUBJECT_SECONDS);
    assert_true(log__subject_due("subject 0", &left_out));
    log__shift_clock(1);
    for (int i = 1; i < LOG_SUBJECTS_MAX; i++)
        assert_true(log__subject_due(text_of("subject %d", i), &left_out));
    for (int i = 0; i < 10; i++)
        assert_false(log__subject_due(text_of("another %d", i), &left_out));
    assert_false(log__subject_due("subject 2", &left_out));
    log__shift_clock(LOG_SUBJECT_SECONDS - 1);
    assert_true(log__subject_due("one more", &left_out)); /* in the place of subject 0 */
    assert_int_equal(left_out, 10);
    assert_false(log__subject_due("subject 0", &left_out));
    log__shift_clock(1);
    assert_true(log__subject_due("subject 2", &left_out));
    assert_int_equal(left_out, 1);
    log__shift_clock(2 * (int64_t)LOG_SUBJECT_SECONDS);
}

static void
long_subjects_are_subjects(void **state)
{
    (void)state;
    unsigned long left_out = 0;
    const char *name = text_of("%0400d", 1);
    assert_true(log__subject_due(name, &left_out));
    assert_false(log__subject_due(name, &left_out));
}

/* --- several at once */

static void *
write_many(void *context)
{
    (void)context;
    for (int i = 0; i < 500; i++) {
        log_info("%s", "a line that stays whole");
        log_lines("one\ntwo\n", 8);
        log_warn_once("thread", "once");
    }
    return NULL;
}

static void
threads_do_not_mix_their_lines(void **state)
{
    (void)state;
    pthread_t threads[4];
    struct prov_error err;
    const char *path = temporary("threads.log");
    open_log(SETTINGS_LOG_FILE, path);
    for (size_t i = 0; i < LENGTH(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, NULL), 0);
    for (int i = 0; i < 20; i++)
        expect_ok(log_reopen(&err), &err);
    for (size_t i = 0; i < LENGTH(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    const char *content = content_of(path);
    assert_int_equal(count(content, "Z provd: a line that stays whole\n"), 2000);
    assert_int_equal(count(content, "one\ntwo\n"), 2000);
    assert_int_equal(count(content, "Z provd: warning: once\n"), 1);
    assert_int_equal(count(content, "\n"), 6001);
}

/* --- syslog */

/* glibc takes the socket's name from nowhere: the test has a /dev of its own, where it may. */
static void
talk_to_syslog(void)
{
    struct prov_error err;
    char long_line[6000];
    memset(long_line, 'x', sizeof long_line - 1);
    long_line[sizeof long_line - 1] = '\n';
    if (log_open(SETTINGS_LOG_SYSLOG, NULL, &err) != PROV_OK || log_reopen(&err) != PROV_OK)
        _exit(1);
    log_error("error");
    log_warn("warning");
    log_lines("first\nsecond\nunended", 20);
    log_lines(long_line, sizeof long_line);
    log_close();
    _exit(0);
}

static void
syslog_gets_line_by_line(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    static const char *const wanted[] = {
        "^<27>.*provd\\[[0-9]+\\]: error$",   "^<28>.*provd\\[[0-9]+\\]: warning: warning$",
        "^<30>.*provd\\[[0-9]+\\]: first$",   "^<30>.*provd\\[[0-9]+\\]: second$",
        "^<30>.*provd\\[[0-9]+\\]: unended$", "^<30>.*provd\\[[0-9]+\\]: x{4096}$"};
    char text[8192];
    int status = 0;
    int log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(log >= 0);
    if (bind(log, (const struct sockaddr *)&address, sizeof address) != 0) {
        /* A syslog daemon runs, or this is not root: what it gets is not seen here. */
        assert_true(errno == EADDRINUSE || errno == EACCES);
        close(log);
        log = -1;
    }
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        talk_to_syslog();
    for (size_t i = 0; log >= 0 && i < LENGTH(wanted); i++) {
        ssize_t len = recv(log, text, sizeof text - 1, 0);
        assert_true(len > 0);
        text[len] = '\0';
        like(text, wanted[i]);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    if (log >= 0) {
        close(log);
        assert_int_equal(unlink("/dev/log"), 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(it_starts_on_stderr, end),
        cmocka_unit_test_teardown(lines_in_a_file_have_the_time, end),
        cmocka_unit_test_teardown(an_old_file_is_continued, end),
        cmocka_unit_test_teardown(a_file_is_opened_again_after_it_was_moved, end),
        cmocka_unit_test_teardown(the_old_file_stays_if_it_cannot_be_opened_again, end),
        cmocka_unit_test_teardown(what_is_not_opened_leaves_the_log_where_it_is, end),
        cmocka_unit_test_teardown(reopening_what_is_no_file_does_nothing, end),
        cmocka_unit_test_teardown(long_lines_are_cut, end),
        cmocka_unit_test_teardown(a_full_disk_is_said_once_and_counted, end),
        cmocka_unit_test_teardown(a_line_that_was_cut_is_ended, end),
        cmocka_unit_test_teardown(a_closed_pipe_does_not_kill, end),
        cmocka_unit_test_teardown(a_subject_is_warned_of_once_an_hour, end),
        cmocka_unit_test_teardown(more_subjects_than_are_remembered_wait_their_hour, end),
        cmocka_unit_test_teardown(long_subjects_are_subjects, end),
        cmocka_unit_test_teardown(threads_do_not_mix_their_lines, end),
        cmocka_unit_test_teardown(syslog_gets_line_by_line, end),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
