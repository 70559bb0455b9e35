/* SPDX-License-Identifier: MIT */
/* A history: months of a site by lot, with phones, mishaps and an attacker, and whether every phone
 * still finds its way to the newest list. */
#ifndef TESTS_ORACLE_HISTORY_H
#define TESTS_ORACLE_HISTORY_H

#include "tests/oracle/site.h"

#include <stdbool.h>
#include <stdint.h>

#define HISTORY_BOOTS 60 /* within which a phone should have got through */

/* What happened, as sums over histories. */
struct history_count {
    unsigned long histories, still; /* all, and those with a server that knows no turns */
    unsigned long runs, refused, killed;
    unsigned long rotations, recoveries, forced;
    unsigned long accepted; /* archives, with --accept-archive */
    unsigned long beyond;   /* all evidence was set back at once */
    unsigned long boots, behind, unserved;
    unsigned long led, late, forsaken; /* phones at the ends: through, after more boots, given up */
    unsigned long most_boots;
    unsigned long
        unsettled;        /* histories after which provbuild builds nothing any more, and says so */
    unsigned long lost;   /* phones that do not get through: faults */
    unsigned long broken; /* provbuild ended by itself: faults */
};

void history_add(struct history_count *sum, const struct history_count *one);

/* So many steps, in `folder`, which it makes and removes. `verbose`: tells its steps on stderr, and
 * leaves the folder. */
void history_live(const struct site_tools *tools, const char *folder, uint64_t seed, int step_count,
                  bool verbose, struct history_count *out);

#endif
