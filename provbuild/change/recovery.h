/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_CHANGE_RECOVERY_H
#define PROVBUILD_CHANGE_RECOVERY_H

#include "provbuild/run/run.h"

/* Makes the recovery key and its certificate in `path`, which is to be taken off the machine, and
 * the certificate alone in `*certificate` (PATH.crt), to be freed. Replaces nothing. */
int recovery_make(const struct run *run, const char *path, char **certificate,
                  struct prov_error *err) PROV_CHECKED;

#endif
