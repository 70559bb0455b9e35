/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_SOURCE_EXPOSED_H
#define PROVBUILD_SOURCE_EXPOSED_H

#include "provbuild/source/walk.h"

#include "settings/settings.h"

/* Tells of each key that the settings name and that others can read. */
void exposed_keys(const struct settings *settings, walk_report *report, void *context);

#endif
