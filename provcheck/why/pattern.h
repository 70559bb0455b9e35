/* SPDX-License-Identifier: MIT */
/* What a phone's last requests mean, taken together (phones.md, section 1). */
#ifndef PROVCHECK_WHY_PATTERN_H
#define PROVCHECK_WHY_PATTERN_H

#include "provcheck/why/facts.h"

/* Phones read their files when they start. What they ask for again is what they could not use. */
enum why_rhythm {
    WHY_ONCE,
    WHY_EVERY_15, /* a configuration that does not parse */
    WHY_EVERY_45, /* nothing that it can use */
    WHY_RESTARTS  /* every few minutes: it starts anew each time */
};

struct why_pattern {
    const struct why_request *last;   /* of all; NULL: none is known */
    const struct why_request *list;   /* the last for a list */
    const struct why_request *config; /* the last for a configuration */
    enum why_rhythm rhythm;           /* of the last one's */
    size_t times;                     /* it was asked for in this rhythm */
    bool changed;                     /* what stands was put there after it was asked for */
    bool settled; /* it got its configuration, and had time to ask again, and did not */
};

void why_pattern_find(const struct why_facts *facts, struct why_pattern *out);

#endif
