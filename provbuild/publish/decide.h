/* SPDX-License-Identifier: MIT */
/* What the lists of a scope are to be: the ladder that is wanted, by what its phones may hold, what
 * stands, and the keys at hand. Nothing is written here. */
#ifndef PROVBUILD_PUBLISH_DECIDE_H
#define PROVBUILD_PUBLISH_DECIDE_H

#include "provbuild/lists/draft.h"
#include "provbuild/publish/scope.h"

#include "ladder/plan.h"

/* A list that is yet to be signed. */
struct drafted {
    struct list_draft *draft; /* NULL: none */
    struct ladder_list value;
};

struct decision {
    const struct run *run;
    const struct scope *scope;
    const struct prov_identity *proof;
    bool forced; /* the clock, too, is taken as it is */

    struct drafted newest[LIST_KINDS]; /* none: the list stays as it stands */
    size_t bridge_count[LIST_KINDS];
    struct drafted bridges[LIST_KINDS][LADDER_RUNGS_MAX];

    const struct list_draft *expired[LIST_KINDS]; /* a bridge that was signed, by a certificate that
                                                     has run out; NULL: none */
    struct holdings held[LIST_KINDS];             /* what its phones may hold */
    struct values held_values;
    struct ladder_plan plan;

    struct rungs next[LIST_KINDS]; /* what it comes to, of each kind */
    bool changes[LIST_KINDS];      /* that is not what stands */
    size_t made_count[LIST_KINDS];
    struct prov_trustlist *made[LIST_KINDS][LADDER_RUNGS_MAX]; /* of these, what was signed now */
};

/* Sets what is held. `fleet` NULL: by what was published for anybody. */
int decision_hold(struct decision *decision, const struct fleet *fleet,
                  struct prov_error *err) PROV_CHECKED;
/* Loads the certificates of one list of the scope, and the keys that are at hand for bridges to it.
 * Where that fails, the list stays as it stands. */
int decision_draft(struct decision *decision, enum list_kind kind,
                   struct prov_error *err) PROV_CHECKED;
/* Sets the plan, too. */
int decision_plan(struct decision *decision, const struct fleet *fleet,
                  struct prov_error *err) PROV_CHECKED;
/* Sets `next` and `changes`, and signs what the plan says. */
int decision_sign(struct decision *decision, struct prov_error *err) PROV_CHECKED;
/* Puts what it comes to in the place of what stands, as a value. */
void decision_take(struct decision *decision);
void decision_release(struct decision *decision);

#endif
