/* SPDX-License-Identifier: MIT */
/* Folders of a tree that are searched for a name that is not at its top: firmware sorted by model,
 * say, which phones ask for without a folder. */
#ifndef TREE_SEARCH_H
#define TREE_SEARCH_H

#include "tree/name.h"

#define SEARCH_FOLDERS_MAX 64

/* A folder below the tree, tidied. False for one that cannot be searched: an absolute one, the tree
 * itself, one that leads out of it or is never served. */
bool search_tidy_folder(const char *text, char out[static NAME_LEN_MAX + 1]);

/* Whether a tidied name is looked for in folders: one without a folder in it, and none by which
 * phones ask for trust lists and configurations, which stand at the top or nowhere. */
bool search_covers(const char *name);

/* The path of a name in a folder; false if it is too long. */
bool search_path(const char *folder, const char *name, char out[static NAME_LEN_MAX + 1]);

#endif
