/* SPDX-License-Identifier: MIT */
/* --check-config: says what is wrong before a restart does. */
#ifndef SERVER_MAIN_CHECK_H
#define SERVER_MAIN_CHECK_H

#include "settings/settings.h"

/* Checks keys and trees as the user that the server becomes, and prints what it would serve where.
 * Returns an exit code. */
int check_settings(const struct settings *settings, bool json);

#endif
