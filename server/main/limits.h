/* SPDX-License-Identifier: MIT */
/* Descriptors: as many as connections may need, or fewer of those. */
#ifndef SERVER_MAIN_LIMITS_H
#define SERVER_MAIN_LIMITS_H

#include "settings/settings.h"

/* Raises the soft limit of open files and lowers `connections` to what it allows, with a warning: a
 * server that never runs out has nobody to turn away at random. */
void limits_fit(struct settings *settings);

#endif
