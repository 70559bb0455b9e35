/* SPDX-License-Identifier: MIT */
/* Atomic replacement of files, one or many (prov/file.h). */
#include "libprov/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define NAME_TRIES 100
#define COMPARE_STEP 65536
#define FOLDERS_NEAR 8
#define SYNC_EACH_MAX 4 /* more files are cheaper to sync with their whole file system */

/* A new content beside its target. */
struct pending {
    int folder; /* that both paths begin at: borrowed, or AT_FDCWD */
    char *target;
    char *temporary;
};

struct prov_batch {
    struct pending *files;
    size_t count; /* the one being written included */
    size_t capacity;
    int fd;        /* of the file being written, the last; -1: none */
    bool only_new; /* the commit replaces nothing */
    uint64_t salt; /* in the next temporary name; 0: none drawn */
};

struct prov_batch *
prov_batch_new(void)
{
    struct prov_batch *batch = calloc(1, sizeof *batch);
    if (batch != NULL)
        batch->fd = -1;
    return batch;
}

static void
forget_last(struct prov_batch *batch)
{
    if (batch->count == 0)
        return;
    struct pending *file = &batch->files[--batch->count];
    if (file->temporary != NULL)
        unlinkat(file->folder, file->temporary, 0);
    free(file->temporary);
    free(file->target);
}

static void
forget_all(struct prov_batch *batch)
{
    if (batch->fd >= 0)
        close(batch->fd);
    batch->fd = -1;
    while (batch->count > 0)
        forget_last(batch);
}

void
prov_batch_free(struct prov_batch *batch)
{
    if (batch == NULL)
        return;
    forget_all(batch);
    free(batch->files);
    free(batch);
}

size_t
prov_batch_count(const struct prov_batch *batch)
{
    return batch->count;
}

static int
reserve(struct prov_batch *batch, size_t more, struct prov_error *err)
{
    size_t need = batch->count + more;
    if (need <= batch->capacity)
        return PROV_OK;
    size_t capacity = batch->capacity == 0 ? 8 : batch->capacity;
    while (capacity < need)
        capacity *= 2;
    struct pending *files = reallocarray(batch->files, capacity, sizeof *files);
    if (files == NULL)
        return prov__no_memory(err);
    batch->files = files;
    batch->capacity = capacity;
    return PROV_OK;
}

static int
append(struct prov_batch *batch, int folder, const char *path, struct prov_error *err)
{
    int rc = reserve(batch, 1, err);
    if (rc != PROV_OK)
        return rc;
    char *target = strdup(path);
    if (target == NULL)
        return prov__no_memory(err);
    batch->files[batch->count++] = (struct pending){.folder = folder, .target = target};
    return PROV_OK;
}

int
prov_batch_take(struct prov_batch *batch, struct prov_batch *other, struct prov_error *err)
{
    if (batch->fd >= 0 || other->fd >= 0)
        return prov_fail(err, PROV_E_ARGUMENT, "a file of the batch is still being written");
    if (other->count == 0)
        return PROV_OK;
    int rc = reserve(batch, other->count, err);
    if (rc != PROV_OK)
        return rc;
    memcpy(batch->files + batch->count, other->files, other->count * sizeof *other->files);
    batch->count += other->count;
    other->count = 0;
    return PROV_OK;
}

/* A dot file of random name: no server hands out dot files, and two runs never meet. The names of
 * one batch count on from what was drawn for the first. */
static int
create_temporary(struct prov_batch *batch, struct pending *file, mode_t mode,
                 struct prov_error *err)
{
    int folder_len = (int)(prov_file_base(file->target) - file->target);
    for (int i = 0; i < NAME_TRIES; i++) {
        if ((batch->salt == 0 || i > 0) &&
            getrandom(&batch->salt, sizeof batch->salt, 0) != (ssize_t)sizeof batch->salt)
            return prov_system_failed(err, "no random numbers");
        if (asprintf(&file->temporary, "%.*s.prov-%016" PRIx64 ".tmp", folder_len, file->target,
                     batch->salt++) < 0) {
            file->temporary = NULL;
            return prov__no_memory(err);
        }
        batch->fd = openat(file->folder, file->temporary,
                           O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (batch->fd >= 0)
            return PROV_OK;
        int sys = errno;
        free(file->temporary);
        file->temporary = NULL;
        errno = sys;
        if (sys != EEXIST)
            break;
    }
    return prov_system_failed(err, "cannot write in its folder");
}

/* False if the file would become unreadable to those who read it through its group. */
static bool
keep_owner(int fd, const struct stat *old)
{
    if (old->st_uid == geteuid() && old->st_gid == getegid())
        return true;
    if (fchown(fd, old->st_uid, old->st_gid) == 0 || fchown(fd, (uid_t)-1, old->st_gid) == 0)
        return true;
    return (old->st_mode & S_IRGRP) == 0 || (old->st_mode & S_IROTH) != 0;
}

/* A public file that is replaced stays as open as its administrator made it. A rename would put a
 * file in the place of a link or device, which nobody means. */
static int
inherit(const struct pending *file, mode_t mode, int fd, struct prov_error *err)
{
    struct stat old;
    if (fstatat(file->folder, file->target, &old, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? PROV_OK : prov_system_failed(err, "cannot look at the old file");
    if (S_ISLNK(old.st_mode))
        return prov_fail(err, PROV_E_EXISTS, "it is a link; name the file that it leads to");
    if (!S_ISREG(old.st_mode))
        return prov_fail(err, PROV_E_EXISTS, "it exists and is not a regular file");
    if ((mode & (S_IRWXG | S_IRWXO)) == 0)
        return PROV_OK;
    if (!keep_owner(fd, &old))
        return prov_system_failed(err, "cannot keep the group through which it is read");
    if (fchmod(fd, old.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO)) != 0)
        return prov_system_failed(err, "cannot keep its mode");
    return PROV_OK;
}

static int
open_at(struct prov_batch *batch, int folder, const char *path, mode_t mode, int *fd,
        struct prov_error *err)
{
    if (batch->fd >= 0)
        return prov_fail(err, PROV_E_ARGUMENT, "another file of the batch is still being written");
    int rc = append(batch, folder, path, err);
    if (rc != PROV_OK)
        return rc;
    struct pending *file = &batch->files[batch->count - 1];
    rc = create_temporary(batch, file, mode, err);
    if (rc == PROV_OK)
        rc = inherit(file, mode, batch->fd, err);
    if (rc != PROV_OK) {
        prov_batch_drop(batch);
        return rc;
    }
    *fd = batch->fd;
    return PROV_OK;
}

int
prov_batch_open(struct prov_batch *batch, const char *path, mode_t mode, int *fd,
                struct prov_error *err)
{
    return open_at(batch, AT_FDCWD, path, mode, fd, err);
}

int
prov_batch_open_at(struct prov_batch *batch, int folder, const char *name, mode_t mode, int *fd,
                   struct prov_error *err)
{
    if (strchr(name, '/') != NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "a name in a folder holds no slash");
    return open_at(batch, folder, name, mode, fd, err);
}

int
prov_batch_done(struct prov_batch *batch, struct prov_error *err)
{
    int fd = batch->fd;
    if (fd < 0)
        return prov_fail(err, PROV_E_ARGUMENT, "no file of the batch is being written");
    batch->fd = -1;
    if (close(fd) == 0)
        return PROV_OK;
    int rc = prov_system_failed(err, "cannot write");
    forget_last(batch);
    return rc;
}

void
prov_batch_drop(struct prov_batch *batch)
{
    if (batch->fd >= 0)
        close(batch->fd);
    batch->fd = -1;
    forget_last(batch);
}

/* Writes and ends the file that was opened last. */
static int
fill(struct prov_batch *batch, int fd, const void *data, size_t len, struct prov_error *err)
{
    int rc = prov_write_full(fd, data, len, err);
    if (rc == PROV_OK)
        return prov_batch_done(batch, err);
    prov_batch_drop(batch);
    return rc;
}

int
prov_batch_put(struct prov_batch *batch, const char *path, mode_t mode, const void *data,
               size_t len, struct prov_error *err)
{
    int fd = -1;
    int rc = prov_batch_open(batch, path, mode, &fd, err);
    return rc == PROV_OK ? fill(batch, fd, data, len, err) : rc;
}

int
prov_batch_put_at(struct prov_batch *batch, int folder, const char *name, mode_t mode,
                  const void *data, size_t len, struct prov_error *err)
{
    int fd = -1;
    int rc = prov_batch_open_at(batch, folder, name, mode, &fd, err);
    return rc == PROV_OK ? fill(batch, fd, data, len, err) : rc;
}

static int
open_pending(const struct pending *file, const char *path, struct prov_error *err)
{
    int fd = openat(file->folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        prov_system_failed(err, "cannot open it");
    return fd;
}

static int
same_content(int a, int b, bool *same, struct prov_error *err)
{
    static const size_t step = COMPARE_STEP;
    char *buffers = malloc(2 * step);
    if (buffers == NULL)
        return prov__no_memory(err);
    int rc = PROV_OK;
    size_t got_a = 0, got_b = 0;
    do {
        rc = prov_read_full(a, buffers, step, &got_a, err);
        if (rc == PROV_OK)
            rc = prov_read_full(b, buffers + step, step, &got_b, err);
        *same = rc == PROV_OK && got_a == got_b && memcmp(buffers, buffers + step, got_a) == 0;
    } while (*same && got_a == step);
    free(buffers);
    return rc;
}

int
prov_batch_check_same(struct prov_batch *batch, struct prov_error *err)
{
    if (batch->count == 0)
        return prov_fail(err, PROV_E_ARGUMENT, "the batch is empty");
    const struct pending *file = &batch->files[batch->count - 1];
    struct stat status;
    bool same = false;
    if (fstatat(file->folder, file->target, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? PROV_OK : prov_system_failed(err, "cannot look at the old file");
    int old = open_pending(file, file->target, err);
    int written = old >= 0 ? open_pending(file, file->temporary, err) : -1;
    int rc = written >= 0 ? same_content(written, old, &same, err) : PROV_E_SYSTEM;
    if (old >= 0)
        close(old);
    if (written >= 0)
        close(written);
    if (rc == PROV_OK && !same)
        return prov_fail(err, PROV_E_EXISTS,
                         "%s exists with another content; move it away or give --force",
                         file->target);
    return rc;
}

static bool
same_folder(const struct pending *a, const struct pending *b)
{
    size_t len = (size_t)(prov_file_base(a->target) - a->target);
    return a->folder == b->folder && len == (size_t)(prov_file_base(b->target) - b->target) &&
           memcmp(a->target, b->target, len) == 0;
}

/* True if one of the files just before stands in the same folder. A phone's files stand in two
 * folders by turns. */
static bool
folder_is_near(const struct prov_batch *batch, size_t i)
{
    for (size_t k = 1; k <= FOLDERS_NEAR && k <= i; k++)
        if (same_folder(&batch->files[i - k], &batch->files[i]))
            return true;
    return false;
}

static int
sync_each(const struct prov_batch *batch, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < batch->count; i++)
        rc = prov__sync_at(batch->files[i].folder, batch->files[i].temporary, PROV__SYNC_FILE, err);
    return rc;
}

/* Before the renames: the contents must be on the disk, or a crash could leave a new name with no
 * content. Files of one folder mostly stand together, so comparing with those just before is
 * enough to sync each file system about once. */
static int
sync_contents(const struct prov_batch *batch, struct prov_error *err)
{
    if (batch->count <= SYNC_EACH_MAX)
        return sync_each(batch, err);
    dev_t synced = 0;
    for (size_t i = 0; i < batch->count; i++) {
        const struct pending *file = &batch->files[i];
        struct stat status;
        if (folder_is_near(batch, i))
            continue;
        if (fstatat(file->folder, file->temporary, &status, AT_SYMLINK_NOFOLLOW) != 0)
            return prov_system_failed(err, "cannot look at what was written");
        if (i > 0 && status.st_dev == synced)
            continue;
        int rc = prov__sync_at(file->folder, file->temporary, PROV__SYNC_FILE_SYSTEM, err);
        if (rc != PROV_OK)
            return rc;
        synced = status.st_dev;
    }
    return PROV_OK;
}

void
prov_batch_only_new(struct prov_batch *batch)
{
    batch->only_new = true;
}

/* File systems that know no RENAME_NOREPLACE know links. */
static int
rename_to_new(int folder, const char *from, const char *to)
{
    if (renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    return linkat(folder, from, folder, to, 0) == 0 ? unlinkat(folder, from, 0) : -1;
}

static int
rename_all(struct prov_batch *batch, struct prov_error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct pending *file = &batch->files[i];
        int renamed = batch->only_new
                          ? rename_to_new(file->folder, file->temporary, file->target)
                          : renameat(file->folder, file->temporary, file->folder, file->target);
        if (renamed != 0 && batch->only_new && errno == EEXIST)
            return prov_fail(err, PROV_E_EXISTS, "%s exists", file->target);
        if (renamed != 0)
            return prov_system_failed(err, "cannot replace %s", file->target);
        free(file->temporary);
        file->temporary = NULL;
    }
    return PROV_OK;
}

static int
sync_folders(const struct prov_batch *batch, struct prov_error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (folder_is_near(batch, i))
            continue;
        int rc =
            prov__sync_at(batch->files[i].folder, batch->files[i].target, PROV__SYNC_FOLDER, err);
        if (rc != PROV_OK)
            return rc;
    }
    return PROV_OK;
}

int
prov_batch_commit(struct prov_batch *batch, struct prov_error *err)
{
    if (batch->count == 0)
        return PROV_OK;
    int rc = PROV_OK;
    if (batch->fd >= 0)
        rc = prov_fail(err, PROV_E_ARGUMENT, "a file of the batch is still being written");
    if (rc == PROV_OK)
        rc = sync_contents(batch, err);
    if (rc == PROV_OK)
        rc = rename_all(batch, err);
    if (rc == PROV_OK)
        rc = sync_folders(batch, err);
    forget_all(batch);
    return rc;
}
