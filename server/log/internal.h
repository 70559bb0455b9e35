/* SPDX-License-Identifier: MIT */
/* What the files of this room share, and a clock that tests may move. */
#ifndef SERVER_LOG_INTERNAL_H
#define SERVER_LOG_INTERNAL_H

#include "server/log/log.h"

#include <stdarg.h>
#include <stdint.h>

#define LOG_SUBJECTS_MAX 256
#define LOG_SUBJECT_SECONDS (60 * 60)

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO };

/* `left_out` lines like this one were not written: said at its end. */
void log__line(enum log_level level, unsigned long left_out, const char *format, va_list arguments)
    PROV_PRINTF(3, 0);

/* Whether a line about `subject` is due; if so, how many were left out since the last. */
bool log__subject_due(const char *subject, unsigned long *left_out);

/* For tests: moves the clock of log_warn_once. */
void log__shift_clock(int64_t seconds);

#endif
