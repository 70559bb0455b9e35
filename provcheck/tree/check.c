/* SPDX-License-Identifier: MIT */
/* The checks in their order: names, lists, what the lists must vouch for, all together. */
#include "provcheck/tree/internal.h"

#include <stdlib.h>

static int
walk(struct tree *tree, const char **path, struct prov_error *err)
{
    *path = tree->root.path;
    int rc = tree_walk(tree, &tree->root, err);
    if (rc != PROV_OK || tree->secure.path == NULL)
        return rc;
    *path = tree->secure.path;
    return tree_walk(tree, &tree->secure, err);
}

static int
check(struct tree *tree, const char **path, struct prov_error *err)
{
    int rc = walk(tree, path, err);
    if (rc != PROV_OK)
        return rc;
    *path = tree->root.path;
    rc = tree_find_phones(tree, err);
    if (rc == PROV_OK)
        rc = tree_check_lists(tree, err);
    if (rc != PROV_OK)
        return rc;
    tree_check_twins(tree, &tree->root);
    tree_check_twins(tree, &tree->secure);
    tree_check_names(tree, &tree->root);
    tree_check_names(tree, &tree->secure);
    tree_check_files(tree, &tree->root);
    tree_check_files(tree, &tree->secure);
    tree_check_devices(tree);
    tree_check_phones(tree);
    tree_check_list_missing(tree);
    tree_check_roles(tree);
    tree_check_certificates(tree);
    return PROV_OK;
}

int
tree_check(const struct tree_place *place, struct findings *findings, const char **path,
           struct prov_error *err)
{
    struct tree tree = {.place = place,
                        .findings = findings,
                        .root = {.path = place->root, .fd = -1},
                        .secure = {.path = place->secure, .fd = -1, .secure = true},
                        .devices = place->devices};
    if (place->settings != NULL) {
        reader_find(&tree.reader, place->settings->user);
        tree.root.search = place->settings->search;
        tree.root.search_count = place->settings->search_count;
    }
    int rc = check(&tree, path, err);
    tree_lists_release(&tree.lists);
    tree_root_release(&tree.root);
    tree_root_release(&tree.secure);
    free(tree.phones);
    free(tree.seen.at);
    return rc;
}
