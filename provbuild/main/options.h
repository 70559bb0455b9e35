/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_MAIN_OPTIONS_H
#define PROVBUILD_MAIN_OPTIONS_H

#include "provbuild/run/run.h"

#define OPTIONS_WAIT 60 /* seconds, without --wait */

/* What the command line says. False where the program is to end at once with `*status`: help,
 * version, wrong usage. What it took is to be released in any case. */
bool options_take(struct run *run, int argc, char **argv, int *status);
void options_release(struct run *run);

#endif
