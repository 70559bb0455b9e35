/* SPDX-License-Identifier: MIT */
/* Whether a ladder does worse than another: what is broken already is no reason to refuse a change
 * that does not break more. */
#ifndef LADDER_COMPARE_H
#define LADDER_COMPARE_H

#include "ladder/judge.h"

/* What `after` does to somebody who may hold `held` and to whom `before` does not do it as well;
 * LADDER_SOUND if it does nobody worse. The verdict is that of this one pair of lists, with
 * indexes into `held`. Errors as ladder_judge's. */
int ladder_compare(const struct ladder_lists *before, const struct ladder_lists *after,
                   const struct ladder_lists *held, struct ladder_verdict *worse,
                   struct prov_error *err) PROV_CHECKED;

/* Ladders that were published by force, and the time of the newest list that was held by then. */
struct ladder_known {
    struct ladder_lists rungs; /* none: nobody is known to be lost */
    int64_t until;
};
/* From what of `held` these ladders lead nowhere, but for pairs of lists that were held when
 * `known` was published, and which that left behind as well: whoever holds those is known to be
 * lost. The verdict is as above; its fault is LADDER_SOUND or LADDER_STUCK. */
int ladder_find_stuck(const struct ladder_lists *rungs, const struct ladder_known *known,
                      const struct ladder_lists *held, struct ladder_verdict *stuck,
                      struct prov_error *err) PROV_CHECKED;

#endif
