/* SPDX-License-Identifier: MIT */
/* What checks report, kept for a test to look at. */
#ifndef TESTS_UNIT_CHECKS_FINDINGS_H
#define TESTS_UNIT_CHECKS_FINDINGS_H

#include "checks/config.h"

#define KEPT_MAX 32

struct kept {
    size_t count;
    struct {
        enum check_rule rule;
        const char *severity;
        unsigned line, column;
        char what[256];
    } at[KEPT_MAX];
};

/* A check_report. */
void keep_finding(void *kept, const struct check_finding *finding);
/* The ids of what is no note, or of everything, with blanks between them, in the order of finding.
 */
const char *ids_of(const struct kept *kept, bool notes);

/* The dictionary that comes with the programs; a test fails if it cannot be read. */
struct dictionary *shared_dictionary(void);
/* Checks a configuration, of a phone, by that dictionary. */
struct kept check_text(const char *xml);

#endif
