/* SPDX-License-Identifier: MIT */
/* The gate that every trust list passes on its way to the tree, whoever made it. What it refuses is
 * what does somebody worse than what stands; what is broken already refuses nothing. */
#ifndef PROVBUILD_PUBLISH_GATE_H
#define PROVBUILD_PUBLISH_GATE_H

#include "provbuild/publish/decide.h"

/* Ladders in front of the gate. All of it is borrowed. */
struct gate {
    const struct decision *decision;
    const struct scopes *scopes;
    const struct lists *lists;
    const struct fleet *fleet;
};

/* PROV_E_CONTINUITY if phones that may hold this or that would never come to hold the newest lists,
 * or not for good (ladder/judge.h): says how many, which, and what to do. Those named with --force
 * do not count; `*warning` tells of them, where all are named. */
int gate_judge_ways(const struct gate *gate, struct prov_error *warning,
                    struct prov_error *err) PROV_CHECKED;
/* The same if the newest list takes the certificates for files away from phones that had one, or if
 * it breaks a rule of trust lists. */
int gate_judge_list(const struct gate *gate, enum list_kind kind,
                    struct prov_error *err) PROV_CHECKED;
/* The same if phones that are given it cannot verify it, by their loads, or may not. `*warning`
 * says what they could not, where nobody is found. */
int gate_judge_old(const struct gate *gate, enum list_kind kind, struct prov_error *warning,
                   struct prov_error *err) PROV_CHECKED;

/* What comes in the place of what stood. All of it is borrowed. */
struct harms {
    const struct scope *scope;
    const struct published *published;
    const struct rungs *rungs[LIST_KINDS]; /* the ladders; NULL: none */
    const struct values *held;
    const struct prov_identity *proof; /* NULL: none serves as one */
};

/* Sets `*worse` to what these ladders do to somebody of the scope whom what stood, or the newest
 * of any moment since then, serves better; its fault is LADDER_SOUND if they do it to nobody. */
int gate_harms(const struct harms *harms, struct ladder_verdict *worse,
               struct prov_error *err) PROV_CHECKED;

#endif
