/* SPDX-License-Identifier: MIT */
/* Folders made where they are missing, durably, and within their root. */
#include "provbuild/disk/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
sync_parent(char *path, char *slash, struct prov_error *err)
{
    char kept = slash[1];
    slash[1] = '\0'; /* with the slash: the root may be all that is left */
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    slash[1] = kept;
    int rc = PROV_OK;
    if (fd < 0 || fsync(fd) != 0)
        rc = prov_system_failed(err, "cannot bring a folder to the disk");
    if (fd >= 0)
        close(fd);
    return rc;
}

/* A link may lead to a folder within the root, not out of it. */
static int
check_folder(const char *path, size_t root_len, struct prov_error *err)
{
    char *root = strndup(path, root_len);
    char *root_real = root != NULL ? realpath(root, NULL) : NULL, *real = realpath(path, NULL);
    size_t len = root_real != NULL ? strlen(root_real) : 0;
    int rc = PROV_OK;
    if (root_real == NULL || real == NULL)
        rc = prov_system_failed(err, "cannot look at the folder %s", path);
    else if (strncmp(real, root_real, len) != 0 || (real[len] != '/' && real[len] != '\0'))
        rc = prov_fail(err, PROV_E_ARGUMENT,
                       "%s leads out of %s, so nothing is written there; put a folder in its place",
                       path, root);
    free(real);
    free(root_real);
    free(root);
    return rc;
}

int
folders_make(char *path, size_t root_len, mode_t mode, struct prov_error *err)
{
    int rc = PROV_OK;
    char *parent = path + root_len;
    for (char *slash = strchr(parent + 1, '/'); rc == PROV_OK && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, mode) == 0;
        if (!made && errno != EEXIST)
            rc = prov_system_failed(err, "cannot make the folder %s", path);
        else if (!made)
            rc = check_folder(path, root_len, err);
        if (rc == PROV_OK && made)
            rc = sync_parent(path, parent, err);
        *slash = '/';
        parent = slash;
    }
    return rc;
}
