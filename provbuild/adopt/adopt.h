/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_ADOPT_ADOPT_H
#define PROVBUILD_ADOPT_ADOPT_H

#include "provbuild/run/run.h"

/* Reads the lists, signers and layouts of a running tree, and adds the sections that describe it to
 * the settings, whose section `paths` says where all is. Returns an exit code. */
int adopt(struct run *run);

#endif
