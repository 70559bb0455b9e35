/* SPDX-License-Identifier: MIT */
/* What stands of one output: is it as it is wanted? */
#ifndef PROVBUILD_PLAN_SURVEY_H
#define PROVBUILD_PLAN_SURVEY_H

#include "provbuild/plan/plan.h"

/* Decides on `step`, whose output is set. May be called by several threads at once. */
void survey_output(const struct plan *plan, struct step *step);

/* Withholds a configuration in clear text. */
void survey_refuse_clear(struct step *step, enum evidence_state why);

/* What the record and what stands say of this phone. */
enum evidence_state survey_evidence(const struct plan *plan, const struct output *output);

/* True if clear text stands, and nothing of a pair. */
bool survey_is_clear(const struct run *run, const struct output *output);

/* True if what stands shows that this phone's configuration was published encrypted. */
bool survey_was_encrypted(const struct run *run, const struct output *output);

#endif
