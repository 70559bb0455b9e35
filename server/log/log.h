/* SPDX-License-Identifier: MIT */
/* Where the server's lines go: stderr, syslog or a file. One per process; all functions may be
 * called from any thread. */
#ifndef SERVER_LOG_LOG_H
#define SERVER_LOG_LOG_H

#include "settings/settings.h"
#include <prov/error.h>

#include <stdbool.h>
#include <stddef.h>

/* Starts on stderr; switches to what the settings name. A file is created 0640. */
int log_open(enum settings_log where, const char *file, struct prov_error *err) PROV_CHECKED;
/* Opens the file again (after it was rotated). On failure the old one stays in use. */
int log_reopen(struct prov_error *err) PROV_CHECKED;
/* Back to stderr. */
void log_close(void);
/* True while lines go to a file or to syslog. */
bool log_is_elsewhere(void);

/* One line, "provd: text" on stderr, with the time in a file. Control characters in what was
 * received must have gone through prov_printable. */
void log_error(const char *format, ...) PROV_PRINTF(1, 2);
void log_warn(const char *format, ...) PROV_PRINTF(1, 2);
void log_info(const char *format, ...) PROV_PRINTF(1, 2);

/* The same, but for each `subject` (a phrase like "open files" or a file name) at most one line an
 * hour; the next one says how many were left out. Remembers 256 subjects and writes about no others
 * within that hour, so no subject may be a client's choice. */
void log_warn_once(const char *subject, const char *format, ...) PROV_PRINTF(2, 3);

/* Whole lines of the delivery log, each ending in a newline, in one write. What cannot be written
 * (full disk) is said on stderr once and counted. */
void log_lines(const char *lines, size_t len);
/* Lines that could not be written. */
unsigned long log_dropped(void);

#endif
