/* SPDX-License-Identifier: MIT */
/* Files read with a bound, locked, kept and removed. */
#include "libprov/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define READ_STEP 65536
#define KEEP_TRIES 1000

/* Reads up to `len` bytes, until there are `enough`, or no more. */
static int
read_enough(int fd, void *data, size_t enough, size_t len, size_t *got, struct prov_error *err)
{
    size_t have = 0;
    while (have < enough) {
        ssize_t n = read(fd, (uint8_t *)data + have, len - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return prov_system_failed(err, "cannot read");
        if (n == 0)
            break;
        have += (size_t)n;
    }
    *got = have;
    return PROV_OK;
}

int
prov_read_full(int fd, void *data, size_t len, size_t *got, struct prov_error *err)
{
    return read_enough(fd, data, len, len, got, err);
}

int
prov_write_full(int fd, const void *data, size_t len, struct prov_error *err)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = write(fd, (const uint8_t *)data + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return prov_system_failed(err, "cannot write");
        done += (size_t)n;
    }
    return PROV_OK;
}

/* `size` is what the file says it has, 0 where that is not known: room for more would have to be
 * wiped. The first read asks for one byte more; if it brings none, that was the end, and no second
 * one has to find that out. */
static int
read_all(int fd, size_t size, size_t max, struct prov_bytes *out, struct prov_error *err)
{
    size_t next = size > 0 && size < READ_STEP ? size + 1 : READ_STEP;
    for (;;) {
        size_t len = prov_bytes_span(out).len;
        /* One byte more than allowed tells a file that is too long from one that just fits. */
        size_t step = max - len < next ? max - len + 1 : next;
        uint8_t *room = prov__bytes_extend(out, step, err);
        if (room == NULL)
            return PROV_E_MEMORY;
        size_t got = 0, enough = size > 0 && len == 0 && step == size + 1 ? size : step;
        int rc = read_enough(fd, room, enough, step, &got, err);
        prov__bytes_truncate(out, len + (rc == PROV_OK ? got : 0));
        if (rc != PROV_OK)
            return rc;
        if (len + got > max)
            return prov_fail(err, PROV_E_LIMIT, "larger than the %zu bytes that are read", max);
        if (got < step)
            return PROV_OK;
        next = READ_STEP;
    }
}

static int
read_descriptor(int fd, const struct stat *status, size_t max, struct prov_bytes **out,
                struct prov_error *err)
{
    struct prov_bytes *bytes = prov_bytes_new(max + 1);
    if (bytes == NULL)
        return prov__no_memory(err);
    int rc = read_all(fd, (size_t)status->st_size, max, bytes, err);
    if (rc == PROV_OK)
        *out = bytes;
    else
        prov_bytes_free(bytes);
    return rc;
}

int
prov__file_read_with_status(const char *path, size_t max, struct prov_bytes **out,
                            struct stat *status, struct prov_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return prov_system_failed(err, "cannot open it");
    bool readable = fstat(fd, status) == 0;
    if (readable && S_ISDIR(status->st_mode)) {
        errno = EISDIR;
        readable = false;
    }
    int rc = readable ? read_descriptor(fd, status, max, out, err)
                      : prov_system_failed(err, "cannot read");
    close(fd);
    return rc;
}

static int
open_regular(const char *path, int *fd, struct stat *status, struct prov_error *err)
{
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0)
        return prov_system_failed(err, "cannot open it");
    int rc = PROV_OK;
    if (fstat(opened, status) != 0)
        rc = prov_system_failed(err, "cannot read");
    else if (!S_ISREG(status->st_mode))
        rc = prov_fail(err, PROV_E_ARGUMENT, "this is not a regular file");
    if (rc == PROV_OK)
        *fd = opened;
    else
        close(opened);
    return rc;
}

int
prov_file_open(const char *path, int *fd, struct prov_error *err)
{
    struct stat status;
    return open_regular(path, fd, &status, err);
}

int
prov_file_read(const char *path, size_t max, struct prov_bytes **out, struct prov_error *err)
{
    int fd = -1;
    struct stat status = {0};
    int rc = open_regular(path, &fd, &status, err);
    if (rc != PROV_OK)
        return rc;
    rc = read_descriptor(fd, &status, max, out, err);
    close(fd);
    return rc;
}

const char *
prov_file_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

int
prov__sync_at(int at, const char *path, enum prov__sync_what what, struct prov_error *err)
{
    char *folder = NULL;
    int fd = -1;
    if (what == PROV__SYNC_FILE) {
        fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    } else {
        folder = strdup(path);
        if (folder == NULL)
            return prov__no_memory(err);
        fd = openat(at, dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    int failed = fd < 0 || (what == PROV__SYNC_FILE_SYSTEM ? syncfs(fd) : fsync(fd)) != 0;
    int rc = failed ? prov_system_failed(err, "cannot bring it to the disk") : PROV_OK;
    if (fd >= 0)
        close(fd);
    free(folder);
    return rc;
}

int
prov_file_lock(const char *path, int *fd, struct prov_error *err)
{
    char *folder = strdup(path);
    if (folder == NULL)
        return prov__no_memory(err);
    int opened = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (opened < 0)
        return prov_system_failed(err, "cannot open its folder");
    int locked;
    do {
        locked = flock(opened, LOCK_EX);
    } while (locked != 0 && errno == EINTR);
    if (locked != 0) {
        int rc = prov_system_failed(err, "cannot lock its folder");
        close(opened);
        return rc;
    }
    *fd = opened;
    return PROV_OK;
}

int
prov_file_remove(const char *path, struct prov_error *err)
{
    return prov_file_remove_at(AT_FDCWD, path, err);
}

int
prov_file_remove_at(int folder, const char *path, struct prov_error *err)
{
    if (unlinkat(folder, path, 0) != 0 && errno != ENOENT)
        return prov_system_failed(err, "cannot remove it");
    return prov__sync_at(folder, path, PROV__SYNC_FOLDER, err);
}

int
prov_file_keep(const char *path, const char *suffix, char **kept, struct prov_error *err)
{
    for (unsigned i = 0; i < KEEP_TRIES; i++) {
        char *name = NULL;
        int len = i == 0 ? asprintf(&name, "%s.%s", path, suffix)
                         : asprintf(&name, "%s.%s.%u", path, suffix, i);
        if (len < 0)
            return prov__no_memory(err);
        if (link(path, name) == 0) {
            *kept = name;
            return PROV_OK;
        }
        int sys = errno;
        free(name);
        errno = sys;
        if (sys != EEXIST)
            return prov_system_failed(err, "cannot keep the old file beside the new one");
    }
    return prov_fail(err, PROV_E_EXISTS, "too many kept files of this name");
}
