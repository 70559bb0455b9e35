/* SPDX-License-Identifier: MIT */
/* The folders that are served, and opening what is below them. */
#ifndef TREE_ROOTS_H
#define TREE_ROOTS_H

#include <prov/error.h>

#include <stdbool.h>
#include <sys/stat.h>

/* A folder, open for use as the beginning of paths. */
int root_open(const char *path, int *fd, struct prov_error *err) PROV_CHECKED;

/* PROV_E_ARGUMENT if one is or holds the other, by device and inode. */
int roots_check_apart(int a, const char *a_path, int b, const char *b_path,
                      struct prov_error *err) PROV_CHECKED;

/* Opens the regular file that `path` means below `root`, without following links out of it and
 * without blocking. -1 with errno: ENOENT where there is none or it is something else, EXDEV where
 * a link is absolute or leads out. */
int root_open_file(int root, const char *path, struct stat *status);
/* The same for folders; "" is the root itself. */
int root_open_folder(int root, const char *path, struct stat *status);

/* Where the links on the way to `path` lead: the name of the open `fd` below `root`, without links.
 * False if the kernel does not say (no /proc) or it is too long. */
bool root_real_name(int root, int fd, char *out, size_t size);

#endif
