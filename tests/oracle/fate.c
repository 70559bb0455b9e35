/* SPDX-License-Identifier: MIT */
/* What befalls a program from outside, as a library that is loaded before others: a clock that says
 * what the environment's ORACLE_CLOCK does, and an end before the ORACLE_KILL-th call that makes
 * something durable or visible. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))

static long
number_in(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : 0;
}

static void
count_call(void)
{
    static long calls;
    if (++calls == number_in("ORACLE_KILL"))
        kill(getpid(), SIGKILL);
}

VISIBLE time_t
time(time_t *out)
{
    time_t now = (time_t)number_in("ORACLE_CLOCK");
    if (out != NULL)
        *out = now;
    return now;
}

VISIBLE int
utimensat(int folder, const char *path, const struct timespec times[2], int flags)
{
    struct timespec set[2];
    count_call();
    for (int i = 0; i < 2; i++) {
        set[i] = times != NULL ? times[i] : (struct timespec){.tv_nsec = UTIME_NOW};
        if (set[i].tv_nsec == UTIME_NOW)
            set[i] = (struct timespec){.tv_sec = time(NULL)};
    }
    return (int)syscall(SYS_utimensat, folder, path, set, flags);
}

VISIBLE int
fsync(int fd)
{
    count_call();
    return (int)syscall(SYS_fsync, fd);
}

VISIBLE int
syncfs(int fd)
{
    count_call();
    return (int)syscall(SYS_syncfs, fd);
}

VISIBLE int
renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    count_call();
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

VISIBLE int
renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return renameat2(from_folder, from, to_folder, to, 0);
}

VISIBLE int
rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

VISIBLE int
linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    count_call();
    return (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
}

VISIBLE int
unlinkat(int folder, const char *path, int flags)
{
    count_call();
    return (int)syscall(SYS_unlinkat, folder, path, flags);
}

VISIBLE int
unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

VISIBLE int
mkdirat(int folder, const char *path, mode_t mode)
{
    count_call();
    return (int)syscall(SYS_mkdirat, folder, path, mode);
}

VISIBLE int
mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

VISIBLE ssize_t
write(int fd, const void *data, size_t len)
{
    if (fd > STDERR_FILENO)
        count_call();
    return syscall(SYS_write, fd, data, len);
}
