/* SPDX-License-Identifier: MIT */
/* Which ladder is wanted: the newest list, and the bridges that lead there from whatever phones may
 * hold, as far as keys are at hand and the archive helps. */
#ifndef LADDER_PLAN_H
#define LADDER_PLAN_H

#include "ladder/judge.h"

/* The newest list of a kind, before it is signed. */
struct ladder_wish {
    bool wanted;                /* false: no list of this kind is given out */
    bool given;                 /* its ladder is not ours to make: it stays as it stands */
    struct ladder_list content; /* signer, SASTs and records; its time and hash do not count */
};

struct ladder_rung {
    struct ladder_list list; /* its hash is only made up where it is yet to be signed */
    bool stands;             /* byte for byte a list that was published before */
    size_t held;             /* that one, as an index into what is held; else LADDER_NO_LIST */
};

struct ladder_plan {
    bool current; /* the ladders that stand are those that are wanted */
    size_t count[LADDER_KINDS];
    struct ladder_rung rung[LADDER_KINDS][LADDER_RUNGS_MAX];
    struct ladder_verdict verdict; /* not LADDER_SOUND: no ladder leads all phones; this is how far
                                      the plan comes */
};

struct ladder_problem {
    struct ladder_wish wish[LADDER_KINDS];
    struct ladder_lists held;   /* all that was ever published for somebody who counts */
    struct ladder_lists stands; /* the ladders that stand */
    size_t key_count;           /* signers whose keys are at hand, the newest list's included */
    const struct ladder_signer *keys;
    int64_t now; /* seconds since 1970 */
};

/* Nothing is signed anew where what stands, or what was published before, says the same and does as
 * well for everybody. What is signed is dated after everything of its kind that is held or stands,
 * the newest list last, also where that lies after `now`: some phones take nothing older.
 * PROV_E_CONTINUITY if no timestamp is as late. */
int ladder_make_plan(const struct ladder_problem *problem, struct ladder_plan *out,
                     struct prov_error *err) PROV_CHECKED;

#endif
