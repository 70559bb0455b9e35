/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_MAIN_STATUS_H
#define PROVBUILD_MAIN_STATUS_H

#include "provbuild/run/run.h"

/* Prints where changes stand, which phones hold what, and all that is allowed but unwise. Changes
 * nothing. Returns an exit code. */
int status_print(struct run *run);

#endif
