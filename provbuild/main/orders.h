/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_MAIN_ORDERS_H
#define PROVBUILD_MAIN_ORDERS_H

#include "provbuild/lists/lists.h"
#include "provbuild/secrets/encrypted_before.h"
#include "provbuild/source/manifest.h"

/* Fails if a phone that the command line names is known to nobody: rather a slip of the pen than a
 * phone for which there is nothing to do. */
int orders_check(struct run *run, const struct lists *lists, const struct manifest *manifest,
                 const struct encrypted_before *encrypted, struct prov_error *err) PROV_CHECKED;

#endif
