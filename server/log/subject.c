/* SPDX-License-Identifier: MIT */
/* What was warned of lately, so that a fault that lasts does not fill the log. */
#include "server/log/internal.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct subject {
    char name[256]; /* longer ones are told apart by their first 255 bytes */
    int64_t said;   /* when its last line was written */
    uint64_t used;  /* order of use; 0: free */
    unsigned long left_out;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct subject subjects[LOG_SUBJECTS_MAX];
static uint64_t uses;
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

/* The subject's entry, or else the one that was not used for longest. */
static struct subject *
entry_of(const char *name)
{
    struct subject *oldest = &subjects[0];
    for (size_t i = 0; i < LOG_SUBJECTS_MAX; i++) {
        if (subjects[i].used != 0 && strcmp(subjects[i].name, name) == 0)
            return &subjects[i];
        if (subjects[i].used < oldest->used)
            oldest = &subjects[i];
    }
    oldest->used = 0;
    return oldest;
}

static bool
take_turn(const char *name, unsigned long *left_out)
{
    struct subject *subject = entry_of(name);
    int64_t time = now();
    bool known = subject->used != 0;
    subject->used = ++uses;
    if (known && time - subject->said < LOG_SUBJECT_SECONDS) {
        subject->left_out++;
        return false;
    }
    *left_out = known ? subject->left_out : 0;
    snprintf(subject->name, sizeof subject->name, "%s", name);
    subject->said = time;
    subject->left_out = 0;
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
