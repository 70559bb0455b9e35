/* SPDX-License-Identifier: MIT */
/* One run at a time for a tree. The kernel gives the lock back however a process ends. */
#ifndef PROVBUILD_MAIN_LOCK_H
#define PROVBUILD_MAIN_LOCK_H

#include <prov/error.h>

/* Takes the lock of a folder, the one that tlvfile takes too; waits up to `seconds` for another to
 * end. `*fd` is closed to give it back. PROV_E_EXISTS with who holds it. */
int lock_folder(const char *folder, unsigned seconds, int *fd, struct prov_error *err) PROV_CHECKED;

#endif
