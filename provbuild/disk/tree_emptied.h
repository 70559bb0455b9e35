/* SPDX-License-Identifier: MIT */
/* A tree that was emptied, or is not mounted, is not a first start: what still stands elsewhere
 * shows that there was one. */
#ifndef PROVBUILD_DISK_TREE_EMPTIED_H
#define PROVBUILD_DISK_TREE_EMPTIED_H

#include "provbuild/lists/lists.h"
#include "provbuild/run/run.h"
#include "provbuild/source/manifest.h"

/* What stands, and what is known of before. */
struct tree_emptied {
    bool lists_lost; /* lists_lost() */
    bool lists_wanted;
    bool lists_stand;     /* whether they can be read or not */
    bool no_certificates; /* a devices folder is set, and has none */
    bool secure_filled;   /* a secure root is set, and something stands in it */
    unsigned parts_stand; /* enum output_part, of any phone's configuration */
};

/* True if it depends on `parts_stand`, which takes long to see, whether the tree was emptied. */
bool tree_emptied_may_be(const struct tree_emptied *facts);
/* PROV_E_CONTINUITY if so much is gone that which phones were encrypted, or which lists they hold,
 * is unknown. */
int tree_emptied_decide(const struct tree_emptied *facts, const struct settings *settings,
                        struct prov_error *err) PROV_CHECKED;

/* The same for what is on the disk. */
int tree_emptied_check(const struct run *run, const struct lists *lists,
                       const struct manifest *manifest, struct prov_error *err) PROV_CHECKED;

#endif
