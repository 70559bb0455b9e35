/* SPDX-License-Identifier: MIT */
/* All regular files below a folder, and what is left of unfinished ones. */
#include "provbuild/source/walk.h"

#include "cli/array.h"
#include "provbuild/source/writers.h"

#include "tree/roots.h"

#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY ".prov-[0-9a-f]*.tmp" /* as the library names unfinished files */

static FTS *
open_walk(const char *folder, int options)
{
    char *const roots[] = {(char *)folder, NULL};
    return fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR | options, NULL);
}

static int
failed(const char *folder, int error, struct prov_error *err)
{
    errno = error;
    return prov_system_failed(err, "cannot read the folder %s", folder);
}

static int
by_path(const void *a, const void *b)
{
    return strcmp(((const struct walk_file *)a)->path, ((const struct walk_file *)b)->path);
}

static int
add(struct walk *walk, const char *path, const struct stat *status, const FTSENT *entry,
    const char *who)
{
    struct walk_file *files = array_room(walk->files, walk->count, sizeof *files);
    if (files == NULL)
        return -1;
    walk->files = files;
    char *copy = strdup(path);
    if (copy == NULL)
        return -1;
    struct walk_file *file = &walk->files[walk->count++];
    file->path = copy;
    file->modified = status->st_mtim;
    file->size = status->st_size;
    file->link = entry->fts_info != FTS_F;
    file->beyond = who;
    return 0;
}

/* Why an entry is no file to take; NULL if it is one, or nothing to speak of. */
static const char *
refuse(const FTSENT *entry, struct stat *status, bool *take)
{
    *take = false;
    if (entry->fts_info != FTS_NS)
        *status = *entry->fts_statp;
    switch (entry->fts_info) {
    case FTS_D:
    case FTS_DP:
        return NULL;
    case FTS_F:
        *take = true;
        return NULL;
    case FTS_SL:
    case FTS_SLNONE:
        *take = stat(entry->fts_path, status) == 0 && S_ISREG(status->st_mode);
        return *take ? NULL : "this link leads to no regular file; put the files themselves here";
    case FTS_DNR:
        return "the folder cannot be read; mend its mode";
    case FTS_NS:
    case FTS_ERR:
        return "it cannot be looked at";
    default:
        return "this is no regular file";
    }
}

/* Who else may write to this entry, to the file that a link leads to, or to a folder on the way. A
 * folder keeps it for what is in it. */
static const char *
beyond(const struct writers *writers, FTSENT *entry, const struct stat *status)
{
    if (writers == NULL || entry->fts_info == FTS_NS)
        return NULL;
    const struct stat *own = entry->fts_statp;
    bool link = S_ISLNK(own->st_mode);
    const char *who = entry->fts_level > 1 ? entry->fts_parent->fts_pointer : NULL;
    if (who == NULL)
        who = writers_beyond(writers, own->st_uid, own->st_gid, link ? 0 : own->st_mode);
    if (who == NULL && link)
        who = writers_beyond(writers, status->st_uid, status->st_gid, status->st_mode);
    entry->fts_pointer = (char *)who;
    return who;
}

int
walk_folder(const char *folder, const struct writers *writers, walk_report *report, void *context,
            size_t *faults, struct walk *out, struct prov_error *err)
{
    struct walk walk = {0};
    struct stat status;
    size_t root_len = strlen(folder);
    bool take = false;
    if (stat(folder, &status) != 0 || access(folder, R_OK | X_OK) != 0)
        return failed(folder, errno, err);
    FTS *fts = open_walk(folder, 0);
    if (fts == NULL)
        return failed(folder, errno, err);
    int rc = PROV_OK;
    FTSENT *entry;
    while (rc == PROV_OK && (entry = fts_read(fts)) != NULL) {
        if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
            (void)fts_set(fts, entry, FTS_SKIP);
            continue;
        }
        const char *path = entry->fts_path + root_len;
        path += strspn(path, "/");
        const char *why = refuse(entry, &status, &take);
        const char *who = beyond(writers, entry, &status);
        if (why != NULL && report != NULL)
            report(context, path, why);
        if (why != NULL) {
            (*faults)++;
        } else if (take && add(&walk, path, &status, entry, who) != 0) {
            rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
        }
    }
    fts_close(fts);
    if (rc != PROV_OK) {
        walk_release(&walk);
        return rc;
    }
    if (walk.count > 0)
        qsort(walk.files, walk.count, sizeof *walk.files, by_path);
    *out = walk;
    return PROV_OK;
}

void
walk_release(struct walk *walk)
{
    for (size_t i = 0; i < walk->count; i++)
        free(walk->files[i].path);
    free(walk->files);
    *walk = (struct walk){0};
}

/* By descriptor: a folder on the way may be swapped for a link meanwhile. Where it fails, the next
 * run tries again. */
static void
remove_below(int root, const char *path)
{
    const char *name = prov_file_base(path);
    struct stat status;
    char *folder = strndup(path, name > path ? (size_t)(name - path) - 1 : 0);
    int fd = folder != NULL ? root_open_folder(root, folder, &status) : -1;
    if (fd >= 0) {
        (void)unlinkat(fd, name, 0);
        close(fd);
    }
    free(folder);
}

void
walk_tidy(const char *folder)
{
    int root = -1;
    FTS *fts = root_open(folder, &root, NULL) == PROV_OK ? open_walk(folder, FTS_NOSTAT) : NULL;
    FTSENT *entry;
    while (fts != NULL && (entry = fts_read(fts)) != NULL) {
        bool folder_again = entry->fts_info == FTS_D || entry->fts_info == FTS_DP;
        if (!folder_again && fnmatch(TEMPORARY, entry->fts_name, 0) == 0) {
            const char *path = entry->fts_path + strlen(folder);
            remove_below(root, path + strspn(path, "/"));
        }
    }
    if (fts != NULL)
        fts_close(fts);
    if (root >= 0)
        close(root);
}

bool
walk_later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}
