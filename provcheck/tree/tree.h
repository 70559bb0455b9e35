/* SPDX-License-Identifier: MIT */
/* What phones would make of a tree of files, without a network. */
#ifndef PROVCHECK_TREE_TREE_H
#define PROVCHECK_TREE_TREE_H

#include "families/dictionary.h"
#include "provcheck/tree/findings.h"
#include "settings/settings.h"

#include <stdint.h>

#define TREE_CERTIFICATES_MAX (SETTINGS_CERTIFICATES_MAX + 1)

/* What is looked at, and when. Folders are named without a slash at their ends. */
struct tree_place {
    const char *root;
    const char *secure;  /* NULL: there is none */
    const char *devices; /* NULL: unknown */
    size_t https_count;
    const char *https[TREE_CERTIFICATES_MAX]; /* PEM files of the HTTPS port */
    const struct settings *settings;          /* NULL: all was given by hand */
    const struct dictionary *dictionary;      /* of configurations */
    int64_t now;                              /* seconds since 1970 */
    unsigned days;                            /* in which certificates may not expire */
};

/* Adds to `findings` all that is wrong. On failure `*path` becomes the folder that the error is
 * about. */
int tree_check(const struct tree_place *place, struct findings *findings, const char **path,
               struct prov_error *err) PROV_CHECKED;

#endif
