/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_DISK_FOLDERS_H
#define PROVBUILD_DISK_FOLDERS_H

#include <prov/error.h>

#include <stddef.h>
#include <sys/types.h>

/* Makes the folders of `path` below the first `root_len` bytes, where they are missing; each is on
 * the disk when this returns. `path` is as before then. PROV_E_ARGUMENT for one that is a link out
 * of the root. */
int folders_make(char *path, size_t root_len, mode_t mode, struct prov_error *err) PROV_CHECKED;

#endif
