/* SPDX-License-Identifier: MIT */
/* Files in folders that are searched: a phone refuses a signed file that is named otherwise inside
 * than it was asked for, so what is asked for without a folder is signed under that name, too. */
#ifndef PROVBUILD_SOURCE_BARE_H
#define PROVBUILD_SOURCE_BARE_H

#include <prov/error.h>

#include <stdbool.h>
#include <stddef.h>

struct bare_source {
    const char *path; /* below the source folder */
    bool is_signed;   /* published signed, or else copied */
    bool bare;        /* to be set: a search for its name comes to it first */
};

/* `folders` are searched in this order. */
int bare_mark(char *const *folders, size_t folder_count, struct bare_source *sources, size_t count,
              struct prov_error *err) PROV_CHECKED;

#endif
