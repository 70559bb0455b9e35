/* SPDX-License-Identifier: MIT */
/* Which folders the server needs, for its sandbox. */
#ifndef SERVER_MAIN_PATHS_H
#define SERVER_MAIN_PATHS_H

#include "server/sandbox/sandbox.h"
#include "settings/settings.h"

/* Confines the process to what the settings name and to the folder of `config` (NULL: the default).
 * Without Landlock in the kernel it warns and goes on. */
int paths_confine(const struct settings *settings, const char *config,
                  struct prov_error *err) PROV_CHECKED;

#endif
