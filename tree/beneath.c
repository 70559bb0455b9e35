/* SPDX-License-Identifier: MIT */
/* Opening beneath a folder: the kernel's way, and a walk of our own where it is missing. */
#include "tree/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRIES 16     /* a rename elsewhere makes openat2 give up for once (openat2(2), EAGAIN) */
#define LINKS_MAX 40 /* as the kernel has it (path_resolution(7)) */

/* --- the walk: component by component, no link followed by the kernel and no ".." ever opened, so
 * that nothing that is moved or swapped meanwhile leads out */

struct walk {
    int root;
    int at;              /* the folder reached; `root`, or one to close */
    char done[PATH_MAX]; /* its path from the root, without links: "" or with a slash at its end */
    char rest[PATH_MAX]; /* what is to come */
    unsigned links;
};

struct component {
    char name[NAME_MAX + 1]; /* "." where the path ends in a slash or dots */
    const char *after;       /* in `rest`: from the slash on, or "" */
    bool last;
};

static int
refuse(int error)
{
    errno = error;
    return -1;
}

static void
close_quietly(int fd)
{
    int saved = errno;
    close(fd);
    errno = saved;
}

static void
go_to(struct walk *walk, int folder)
{
    if (walk->at != walk->root)
        close_quietly(walk->at);
    walk->at = folder;
}

static int
set_rest(struct walk *walk, const char *first, size_t first_len, const char *second)
{
    char joined[PATH_MAX];
    int len = snprintf(joined, sizeof joined, "%.*s%s", (int)first_len, first, second);
    if (len >= (int)sizeof joined)
        return refuse(ENAMETOOLONG);
    memcpy(walk->rest, joined, (size_t)len + 1);
    return 0;
}

static int
next_component(const struct walk *walk, struct component *out)
{
    const char *start = walk->rest + strspn(walk->rest, "/");
    while (start[0] == '.' && start[1] == '/')
        start += 1 + strspn(start + 1, "/");
    size_t len = strcspn(start, "/");
    if (len > NAME_MAX)
        return refuse(ENAMETOOLONG);
    snprintf(out->name, sizeof out->name, "%.*s", len > 0 ? (int)len : 1, len > 0 ? start : ".");
    out->after = start + len;
    out->last = out->after[strspn(out->after, "/")] == '\0';
    return 0;
}

/* "..": the walk begins again at the root, without the last folder. */
static int
go_up(struct walk *walk, const struct component *component)
{
    size_t len = strlen(walk->done);
    if (len == 0)
        return refuse(EXDEV);
    do
        len--;
    while (len > 0 && walk->done[len - 1] != '/');
    if (set_rest(walk, walk->done, len, component->after) != 0)
        return -1;
    walk->done[0] = '\0';
    go_to(walk, walk->root);
    return 0;
}

/* Takes `folder` over on success. */
static int
enter(struct walk *walk, const struct component *component, int folder)
{
    size_t len = strlen(walk->done), size = sizeof walk->done - len;
    if (snprintf(walk->done + len, size, "%s/", component->name) >= (int)size)
        return refuse(ENAMETOOLONG);
    go_to(walk, folder);
    return set_rest(walk, "", 0, component->after);
}

static int
count_link(struct walk *walk)
{
    return walk->links++ < LINKS_MAX ? 0 : refuse(ELOOP);
}

/* Puts what a link says into its place. */
static int
follow(struct walk *walk, const struct component *component, int link)
{
    char target[PATH_MAX];
    if (count_link(walk) != 0)
        return -1;
    ssize_t len = readlinkat(link, "", target, sizeof target);
    if (len < 0)
        return -1;
    return *target == '/' ? refuse(EXDEV) : set_rest(walk, target, (size_t)len, component->after);
}

/* The end of the path, which was no link when it was looked at. 1 with `*out`; 0 if it is to be
 * looked at again. */
static int
open_last(struct walk *walk, const struct component *component, bool folder, int flags, int *out)
{
    if (*component->after != '\0')
        flags |= O_DIRECTORY;
    *out = openat(walk->at, component->name, flags | O_NOFOLLOW | O_CLOEXEC);
    if (*out >= 0)
        return 1;
    bool swapped = errno == ELOOP || (errno == ENOTDIR && folder);
    return swapped ? count_link(walk) : -1;
}

/* One component. 1 with `*out` at the end of the path, 0 on the way, -1 with errno. */
static int
step(struct walk *walk, int flags, int *out)
{
    struct component component;
    struct stat status;
    if (next_component(walk, &component) != 0)
        return -1;
    if (strcmp(component.name, "..") == 0)
        return go_up(walk, &component);
    int seen = openat(walk->at, component.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (seen < 0)
        return -1;
    int rc = fstat(seen, &status);
    if (rc == 0 && S_ISLNK(status.st_mode))
        rc = follow(walk, &component, seen);
    else if (rc == 0 && component.last)
        rc = open_last(walk, &component, S_ISDIR(status.st_mode), flags, out);
    else if (rc == 0 && !S_ISDIR(status.st_mode))
        rc = refuse(ENOTDIR);
    else if (rc == 0)
        rc = enter(walk, &component, seen);
    if (walk->at != seen)
        close_quietly(seen);
    return rc;
}

static int
walk_open(int root, const char *path, int flags)
{
    struct walk walk = {.root = root, .at = root};
    int found = -1, rc = set_rest(&walk, "", 0, path);
    while (rc == 0)
        rc = step(&walk, flags, &found);
    go_to(&walk, root);
    return rc == 1 ? found : -1;
}

/* --- */

static int
kernel_open(int root, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC),
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = -1;
    for (unsigned i = 0; i < TRIES && fd < 0; i++) {
        fd = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd < 0 && errno != EAGAIN)
            break;
    }
    return (int)fd;
}

int
beneath_open(int root, const char *path, int flags)
{
    if (*path == '\0')
        return refuse(ENOENT);
    if (*path == '/')
        return refuse(EXDEV);
    int fd = kernel_open(root, path, flags);
    /* An old kernel; or a service manager's, a container's filter of system calls. */
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        fd = walk_open(root, path, flags);
    return fd;
}
