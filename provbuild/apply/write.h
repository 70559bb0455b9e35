/* SPDX-License-Identifier: MIT */
/* The files of one output. */
#ifndef PROVBUILD_APPLY_WRITE_H
#define PROVBUILD_APPLY_WRITE_H

#include "provbuild/plan/plan.h"

/* Adds the parts that the step names to `batch`. */
int write_output(const struct plan *plan, const struct step *step, struct prov_batch *batch,
                 struct prov_error *err) PROV_CHECKED;

/* Removes the parts that the step calls obsolete, once the others are there. */
void write_remove_obsolete(const struct plan *plan, struct step *step);

#endif
