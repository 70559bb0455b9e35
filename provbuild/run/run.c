/* SPDX-License-Identifier: MIT */
/* What --force was given for, and paths put together. */
#include "provbuild/run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
run_forces_all(const struct run *run)
{
    return run->common.force && run->forced.count == 0;
}

bool
run_forces(const struct run *run, const struct prov_mac *phone)
{
    return run_forces_all(run) || phones_hold(&run->forced, phone);
}

char *
run_path(const char *folder, const char *path, const char *ending)
{
    char *joined = malloc(strlen(folder) + 1 + strlen(path) + strlen(ending) + 1);
    if (joined != NULL)
        stpcpy(stpcpy(stpcpy(stpcpy(joined, folder), "/"), path), ending);
    return joined;
}

bool
run_ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text), ending_len = strlen(ending);
    return len > ending_len && strcmp(text + len - ending_len, ending) == 0;
}

char *
run_real_path(const char *path)
{
    char *joined = NULL, *folder;
    if (prov_identity_is_uri(path))
        return strdup(path);
    const char *base = prov_file_base(path);
    if (base == path)
        folder = realpath(".", NULL);
    else {
        char *text = strndup(path, (size_t)(base - path));
        folder = text != NULL ? realpath(text, NULL) : NULL;
        free(text);
    }
    if (folder == NULL)
        return strdup(path);
    if (asprintf(&joined, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, base) < 0)
        joined = NULL;
    free(folder);
    return joined;
}
