/* SPDX-License-Identifier: MIT */
/* The name inside a signed file: what the phone asks for (formats.md, section 3). */
#include "sgnfile/sgnfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes empty and "." components out of `path`, as servers do with what phones ask for; false if it
 * leads upwards. */
static bool
normalise(char *path)
{
    char *to = path;
    for (const char *at = path; *at != '\0';) {
        size_t len = strcspn(at, "/");
        if (len == 2 && at[0] == '.' && at[1] == '.')
            return false;
        if (len > 0 && !(len == 1 && at[0] == '.')) {
            if (to != path)
                *to++ = '/';
            memmove(to, at, len);
            to += len;
        }
        at += len + (at[len] == '/');
    }
    *to = '\0';
    return true;
}

/* The rest of `path` where it is written as `root` and something below it, to be freed; NULL where
 * it is not. */
static char *
written_below(const char *root, const char *path)
{
    size_t len = strlen(root);
    while (len > 0 && root[len - 1] == '/')
        len--;
    if (strncmp(path, root, len) != 0 || path[len] != '/')
        return NULL;
    char *rest = strdup(path + len);
    if (rest != NULL && normalise(rest))
        return rest;
    free(rest);
    return NULL;
}

/* The folder of `file` with its links resolved, and the base name; to be freed. */
static char *
resolve(const char *file)
{
    char *path = NULL, *folder = NULL;
    int len = (int)(prov_file_base(file) - file);
    if (asprintf(&folder, "%.*s.", len, file) < 0)
        return NULL;
    char *real_folder = realpath(folder, NULL);
    free(folder);
    if (real_folder != NULL && asprintf(&path, "%s/%s", real_folder, prov_file_base(file)) < 0)
        path = NULL;
    free(real_folder);
    return path;
}

/* The path of `file` below `root`, as phones ask for it: as it was written, since links inside the
 * tree are names like others; where it was not written so, by its real folder. To be freed; NULL
 * after a message. */
static char *
path_below(const char *root, const char *file)
{
    char *below = written_below(root, file);
    if (below != NULL)
        return below;
    char *real_root = realpath(root, NULL);
    if (real_root == NULL) {
        cli_error(root, "cannot find it: %s", strerror(errno));
        return NULL;
    }
    char *real_file = resolve(file);
    if (real_file != NULL)
        below = written_below(real_root, real_file);
    if (below == NULL)
        cli_error(file, "it is not below --root %s", root);
    free(real_root);
    free(real_file);
    return below;
}

char *
sgnfile_stored_name(const struct sgnfile *run, const char *file)
{
    if (run->filename != NULL)
        return strdup(run->filename);
    char *below = run->root != NULL ? path_below(run->root, file) : strdup(prov_file_base(file));
    char *name = NULL;
    if (below != NULL && asprintf(&name, "%s.sgn", below) < 0)
        name = NULL;
    free(below);
    return name;
}
