/* SPDX-License-Identifier: MIT */
/* The difference between what is wanted and what stands: a step for each output, and for each file
 * that is to go. */
#ifndef PROVBUILD_PLAN_PLAN_H
#define PROVBUILD_PLAN_PLAN_H

#include "provbuild/lists/lists.h"
#include "provbuild/plan/step.h"
#include "provbuild/restart/waiting.h"

struct plan {
    const struct run *run;
    struct manifest *manifest;
    const struct lists *lists;
    struct encrypted_before *encrypted;
    bool unmounted; /* the devices folder is empty, though phones in the manifest were encrypted */
    bool first;     /* no file of any phone stands: there is no need to look for each */
    size_t count;   /* a step for each output, then removals */
    struct step *steps;
    size_t current;
};

/* Surveys what stands, with the threads of the run. */
int plan_make(const struct run *run, struct manifest *manifest, const struct lists *lists,
              struct encrypted_before *encrypted, struct plan *out,
              struct prov_error *err) PROV_CHECKED;
/* Adds the removal of what has lost its source (--prune). */
int plan_prune(struct plan *plan, struct prov_error *err) PROV_CHECKED;
/* False if so many of `total` files would go at once that the source folder is rather not what it
 * should be; by force they go. */
bool prune_may_remove(size_t removals, size_t total, bool forced);
/* Before the plan is carried out: withholds clear text of phones that the ledger saw encrypted, and
 * keeps which phones were encrypted, or are about to be, and which go back by name. */
int plan_keep_encrypted(struct plan *plan, struct prov_error *err) PROV_CHECKED;
/* Afterwards: phones of which nothing was published are what they were before. */
int plan_correct_encrypted(struct plan *plan, struct prov_error *err) PROV_CHECKED;
void plan_release(struct plan *plan);

/* Adds whom what is planned, or was done, makes restart. */
int plan_restarts(const struct plan *plan, struct restarts_waiting *out,
                  struct prov_error *err) PROV_CHECKED;

#endif
