/* SPDX-License-Identifier: MIT */
/* The folder .ladder in the public tree: the rungs of lists that are given in turns, their table,
 * and the archive's inventory. Who may write to the tree may put a link in its place: nothing that
 * is done here leads out of the tree. */
#ifndef PROVBUILD_LISTS_LADDER_FOLDER_H
#define PROVBUILD_LISTS_LADDER_FOLDER_H

#include "ladder/rungs.h"

#include <prov.h>

#include <sys/types.h>

/* PROV_E_EXISTS if anything but a folder stands there, or anything but a file in the table's place:
 * the server takes such a table for none. */
int ladder_folder_check(const char *tree, struct prov_error *err) PROV_CHECKED;

/* Makes it where it is missing. The caller closes `*fd`. */
int ladder_folder_open(const char *tree, int *fd, struct prov_error *err) PROV_CHECKED;
/* Replaces the file of this name in it atomically, if it holds anything else. */
int ladder_folder_put(int fd, const char *name, struct prov_span content,
                      struct prov_error *err) PROV_CHECKED;

#endif
