/* SPDX-License-Identifier: MIT */
/* Opens the folders that are served, and what is below them but not outside. */
#include "tree/roots.h"

#include "tree/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX 4096 /* folders above a root */

int
root_open(const char *path, int *fd, struct prov_error *err)
{
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd >= 0)
        return PROV_OK;
    return prov_system_failed(err, "cannot open the folder %s", path);
}

static bool
same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* 1 if `inner` is `outer` or below it, 0 if not, -1 with errno. */
static int
stands_in(int inner, int outer)
{
    struct stat wanted, here, above;
    int result = -1, at = fcntl(inner, F_DUPFD_CLOEXEC, 0);
    if (at < 0 || fstat(outer, &wanted) != 0 || fstat(at, &here) != 0)
        goto out;
    for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
        if (same_inode(&here, &wanted)) {
            result = 1;
            goto out;
        }
        int parent = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (parent < 0 || fstat(parent, &above) != 0) {
            if (parent >= 0)
                close(parent);
            goto out;
        }
        close(at);
        at = parent;
        if (same_inode(&here, &above)) { /* the root of all */
            result = 0;
            goto out;
        }
        here = above;
    }
    errno = ELOOP;
out:
    if (at >= 0)
        close(at);
    return result;
}

int
roots_check_apart(int a, const char *a_path, int b, const char *b_path, struct prov_error *err)
{
    int in_b = stands_in(a, b), in_a = in_b == 0 ? stands_in(b, a) : 0;
    if (in_a < 0 || in_b < 0)
        return prov_system_failed(err, "cannot compare %s with %s", a_path, b_path);
    if (in_a == 0 && in_b == 0)
        return PROV_OK;
    return prov_fail(err, PROV_E_ARGUMENT,
                     "%s and %s stand in one another, which would serve clear configurations to "
                     "everybody; keep them apart",
                     a_path, b_path);
}

int
root_open_file(int root, const char *path, struct stat *status)
{
    int fd = beneath_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        if (errno == ENXIO || errno == ENOTDIR || errno == ENAMETOOLONG) /* a socket, say */
            errno = ENOENT;
        return -1;
    }
    if (fstat(fd, status) == 0 && S_ISREG(status->st_mode))
        return fd;
    close(fd);
    errno = ENOENT;
    return -1;
}

int
root_open_folder(int root, const char *path, struct stat *status)
{
    int fd = beneath_open(root, *path != '\0' ? path : ".", O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return -1;
    if (fstat(fd, status) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

/* What the kernel calls an open file or folder. */
static bool
kernel_name(int fd, char *out, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, out, size - 1);
    if (len <= 0 || (size_t)len == size - 1)
        return false;
    out[len] = '\0';
    return true;
}

bool
root_real_name(int root, int fd, char *out, size_t size)
{
    char root_name[PATH_MAX], name[PATH_MAX];
    if (!kernel_name(root, root_name, sizeof root_name) || !kernel_name(fd, name, sizeof name))
        return false;
    size_t len = strcmp(root_name, "/") == 0 ? 0 : strlen(root_name);
    if (strncmp(name, root_name, len) != 0 || name[len] != '/')
        return false;
    return snprintf(out, size, "%s", name + len + 1) < (int)size;
}
