/* SPDX-License-Identifier: MIT */
/* Looking at a root as a request would, and at a few files in it. */
#include "server/resolver/reach.h"

#include "tree/roots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRIES_MAX 256 /* that are looked at, of a large folder */
#define FILES_MAX 16    /* that are opened */

static int
check_place(int root, const char *path, struct prov_error *err)
{
    struct stat held, there;
    if (fstat(root, &held) != 0 || stat(path, &there) != 0)
        return prov_system_failed(err, "the folder %s is out of reach", path);
    if (held.st_dev == there.st_dev && held.st_ino == there.st_ino)
        return PROV_OK;
    return prov_fail(err, PROV_E_SYSTEM,
                     "%s is another folder than the one that was there at the start: was it "
                     "replaced, mounted or unmounted? Put it back, or restart",
                     path);
}

/* A file of a mode that keeps this user out is its administrator's wish. */
static bool
is_kept_out(int root, const char *name)
{
    return errno == EACCES && faccessat(root, name, R_OK, 0) != 0;
}

static int
check_file(int root, const char *path, const char *name, struct prov_error *err)
{
    struct stat status;
    int fd = root_open_file(root, name, &status);
    if (fd >= 0) {
        close(fd);
        return PROV_OK;
    }
    int reason = errno;
    if (reason == ENOENT || is_kept_out(root, name))
        return PROV_OK;
    int rc =
        prov_fail(err, PROV_E_SYSTEM,
                  "%s/%s cannot be opened: %s; its mode would let this user read it: is there a "
                  "sandbox in the way?",
                  path, name, strerror(reason));
    if (err != NULL)
        err->sys = reason;
    return rc;
}

static bool
is_file(int root, const char *name)
{
    struct stat status;
    return fstatat(root, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

static int
check_files(DIR *stream, int root, const char *path, struct prov_error *err)
{
    int rc = PROV_OK;
    unsigned files = 0;
    const struct dirent *entry;
    for (unsigned i = 0; i < ENTRIES_MAX && rc == PROV_OK && files < FILES_MAX; i++) {
        if ((entry = readdir(stream)) == NULL)
            break;
        if (!is_file(root, entry->d_name))
            continue;
        files++;
        rc = check_file(root, path, entry->d_name, err);
    }
    return rc;
}

int
reach_check(int root, const char *path, struct prov_error *err)
{
    struct stat status;
    int rc = check_place(root, path, err);
    if (rc != PROV_OK)
        return rc;
    int fd = root_open_folder(root, "", &status);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    if (stream == NULL) {
        rc = prov_system_failed(err, "the folder %s cannot be opened", path);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    rc = check_files(stream, root, path, err);
    closedir(stream);
    return rc;
}
