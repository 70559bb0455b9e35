/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_MAIN_EXPOSED_H
#define PROVBUILD_MAIN_EXPOSED_H

#include "provbuild/lists/wanted.h"
#include "provbuild/source/walk.h"

/* Tells of each key that is named, for lists or for files, and that others can read. */
void exposed_keys(const struct wanted *wanted, walk_report *report, void *context);

#endif
