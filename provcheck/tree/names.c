/* SPDX-License-Identifier: MIT */
/* Names that were meant for a phone, and that no phone asks for. */
#include "checks/names.h"
#include "provcheck/tree/internal.h"

void
tree_check_names(struct tree *tree, const struct tree_root *root)
{
    for (size_t i = 0; i < root->count; i++) {
        const struct tree_file *file = &root->files[i];
        const char *what = file->kind != TREE_FIRMWARE ? name_oddity(file->path) : NULL;
        if (what != NULL)
            tree_report(tree, CHECKED(CHECK_NAME), root, file, "%s", what);
    }
}
