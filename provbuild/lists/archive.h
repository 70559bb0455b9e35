/* SPDX-License-Identifier: MIT */
/* Every trust list that was ever published: NAME.TIMESTAMP in the archive folder. */
#ifndef PROVBUILD_LISTS_ARCHIVE_H
#define PROVBUILD_LISTS_ARCHIVE_H

#include <prov.h>

/* Reads the list at `path`, which must be whole. PROV_E_SYSTEM with ENOENT where there is none. */
int archive_read_list(const char *path, struct prov_trustlist **out,
                      struct prov_error *err) PROV_CHECKED;

/* The newest list of this name; `*out` becomes NULL if there is none, `*path` its path, to be
 * freed. An error names the file. */
int archive_newest(const char *folder, const char *name, struct prov_trustlist **out, char **path,
                   struct prov_error *err) PROV_CHECKED;

/* Keeps the list; it is on the disk when this returns. One that is kept already is not kept again.
 */
int archive_keep(const char *folder, const char *name, const struct prov_trustlist *list,
                 struct prov_error *err) PROV_CHECKED;

#endif
