/* SPDX-License-Identifier: MIT */
/* Opening by a path that never leads out of a folder, whatever others do to the tree meanwhile. */
#ifndef TREE_BENEATH_H
#define TREE_BENEATH_H

/* Opens `path` below the folder `root` with the flags of open(2), O_CREAT excepted, and
 * close-on-exec. Relative links are followed while they stay in the folder. -1 with errno: EXDEV
 * for what is absolute or leads out, ELOOP for more than 40 links. */
int beneath_open(int root, const char *path, int flags);

#endif
