/* SPDX-License-Identifier: MIT */
/* A tree that was emptied, or is not mounted, is not a first start: what still stands elsewhere
 * shows that there was one. */
#ifndef PROVBUILD_DISK_TREE_EMPTIED_H
#define PROVBUILD_DISK_TREE_EMPTIED_H

#include "provbuild/lists/lists.h"
#include "provbuild/run/run.h"
#include "provbuild/source/manifest.h"

/* PROV_E_CONTINUITY if so much is gone that which phones were encrypted, or which lists they hold,
 * is unknown. */
int tree_emptied_check(const struct run *run, const struct lists *lists,
                       const struct manifest *manifest, struct prov_error *err) PROV_CHECKED;

#endif
