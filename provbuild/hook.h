/* SPDX-License-Identifier: MIT */
/* hooks { restart }: phones fetch only when they restart, so somebody has to tell them. */
#ifndef PROVBUILD_HOOK_H
#define PROVBUILD_HOOK_H

#include "provbuild/plan.h"

/* Runs the command with the names of the phones that something changed for: those whose own files
 * did, or all in the manifest where a file for all changed. False after a report. */
bool hook_restart(const struct plan *plan);

#endif
