/* SPDX-License-Identifier: MIT */
/* Whether the server's user may read what stands in a tree, by owners and modes. */
#ifndef TREE_READER_H
#define TREE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct reader {
    bool known;
    uid_t uid;
    size_t group_count;
    gid_t groups[64];
};

/* The user of this name; NULL, or one that this machine does not have: not known. */
void reader_find(struct reader *reader, const char *user);

/* Whether it has these permissions (0444, say) on what `status` says. Where it is not known, a
 * group other than root's may be the server's. */
bool reader_may(const struct reader *reader, const struct stat *status, mode_t bits);

#endif
