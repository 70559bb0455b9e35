/* SPDX-License-Identifier: MIT */
/* Folders opened and made below their root, by descriptor. */
#include "provbuild/disk/folders.h"

#include "cli/array.h"
#include "tree/beneath.h"
#include "tree/roots.h"

#include <prov/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    char *path; /* below the root */
    int fd;
};

/* --- one folder */

static int
open_failed(const char *root, const char *path, struct prov_error *err)
{
    if (errno == EXDEV)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "%s/%s leads out of %s, so nothing is written there; put a folder in its "
                         "place",
                         root, path, root);
    return prov_system_failed(err, "cannot open the folder %s/%s", root, path);
}

/* Makes the last folder of `path` in `parent`. */
static int
make(const char *root, const char *path, int parent, mode_t mode, struct prov_error *err)
{
    if (mkdirat(parent, prov_file_base(path), mode) != 0)
        return errno == EEXIST
                   ? PROV_OK
                   : prov_system_failed(err, "cannot make the folder %s/%s", root, path);
    if (fsync(parent) != 0)
        return prov_system_failed(err, "cannot bring the folder %s/%s to the disk", root, path);
    return PROV_OK;
}

/* From the root on, since a link on the way may lead elsewhere in it. */
static int
open_or_make(const struct folders *folders, char *path, mode_t mode, int *out,
             struct prov_error *err)
{
    int parent = fcntl(folders->root, F_DUPFD_CLOEXEC, 0);
    int rc = parent >= 0 ? PROV_OK : prov_system_failed(err, "cannot hold a folder open");
    for (char *slash = path; rc == PROV_OK && slash != NULL;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        int fd = beneath_open(folders->root, path, O_RDONLY | O_DIRECTORY);
        if (fd < 0 && errno == ENOENT) {
            rc = make(folders->path, path, parent, mode, err);
            fd = rc == PROV_OK ? beneath_open(folders->root, path, O_RDONLY | O_DIRECTORY) : -1;
        }
        if (fd < 0 && rc == PROV_OK)
            rc = open_failed(folders->path, path, err);
        if (slash != NULL)
            *slash = '/';
        if (fd >= 0) {
            close(parent);
            parent = fd;
        }
    }
    if (rc == PROV_OK)
        *out = parent;
    else if (parent >= 0)
        close(parent);
    return rc;
}

/* --- all of them */

int
folders_begin(struct folders *folders, const char *root, struct prov_error *err)
{
    *folders = (struct folders){.path = root, .root = -1};
    int failed = pthread_mutex_init(&folders->lock, NULL);
    if (failed != 0)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    /* Each folder stays open until all is written, and there may be more of them than programs are
     * given at first. */
    if (getrlimit(RLIMIT_NOFILE, &folders->limit) == 0) {
        struct rlimit more = folders->limit;
        more.rlim_cur = more.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &more);
    }
    return root != NULL ? root_open(root, &folders->root, err) : PROV_OK;
}

void
folders_end(struct folders *folders)
{
    for (size_t i = 0; i < folders->count; i++) {
        close(folders->at[i].fd);
        free(folders->at[i].path);
    }
    free(folders->at);
    if (folders->root >= 0)
        close(folders->root);
    if (folders->limit.rlim_max > 0)
        (void)setrlimit(RLIMIT_NOFILE, &folders->limit);
    pthread_mutex_destroy(&folders->lock);
}

/* Opens one that is not held yet; takes over `path`. */
static int
hold(struct folders *folders, char *path, mode_t mode, int *fd, struct prov_error *err)
{
    struct folder *at = array_room(folders->at, folders->count, sizeof *at);
    if (at == NULL) {
        free(path);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    folders->at = at;
    int rc = open_or_make(folders, path, mode, fd, err);
    if (rc == PROV_OK)
        at[folders->count++] = (struct folder){path, *fd};
    else
        free(path);
    return rc;
}

int
folders_of(struct folders *folders, const char *file, mode_t mode, int *fd, struct prov_error *err)
{
    size_t len = (size_t)(prov_file_base(file) - file);
    if (len == 0) {
        *fd = folders->root;
        return PROV_OK;
    }
    char *path = strndup(file, len - 1);
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    pthread_mutex_lock(&folders->lock);
    size_t i =
        folders->count; /* files come in the order of their paths: the last is the likeliest */
    while (i > 0 && strcmp(folders->at[i - 1].path, path) != 0)
        i--;
    int rc = PROV_OK;
    if (i > 0) {
        *fd = folders->at[i - 1].fd;
        free(path);
    } else {
        rc = hold(folders, path, mode, fd, err);
    }
    pthread_mutex_unlock(&folders->lock);
    return rc;
}

int
folders_remove(const char *root, const char *file, struct prov_error *err)
{
    int root_fd = -1;
    struct stat status;
    size_t len = (size_t)(prov_file_base(file) - file);
    char *path = strndup(file, len > 0 ? len - 1 : 0);
    int rc = path != NULL ? root_open(root, &root_fd, err)
                          : prov_fail(err, PROV_E_MEMORY, "out of memory");
    int folder = rc == PROV_OK ? root_open_folder(root_fd, path, &status) : -1;
    if (rc == PROV_OK && folder < 0)
        rc = errno == ENOENT ? PROV_OK : open_failed(root, path, err);
    if (folder >= 0) {
        rc = prov_file_remove_at(folder, file + len, err);
        close(folder);
    }
    if (root_fd >= 0)
        close(root_fd);
    free(path);
    return rc;
}
