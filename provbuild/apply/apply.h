/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_APPLY_APPLY_H
#define PROVBUILD_APPLY_APPLY_H

#include "provbuild/plan/plan.h"

/* Does what is planned. A step that fails is withheld from then on, with the reason. */
void apply_plan(struct plan *plan);

#endif
