/* SPDX-License-Identifier: MIT */
/* The files of trust lists. Each list that is published is kept in the archive folder, as
 * NAME.TIMESTAMP. */
#ifndef PROVBUILD_LISTS_ARCHIVE_H
#define PROVBUILD_LISTS_ARCHIVE_H

#include "provbuild/lists/inventory.h"

/* Reads the list at `path`, which must be whole. PROV_E_SYSTEM with ENOENT where there is none. */
int archive_read_list(const char *path, struct prov_trustlist **out,
                      struct prov_error *err) PROV_CHECKED;

/* Writes the list where phones fetch it. */
int archive_write_list(const char *path, const struct prov_trustlist *list,
                       struct prov_error *err) PROV_CHECKED;

/* Keeps the list; it is on the disk when this returns. One that is kept already is not kept again.
 * `file` is set to the name of its file. */
int archive_keep(const char *folder, const char *name, const struct prov_trustlist *list,
                 char file[static INVENTORY_NAME_SIZE], struct prov_error *err) PROV_CHECKED;

#endif
