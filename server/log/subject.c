/* SPDX-License-Identifier: MIT */
/* What was warned of lately, so that a fault that lasts does not fill the log. */
#include "server/log/internal.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct subject {
    char name[256]; /* longer ones are told apart by their first 255 bytes */
    bool used;
    int64_t said; /* when its last line was written */
    unsigned long left_out;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct subject subjects[LOG_SUBJECTS_MAX];
static unsigned long crowded_out; /* lines about others, while each here was of the last hour */
static int64_t clock_shift;

static int64_t
now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec + clock_shift;
}

void
log__shift_clock(int64_t seconds)
{
    pthread_mutex_lock(&lock);
    clock_shift += seconds;
    pthread_mutex_unlock(&lock);
}

/* The subject's entry, or else the one whose line is oldest. */
static struct subject *
entry_of(const char *name)
{
    struct subject *oldest = &subjects[0];
    for (size_t i = 0; i < LOG_SUBJECTS_MAX; i++) {
        if (subjects[i].used && strcmp(subjects[i].name, name) == 0)
            return &subjects[i];
        if (oldest->used && (!subjects[i].used || subjects[i].said < oldest->said))
            oldest = &subjects[i];
    }
    return oldest;
}

/* None gives way within its hour: otherwise whoever causes more warnings than are remembered would
 * fill the log with them. */
static bool
take_turn(const char *name, unsigned long *left_out)
{
    struct subject *subject = entry_of(name);
    int64_t time = now();
    bool known = subject->used && strcmp(subject->name, name) == 0;
    unsigned long *count = known ? &subject->left_out : &crowded_out;
    if (subject->used && time - subject->said < LOG_SUBJECT_SECONDS) {
        ++*count;
        return false;
    }
    *left_out = *count;
    *count = 0;
    if (!known)
        subject->left_out = 0;
    subject->used = true;
    snprintf(subject->name, sizeof subject->name, "%s", name);
    subject->said = time;
    return true;
}

bool
log__subject_due(const char *subject, unsigned long *left_out)
{
    char name[sizeof subjects[0].name];
    snprintf(name, sizeof name, "%s", subject);
    pthread_mutex_lock(&lock);
    bool due = take_turn(name, left_out);
    pthread_mutex_unlock(&lock);
    return due;
}

void
log_warn_once(const char *subject, const char *format, ...)
{
    unsigned long left_out = 0;
    if (!log__subject_due(subject, &left_out))
        return;
    va_list arguments;
    va_start(arguments, format);
    log__line(LOG_LEVEL_WARNING, left_out, format, arguments);
    va_end(arguments);
}
