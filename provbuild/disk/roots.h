/* SPDX-License-Identifier: MIT */
/* The folders that the settings name: there, and none within another. */
#ifndef PROVBUILD_DISK_ROOTS_H
#define PROVBUILD_DISK_ROOTS_H

#include "settings/settings.h"

struct root {
    const char *name; /* of the setting */
    const char *path; /* NULL: not set */
    bool required;
    int sys;    /* why it cannot be used; 0: it can */
    char *real; /* without links; NULL: it is not there */
};

/* PROV_E_ARGUMENT or PROV_E_SYSTEM if one that is required is not set or not there, or if one of
 * them is or stands within another. `file` is that of the settings. */
int roots_decide(const struct root *roots, size_t count, const char *file,
                 struct prov_error *err) PROV_CHECKED;

/* The same for the folders that every run needs, as they stand on the disk. */
int roots_check(const struct settings *settings, struct prov_error *err) PROV_CHECKED;

#endif
