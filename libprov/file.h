/* SPDX-License-Identifier: MIT */
/* Files as the library's own parts need them. */
#ifndef LIBPROV_FILE_H
#define LIBPROV_FILE_H

#include <prov/file.h>

#include <sys/stat.h>

/* As prov_file_read, for anything that can be opened (a pipe too), with what fstat said. */
int prov__file_read_with_status(const char *path, size_t max, struct prov_bytes **out,
                                struct stat *status, struct prov_error *err) PROV_CHECKED;

enum prov__sync_what {
    PROV__SYNC_FILE,
    PROV__SYNC_FOLDER,     /* the one that `path` stands in */
    PROV__SYNC_FILE_SYSTEM /* the one that `path` stands on */
};
/* Waits until what was written is on the disk. */
int prov__sync(const char *path, enum prov__sync_what what, struct prov_error *err) PROV_CHECKED;
/* The same for `path` below the open folder `at`, or AT_FDCWD. */
int prov__sync_at(int at, const char *path, enum prov__sync_what what,
                  struct prov_error *err) PROV_CHECKED;

#endif
