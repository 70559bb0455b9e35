/* SPDX-License-Identifier: MIT */
/* Whether a ladder of trust lists leads every phone to the newest one, whatever it holds. A ladder
 * is the newest list and, for each older signer whose holders would refuse that one, a bridge: a
 * list that this signer signed and that names the newest one's. Phones are given its rungs in
 * turns, in an order that nobody can foresee. */
#ifndef LADDER_JUDGE_H
#define LADDER_JUDGE_H

#include "ladder/list.h"

#define LADDER_RUNGS_MAX 16

struct ladder {
    size_t ctl_count, itl_count; /* rungs, the newest last; 0: no list of this kind stands */
    const struct ladder_list *ctl, *itl;
};

/* All that phones may hold: every list that was ever published under the names that they ask for.
 * Any CTL may meet any ITL, and each may be missing. */
struct ladder_holdings {
    size_t ctl_count, itl_count;
    const struct ladder_list *ctl, *itl;
};

enum ladder_fault {
    LADDER_SOUND,
    LADDER_STUCK,    /* from a pair that phones may hold, or come to hold, the newest lists are out
                        of reach */
    LADDER_UNSTABLE, /* who holds the newest lists takes a bridge again */
    LADDER_UNEQUAL,  /* rungs differ in more than their SAST records: service would come and go */
    LADDER_DATES     /* a bridge is not older than the newest list, or what is newly signed is not
                        newer than all that is held */
};

struct ladder_verdict {
    enum ladder_fault fault;
    bool heeds_time; /* STUCK: for phones that refuse older timestamps; else for the others */
    /* STUCK: the pair from which the way is blocked, as indexes into the holdings; where it is no
     * pair that was ever published but one on the way, both are those of where the way began.
     * LADDER_NO_LIST: none of this kind. */
    size_t ctl, itl;
    bool ctl_rung; /* UNEQUAL, DATES: the rung is one of the CTL's */
    size_t rung;
};
#define LADDER_NO_LIST ((size_t)-1)

/* Works out both kinds of phones, those that heed timestamps and those that do not, from every pair
 * in `holdings`, from a phone without lists, and from all that they come to hold on the way, also
 * where a boot is cut off between two lists. PROV_E_LIMIT if there are more rungs than
 * LADDER_RUNGS_MAX, PROV_E_MEMORY. A fault is no failure: see `*verdict`. */
int ladder_judge(const struct ladder *ladder, const struct ladder_holdings *holdings,
                 struct ladder_verdict *verdict, struct prov_error *err) PROV_CHECKED;

#endif
