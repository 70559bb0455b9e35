/* SPDX-License-Identifier: MIT */
/* The folders that the settings name: there, and none within another. */
#include "provbuild/disk/roots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
decide_one(const struct root *root, const char *file, struct prov_error *err)
{
    if (root->path == NULL)
        return root->required ? prov_fail(err, PROV_E_ARGUMENT, "set %s in section paths of %s",
                                          root->name, file)
                              : PROV_OK;
    if (root->sys == 0 || (root->sys == ENOENT && !root->required))
        return PROV_OK; /* told where it is needed */
    int rc = prov_fail(err, PROV_E_SYSTEM,
                       "%s: cannot use %s: %s; see whether it is mounted, or make it", root->name,
                       root->path, strerror(root->sys));
    err->sys = root->sys;
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
            if (roots[i].real != NULL && roots[k].real != NULL &&
                (holds(roots[i].real, roots[k].real) || holds(roots[k].real, roots[i].real)))
                return prov_fail(
                    err, PROV_E_ARGUMENT,
                    "%s (%s) and %s (%s) are one within the other, so files would leak "
                    "or be lost; name folders that stand apart",
                    roots[i].name, roots[i].path, roots[k].name, roots[k].path);
    return PROV_OK;
}

int
roots_decide(const struct root *roots, size_t count, const char *file, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < count; i++)
        rc = decide_one(&roots[i], file, err);
    return rc == PROV_OK ? check_apart(roots, count, err) : rc;
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
    if (settings->file == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "there is no " SETTINGS_FILE_DEFAULT
                         ", so nothing says what to build; write it, or name another with "
                         "--config");
    for (size_t i = 0; i < count; i++) {
        roots[i].real = roots[i].path != NULL ? realpath(roots[i].path, NULL) : NULL;
        roots[i].sys = roots[i].path != NULL && roots[i].real == NULL ? errno : 0;
    }
    int rc = roots_decide(roots, count, settings->file, err);
    for (size_t i = 0; i < count; i++)
        free(roots[i].real);
    return rc;
}
