/* SPDX-License-Identifier: MIT */
/* Findings of the checkers in this room: who is told, and in which words. */
#ifndef CHECKS_SAY_H
#define CHECKS_SAY_H

#include "checks/finding.h"

#include <prov.h>

/* Who is told. */
struct check_told {
    check_report *report;
    void *context;
};

/* A finding of the rule's severity; `line` from 1, 0: the file as a whole. */
void check_say(const struct check_told *told, enum check_rule rule, unsigned line,
               const char *format, ...) PROV_PRINTF(4, 5);

#endif
