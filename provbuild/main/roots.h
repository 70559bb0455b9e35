/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_MAIN_ROOTS_H
#define PROVBUILD_MAIN_ROOTS_H

#include "settings/settings.h"

/* PROV_OK if the folders that every run needs are set and there, and none of them is or stands
 * within another. */
int roots_check(const struct settings *settings, struct prov_error *err) PROV_CHECKED;

#endif
