/* SPDX-License-Identifier: MIT */
/* Looks at what stands of one output, as far as a decision needs it, and lets decide it. */
#ifndef PROVBUILD_PLAN_SURVEY_H
#define PROVBUILD_PLAN_SURVEY_H

#include "provbuild/plan/plan.h"

/* Decides on `step`, whose output is set. May be called by several threads at once. */
void survey_output(const struct plan *plan, struct step *step);

/* What the record and what stands say of this phone. */
enum encrypted_state survey_encrypted_before(const struct plan *plan, const struct output *output);
/* True if clear text stands, and nothing of a pair. */
bool survey_is_clear(const struct run *run, const struct output *output);
/* True if what stands shows that this phone's configuration was published encrypted. */
bool survey_was_encrypted(const struct run *run, const struct output *output);

#endif
