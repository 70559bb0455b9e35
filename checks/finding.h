/* SPDX-License-Identifier: MIT */
/* What is said about a file that phones parse: which rule it breaks, where, and how. */
#ifndef CHECKS_FINDING_H
#define CHECKS_FINDING_H

#include "checks/rules.h"

struct check_finding {
    enum check_rule rule;
    const char *severity; /* that of the rule, unless a line of the dictionary knows better */
    unsigned line;        /* from 1; 0: the file as a whole */
    unsigned column;      /* from 1; 0: the line as a whole */
    const char *what;     /* what is wrong in this case; holds no secret */
};

/* Takes one finding, whose texts are borrowed until it returns. */
typedef void check_report(void *context, const struct check_finding *finding);

#endif
