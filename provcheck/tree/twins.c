/* SPDX-License-Identifier: MIT */
/* Files whose names differ in case alone: which of them a server gives is no question where both
 * hold the same. */
#include "provcheck/tree/internal.h"

#include "tree/name.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define SIGNED ".sgn"
#define STEP 16384

/* --- what they hold, quietly: what cannot be read is told elsewhere */

/* A descriptor at the beginning of what a signed or other file holds; -1: none. */
static int
open_content(const struct tree_root *root, const struct tree_file *file)
{
    int fd = openat(root->fd, file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0)
        (void)tree_seek_content(fd, file->kind == TREE_SIGNED || file->kind == TREE_ENCRYPTED);
    return fd;
}

static bool
same_bytes(int a, int b)
{
    uint8_t from_a[STEP], from_b[STEP];
    size_t len_a = STEP, len_b = STEP;
    while (len_a == STEP) {
        if (prov_read_full(a, from_a, STEP, &len_a, NULL) != PROV_OK ||
            prov_read_full(b, from_b, STEP, &len_b, NULL) != PROV_OK)
            return false;
        if (len_a != len_b || memcmp(from_a, from_b, len_a) != 0)
            return false;
    }
    return true;
}

static bool
hold_the_same(const struct tree_root *root, const struct tree_file *x, const struct tree_file *y)
{
    int a = open_content(root, x), b = open_content(root, y);
    bool same = a >= 0 && b >= 0 && same_bytes(a, b);
    if (a >= 0)
        close(a);
    if (b >= 0)
        close(b);
    return same;
}

/* --- twins */

/* True for a signed file whose clear one stands beside it, spelt the same. */
static bool
has_clear(const struct tree_root *root, const struct tree_file *file)
{
    char *clear = strdup(file->path);
    bool there = false;
    if (clear != NULL && file->kind == TREE_SIGNED) {
        clear[strlen(clear) - strlen(SIGNED)] = '\0';
        const struct tree_file *found = tree_find(root, clear);
        there = found != NULL && strcmp(found->path, clear) == 0;
    }
    free(clear);
    return there;
}

/* Signed files of files that are twins say nothing new. */
static bool
is_told(const struct tree_root *root, const struct tree_file *a, const struct tree_file *b)
{
    return has_clear(root, a) && has_clear(root, b);
}

void
tree_check_twins(struct tree *tree, const struct tree_root *root)
{
    for (size_t i = 1; i < root->count; i++) {
        const struct tree_file *a = &root->files[i - 1], *b = &root->files[i];
        bool linked = a->status.st_dev == b->status.st_dev && a->status.st_ino == b->status.st_ino;
        if (!linked && strcasecmp(a->path, b->path) == 0 && !is_told(root, a, b) &&
            !hold_the_same(root, a, b))
            tree_report(tree, CASE_TWIN, root, b, "it differs from %s in case alone", a->path);
    }
}
