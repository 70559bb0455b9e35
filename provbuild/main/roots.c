/* SPDX-License-Identifier: MIT */
/* The folders that the settings name: there, and none within another. */
#include "provbuild/main/roots.h"

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
    int sys = errno;
    int rc = prov_fail(err, PROV_E_SYSTEM,
                       "%s: cannot use %s: %s; see whether it is mounted, or make it", root->name,
                       root->path, strerror(sys));
    err->sys = sys;
    return rc;
}

static bool
holds(const char *outer, const char *inner)
{
    size_t len = strlen(outer);
    return len > 0 && strncmp(outer, inner, len) == 0 &&
           (inner[len] == '\0' || inner[len] == '/' || strcmp(outer, "/") == 0);
}

/* The public tree is read by everybody, and each of the others is written or removed for reasons of
 * its own: what stands in two of them is lost or leaks. */
static int
check_apart(const struct root *roots, size_t count, struct prov_error *err)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (roots[i].real[0] != '\0' && roots[k].real[0] != '\0' &&
                (holds(roots[i].real, roots[k].real) || holds(roots[k].real, roots[i].real)))
                return prov_fail(
                    err, PROV_E_ARGUMENT,
                    "%s (%s) and %s (%s) are one within the other, so files would leak "
                    "or be lost; name folders that stand apart",
                    roots[i].name, roots[i].path, roots[k].name, roots[k].path);
    return PROV_OK;
}

int
roots_check(const struct settings *settings, struct prov_error *err)
{
    struct root roots[] = {
        {.name = "tftpboot", .path = settings->tftpboot, .required = true},
        {.name = "source", .path = settings->source, .required = true},
        {.name = "secure", .path = settings->secure, .required = settings->secure != NULL},
        {.name = "devices", .path = settings->devices},
        {.name = "archive", .path = settings->archive, .required = settings->archive != NULL}};
    size_t count = sizeof roots / sizeof roots[0];
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < count; i++)
        rc = resolve(&roots[i], err);
    if (rc == PROV_OK)
        rc = check_apart(roots, count, err);
    if (rc == PROV_OK && settings->build.sign_count == 0)
        rc = prov_fail(
            err, PROV_E_ARGUMENT,
            "nothing says how files are to be signed; add a section sign to the settings");
    return rc;
}
