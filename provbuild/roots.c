/* SPDX-License-Identifier: MIT */
#include "provbuild/roots.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct root {
    const char *name;
    const char *path; /* NULL: not set */
    bool required;
    char real[PATH_MAX]; /* "": not there */
};

static int
resolve(struct root *root, struct prov_error *err)
{
    if (root->path == NULL)
        return root->required ? prov_fail(err, PROV_E_ARGUMENT,
                                          "set %s in section paths of the settings", root->name)
                              : PROV_OK;
    if (realpath(root->path, root->real) != NULL)
        return PROV_OK;
    root->real[0] = '\0';
    if (errno == ENOENT && !root->required)
        return PROV_OK; /* told where it is needed */
    return prov_fail(err, PROV_E_SYSTEM, "%s: cannot use %s: %s; see whether it is mounted",
                     root->name, root->path, strerror(errno));
}

static bool
holds(const char *outer, const char *inner)
{
    size_t len = strlen(outer);
    return len > 0 && strncmp(outer, inner, len) == 0 &&
           (inner[len] == '\0' || inner[len] == '/' || strcmp(outer, "/") == 0);
}

int
roots_check(const struct settings *settings, struct prov_error *err)
{
    struct root tree = {.name = "tftpboot", .path = settings->tftpboot, .required = true};
    struct root others[] = {{.name = "source", .path = settings->source, .required = true},
                            {.name = "secure", .path = settings->secure, .required = true},
                            {.name = "devices", .path = settings->devices},
                            {.name = "archive", .path = settings->archive}};
    others[1].required = settings->secure != NULL;
    int rc = resolve(&tree, err);
    for (size_t i = 0; rc == PROV_OK && i < sizeof others / sizeof others[0]; i++) {
        rc = resolve(&others[i], err);
        if (rc == PROV_OK &&
            (holds(tree.real, others[i].real) ||
             (i < 2 && others[i].real[0] != '\0' && holds(others[i].real, tree.real))))
            rc = prov_fail(err, PROV_E_ARGUMENT,
                           "%s (%s) and tftpboot (%s) are one within the other, and what stands in "
                           "tftpboot is public; keep them apart",
                           others[i].name, others[i].path, tree.path);
    }
    if (rc == PROV_OK && settings->build.sign_count == 0)
        rc = prov_fail(
            err, PROV_E_ARGUMENT,
            "nothing says how files are to be signed; add a section sign to the settings");
    return rc;
}
