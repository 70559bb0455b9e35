/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_STATUS_H
#define PROVBUILD_STATUS_H

#include "provbuild/run.h"

/* Prints where changes stand, which phones hold what, and all that is allowed but unwise. Changes
 * nothing. Returns an exit code. */
int status_print(struct run *run, struct settings *settings);

#endif
