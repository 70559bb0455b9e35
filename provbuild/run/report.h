/* SPDX-License-Identifier: MIT */
/* What a run says: a line for each change on stdout, a line for each fault on stderr; or both as
 * one JSON object. */
#ifndef PROVBUILD_RUN_REPORT_H
#define PROVBUILD_RUN_REPORT_H

#include "cli/program.h"
#include "cli/report.h"

struct report;

/* NULL when memory is short. `plans`: nothing is done, changes are only planned. */
struct report *report_new(bool json, bool plans);
void report_free(struct report *report);

enum report_change {
    REPORT_WROTE,
    REPORT_REMOVED,
    REPORT_PROVED, /* that a phone holds a list */
    REPORT_FORGOT  /* phones */
};

/* `remark` may be NULL. */
void report_change(struct report *report, enum report_change change, const char *file,
                   const char *reason, const char *remark);
/* What could not or may not be done; the run ends with exit code 1. */
void report_fault(struct report *report, const char *place, const char *text);
/* Something to think about. */
void report_warning(struct report *report, const char *place, const char *text);

size_t report_faults(const struct report *report);

/* Why the program ends without doing more: on stderr, and as "error" of the object, which is
 * printed at once. `report` NULL: nothing else is known yet. */
void report_fatal(struct report *report, bool json, const char *text);

/* Prints what is JSON; false if memory was short for it. */
bool report_print(struct report *report, size_t current);

#endif
