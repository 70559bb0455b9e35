/* SPDX-License-Identifier: MIT */
/* Files: read with a bound, replaced atomically. */
#ifndef PROV_FILE_H
#define PROV_FILE_H

#include <prov/bytes.h>
#include <prov/error.h>

#include <stdbool.h>
#include <sys/types.h>

/* Reads a whole regular file of at most `max` bytes. PROV_E_LIMIT, PROV_E_SYSTEM, PROV_E_ARGUMENT
 * for a FIFO or device. */
PROV_API int prov_file_read(const char *path, size_t max, struct prov_bytes **out,
                            struct prov_error *err) PROV_CHECKED;

/* Opens a regular file for reading; a FIFO or device is refused without blocking on it. */
PROV_API int prov_file_open(const char *path, int *fd, struct prov_error *err) PROV_CHECKED;

/* Reads until `len` bytes are there or the file ends; `*got` says how many. PROV_E_SYSTEM. */
PROV_API int prov_read_full(int fd, void *data, size_t len, size_t *got,
                            struct prov_error *err) PROV_CHECKED;
/* Writes all of it. PROV_E_SYSTEM. */
PROV_API int prov_write_full(int fd, const void *data, size_t len,
                             struct prov_error *err) PROV_CHECKED;

/* The part of `path` after its last slash. Borrowed. */
PROV_API const char *prov_file_base(const char *path);

/* Waits until no other process holds the lock of the folder that `path` stands in, and takes it:
 * for those who read a file, decide, and replace it. Closing `*fd` gives the lock back. */
PROV_API int prov_file_lock(const char *path, int *fd, struct prov_error *err) PROV_CHECKED;

/* Removes the file and makes that durable. One that is not there is no error. */
PROV_API int prov_file_remove(const char *path, struct prov_error *err) PROV_CHECKED;
/* The same for `path` below the open folder `folder`, as unlinkat(2) takes it. */
PROV_API int prov_file_remove_at(int folder, const char *path, struct prov_error *err) PROV_CHECKED;

/* Replaces the file at `path`, or makes it: all at once, and durable. As a batch of this one file,
 * see below. */
PROV_API int prov_file_write(const char *path, mode_t mode, const void *data, size_t len,
                             struct prov_error *err) PROV_CHECKED;

/* Files that are replaced together. Each is written to a dot file beside its target; the commit
 * syncs them (a few: each, many: their file system once), renames them over their targets and
 * syncs the folders. Until then no target has changed; a kill at any moment leaves each target
 * whole, old or new. */
struct prov_batch;

/* NULL when memory is short. */
PROV_API struct prov_batch *prov_batch_new(void);
/* Frees; what was not committed is removed. NULL is allowed. */
PROV_API void prov_batch_free(struct prov_batch *batch);
/* From now on the commit replaces nothing: PROV_E_EXISTS where a target is there. */
PROV_API void prov_batch_only_new(struct prov_batch *batch);
/* Files waiting for the commit. */
PROV_API size_t prov_batch_count(const struct prov_batch *batch);

/* Starts a new content for `path` and gives a descriptor to write it with, which the batch owns
 * until prov_batch_done or prov_batch_drop ends this file. An existing file keeps its mode and
 * owner, except if `mode` gives nothing to group and others: that is always applied. A new file
 * gets `mode` less the umask. PROV_E_EXISTS for a link, a folder or a device of that name. */
PROV_API int prov_batch_open(struct prov_batch *batch, const char *path, mode_t mode, int *fd,
                             struct prov_error *err) PROV_CHECKED;
/* The same for `name` in the open folder `folder`, wherever that is moved meanwhile: for trees that
 * others may write to. `name` holds no slash. The folder is borrowed and stays open until the
 * commit, or until the batch is freed. */
PROV_API int prov_batch_open_at(struct prov_batch *batch, int folder, const char *name, mode_t mode,
                                int *fd, struct prov_error *err) PROV_CHECKED;
/* Ends the file opened last: it waits for the commit. */
PROV_API int prov_batch_done(struct prov_batch *batch, struct prov_error *err) PROV_CHECKED;
/* The last file, open or done, is forgotten. Not needed after a failed call, which forgets its own.
 */
PROV_API void prov_batch_drop(struct prov_batch *batch);
/* Open, write, done in one. */
PROV_API int prov_batch_put(struct prov_batch *batch, const char *path, mode_t mode,
                            const void *data, size_t len, struct prov_error *err) PROV_CHECKED;
PROV_API int prov_batch_put_at(struct prov_batch *batch, int folder, const char *name, mode_t mode,
                               const void *data, size_t len, struct prov_error *err) PROV_CHECKED;
/* PROV_E_EXISTS if the target of the last file, open or done, exists with another content; then
 * prov_batch_drop leaves it as it is. */
PROV_API int prov_batch_check_same(struct prov_batch *batch, struct prov_error *err) PROV_CHECKED;
/* Moves what is done in `other` to the end of `batch`, so that several threads can each fill a
 * batch of their own. On failure nothing is moved. */
PROV_API int prov_batch_take(struct prov_batch *batch, struct prov_batch *other,
                             struct prov_error *err) PROV_CHECKED;
/* Makes it all durable and visible; the batch is empty afterwards, also on failure, where the
 * targets not yet renamed keep their old content. */
PROV_API int prov_batch_commit(struct prov_batch *batch, struct prov_error *err) PROV_CHECKED;

/* Keeps the file at `path` under a second name, `path`.`suffix`, or .1, .2, … after that where the
 * name is taken; `*kept` is the new name, to be freed with free(). */
PROV_API int prov_file_keep(const char *path, const char *suffix, char **kept,
                            struct prov_error *err) PROV_CHECKED;

#endif
