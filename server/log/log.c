/* SPDX-License-Identifier: MIT */
/* Where lines go, and what happens while they cannot be written. */
#include "server/log/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096
#define PREFIX_MAX 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum settings_log target = SETTINGS_LOG_STDERR;
static int fd = STDERR_FILENO;
static char *path;                 /* of a log file */
static bool failing;               /* the last write failed, and that was said */
static bool torn;                  /* a line stands there without its end */
static unsigned long dropped;      /* lines since the start */
static unsigned long dropped_here; /* lines since writing began to fail */

static const struct {
    const char *word;
    int priority;
} levels[] = {
    [LOG_LEVEL_ERROR] = {"", LOG_ERR},
    [LOG_LEVEL_WARNING] = {"warning: ", LOG_WARNING},
    [LOG_LEVEL_INFO] = {"", LOG_INFO},
};

/* --- where to */

/* O_NONBLOCK: a FIFO that nobody reads is an error, not a server that stands still. */
static int
open_file(const char *name, int *out, struct prov_error *err)
{
    int opened =
        open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
    if (opened < 0)
        return prov_system_failed(err, "cannot open the log %s", name);
    *out = opened;
    return PROV_OK;
}

static void
leave_target(void)
{
    if (target == SETTINGS_LOG_SYSLOG)
        closelog();
    if (target == SETTINGS_LOG_FILE)
        close(fd);
    free(path);
    path = NULL;
    fd = STDERR_FILENO;
    target = SETTINGS_LOG_STDERR;
    failing = torn = false;
    dropped_here = 0;
}

int
log_open(enum settings_log where, const char *file, struct prov_error *err)
{
    int opened = -1;
    char *copy = NULL;
    if (where == SETTINGS_LOG_FILE) {
        copy = strdup(file);
        if (copy == NULL)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        int rc = open_file(file, &opened, err);
        if (rc != PROV_OK) {
            free(copy);
            return rc;
        }
    }
    pthread_mutex_lock(&lock);
    leave_target();
    target = where;
    if (where == SETTINGS_LOG_FILE) {
        fd = opened;
        path = copy;
    } else if (where == SETTINGS_LOG_SYSLOG) {
        /* Connected now: later it may not be reachable any more. */
        openlog("provd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
    }
    pthread_mutex_unlock(&lock);
    return PROV_OK;
}

int
log_reopen(struct prov_error *err)
{
    int rc = PROV_OK, opened = -1;
    pthread_mutex_lock(&lock);
    if (target == SETTINGS_LOG_FILE) {
        rc = open_file(path, &opened, err);
        if (rc == PROV_OK) {
            close(fd);
            fd = opened;
            torn = false;
        }
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

void
log_close(void)
{
    pthread_mutex_lock(&lock);
    leave_target();
    pthread_mutex_unlock(&lock);
}

bool
log_is_elsewhere(void)
{
    pthread_mutex_lock(&lock);
    bool elsewhere = target != SETTINGS_LOG_STDERR;
    pthread_mutex_unlock(&lock);
    return elsewhere;
}

unsigned long
log_dropped(void)
{
    pthread_mutex_lock(&lock);
    unsigned long count = dropped;
    pthread_mutex_unlock(&lock);
    return count;
}

/* --- writing; the lock is held */

static unsigned long
count_lines(const char *lines, size_t len)
{
    unsigned long count = 0;
    for (size_t i = 0; i < len; i++)
        count += lines[i] == '\n';
    return count;
}

/* Returns how much of it stands there now; errno says why the rest does not. */
static size_t
write_once(const char *data, size_t len)
{
    ssize_t done;
    do
        done = write(fd, data, len);
    while (done < 0 && errno == EINTR);
    if (done < 0)
        return 0;
    if (done < (ssize_t)len)
        errno = ENOSPC;
    if (done > 0)
        torn = data[done - 1] != '\n';
    return (size_t)done;
}

static size_t
prefix(char *out, size_t size, enum log_level level)
{
    struct timespec now;
    struct tm utc;
    char time[32] = "";
    if (target != SETTINGS_LOG_FILE)
        return (size_t)snprintf(out, size, "provd: %s", levels[level].word);
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &utc);
    return (size_t)snprintf(out, size, "%s.%03ldZ provd: %s", time, now.tv_nsec / 1000000,
                            levels[level].word);
}

/* Ends a line that was cut off, and says what is missing. */
static bool
write_gap(void)
{
    char text[PREFIX_MAX + 64] = "\n";
    size_t start = torn ? 0 : 1;
    size_t len = 1 + prefix(text + 1, sizeof text - 1, LOG_LEVEL_WARNING);
    len += (size_t)snprintf(text + len, sizeof text - len, "%lu lines lost\n", dropped_here);
    if (write_once(text + start, len - start) < len - start)
        return false;
    failing = false;
    dropped_here = 0;
    return true;
}

static void
lose(unsigned long lines)
{
    int sys = errno;
    dropped += lines;
    dropped_here += lines;
    if (failing)
        return;
    failing = true;
    if (target == SETTINGS_LOG_FILE)
        dprintf(STDERR_FILENO, "provd: warning: cannot write the log %s: %s; lines are lost\n",
                path, strerror(sys));
}

static void
emit(const char *data, size_t len)
{
    size_t done = failing && !write_gap() ? 0 : write_once(data, len);
    if (done < len)
        lose(count_lines(data + done, len - done));
}

/* --- lines */

static void
emit_line(enum log_level level, const char *text)
{
    char line[PREFIX_MAX + LINE_MAX_BYTES + 1];
    size_t len = prefix(line, PREFIX_MAX, level);
    len += (size_t)snprintf(line + len, sizeof line - len - 1, "%s", text);
    line[len++] = '\n';
    emit(line, len);
}

void
log__line(enum log_level level, unsigned long left_out, const char *format, va_list arguments)
{
    char text[LINE_MAX_BYTES];
    int len = vsnprintf(text, sizeof text - 64, format, arguments);
    size_t used = len < 0 ? 0 : strlen(text);
    if (len >= (int)sizeof text - 64)
        used += (size_t)snprintf(text + used, sizeof text - used, "...");
    if (left_out > 0)
        snprintf(text + used, sizeof text - used, " (%lu more were left out)", left_out);
    pthread_mutex_lock(&lock);
    if (target == SETTINGS_LOG_SYSLOG)
        syslog(levels[level].priority, "%s%s", levels[level].word, text);
    else
        emit_line(level, text);
    pthread_mutex_unlock(&lock);
}

void
log_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log__line(LOG_LEVEL_ERROR, 0, format, arguments);
    va_end(arguments);
}

void
log_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log__line(LOG_LEVEL_WARNING, 0, format, arguments);
    va_end(arguments);
}

void
log_info(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log__line(LOG_LEVEL_INFO, 0, format, arguments);
    va_end(arguments);
}

static void
syslog_lines(const char *lines, size_t len)
{
    while (len > 0) {
        const char *end = memchr(lines, '\n', len);
        size_t line = end != NULL ? (size_t)(end - lines) : len;
        size_t shown = line < LINE_MAX_BYTES ? line : LINE_MAX_BYTES;
        syslog(LOG_INFO, "%.*s", (int)shown, lines);
        line += end != NULL;
        lines += line;
        len -= line;
    }
}

void
log_lines(const char *lines, size_t len)
{
    if (len == 0)
        return;
    pthread_mutex_lock(&lock);
    if (target == SETTINGS_LOG_SYSLOG)
        syslog_lines(lines, len);
    else
        emit(lines, len);
    pthread_mutex_unlock(&lock);
}
