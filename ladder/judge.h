/* SPDX-License-Identifier: MIT */
/* Whether a ladder of trust lists leads every phone to the newest one, whatever it holds. A ladder
 * is the newest list and, for each older signer whose holders would refuse that one, a bridge: a
 * list that this signer signed and that names the newest one's. Phones are given its rungs in
 * turns, in an order that nobody can foresee. */
#ifndef LADDER_JUDGE_H
#define LADDER_JUDGE_H

#include "ladder/list.h"

#define LADDER_RUNGS_MAX 16
#define LADDER_NO_LIST ((size_t)-1)

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
    /* STUCK, UNSTABLE: where the way begins that ends there, as indexes into what is held; for what
     * stands, but was not held before, and for no list at all: LADDER_NO_LIST. */
    size_t held[LADDER_KINDS];
    enum ladder_kind kind; /* UNEQUAL, DATES: of the rung */
    size_t rung;
};

/* `rungs` are the ladders of both kinds, the newest list last; 0 rungs: no list of this kind is
 * given out. `held` is all that phones may hold: every list that was ever published under the names
 * that they ask for. Any CTL may meet any ITL, and each may be missing. Works out both kinds of
 * phones, those that heed timestamps and those that do not, from every such pair, from a phone
 * without lists, and from all that they come to hold on the way, also where a boot is cut off
 * between two lists. PROV_E_LIMIT if there are more rungs than LADDER_RUNGS_MAX, or too many kinds
 * of lists; PROV_E_MEMORY. A fault is no failure: see `*verdict`. */
int ladder_judge(const struct ladder_lists *rungs, const struct ladder_lists *held,
                 struct ladder_verdict *verdict, struct prov_error *err) PROV_CHECKED;
/* I1 and I2 for who holds exactly this: STUCK or UNSTABLE. */
int ladder_judge_pair(const struct ladder_lists *rungs, const struct ladder_pair *pair,
                      struct ladder_verdict *verdict, struct prov_error *err) PROV_CHECKED;

#endif
