/* SPDX-License-Identifier: MIT */
/* All files of the tree but trust lists: compared, written, and said. */
#ifndef PROVBUILD_MAIN_FILES_H
#define PROVBUILD_MAIN_FILES_H

#include "provbuild/plan/plan.h"

/* Does what is to be done besides lists, prints the report, and restarts the phones concerned, for
 * which it closes `lock` first. Returns an exit code, other than CLI_DONE after a message. */
int files_build(struct run *run, const struct lists *lists, struct manifest *manifest,
                struct encrypted_before *encrypted, int lock);

#endif
