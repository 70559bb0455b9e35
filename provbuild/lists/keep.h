/* SPDX-License-Identifier: MIT */
/* Keeping what is published. The order is what makes it safe: a list is in the archive before the
 * inventory names it, and in both before phones can see it. */
#ifndef PROVBUILD_LISTS_KEEP_H
#define PROVBUILD_LISTS_KEEP_H

#include "provbuild/lists/published.h"

#include "ladder/rungs.h"

/* Below the tree. When it was last modified is when the last run was. */
#define INVENTORY_NAME "archive"
#define INVENTORY_FILE LADDER_FOLDER "/" INVENTORY_NAME

/* The list into the archive; it is on the disk when this returns. `file` becomes its name there. */
int keep_list(struct published *published, const char *archive, const char *name,
              const struct prov_trustlist *list, char file[static INVENTORY_NAME_SIZE],
              struct prov_error *err) PROV_CHECKED;
/* What the archive's records say by now. */
int keep_records(struct published *published, const char *archive,
                 struct prov_error *err) PROV_CHECKED;
/* The inventory of the archive beside the tree, signed, where it says less than is kept. */
int keep_inventory(struct published *published, const char *tree, const struct prov_signing *how,
                   struct prov_error *err) PROV_CHECKED;

#endif
