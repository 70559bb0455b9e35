/* SPDX-License-Identifier: MIT */
/* Indexes of folders, which find names in any case without reading a folder each time. */
#include "server/resolver/folder.h"

#include "cli/array.h"
#include "tree/name.h"
#include "tree/roots.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define FOLDERS_MAX 1024 /* indexes kept; when there are more, all are made anew */
/* A folder that changed this shortly before it was read may have changed again since without
 * showing: the clocks of file systems are coarse (2 s at worst). Its index is used for a moment. */
#define SETTLED_NS (2 * 1000000000LL)
#define MOMENT_NS (50 * 1000000LL)
#define LASTING_NS (60 * 1000000000LL) /* not every file system shows each change */

struct folder {
    struct folder *next;
    char *path; /* below the root */
    struct stat status;
    long long read_at; /* CLOCK_REALTIME, nanoseconds */
    char **names;      /* sorted without regard to case, equal ones in byte order */
    size_t count;
};

struct folder_index {
    int root;
    pthread_mutex_t lock;
    struct folder *folders;
    size_t count;
};

static long long
nanoseconds(const struct timespec *time)
{
    return (long long)time->tv_sec * 1000000000LL + time->tv_nsec;
}

static long long
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return nanoseconds(&now);
}

static void
forget_names(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        free(folder->names[i]);
    free(folder->names);
    folder->names = NULL;
    folder->count = 0;
}

static void
forget_folders(struct folder_index *index)
{
    while (index->folders != NULL) {
        struct folder *folder = index->folders;
        index->folders = folder->next;
        forget_names(folder);
        free(folder->path);
        free(folder);
    }
    index->count = 0;
}

struct folder_index *
folder_index_new(int root)
{
    struct folder_index *index = calloc(1, sizeof *index);
    if (index == NULL)
        return NULL;
    index->root = root;
    if (pthread_mutex_init(&index->lock, NULL) != 0) {
        free(index);
        return NULL;
    }
    return index;
}

void
folder_index_free(struct folder_index *index)
{
    if (index == NULL)
        return;
    forget_folders(index);
    pthread_mutex_destroy(&index->lock);
    free(index);
}

static int
compare_names(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;
    int order = strcasecmp(*left, *right);
    return order != 0 ? order : strcmp(*left, *right);
}

static int
add_name(struct folder *folder, const char *name)
{
    char **names = array_room(folder->names, folder->count, sizeof *names);
    if (names == NULL)
        return -1;
    folder->names = names;
    if ((names[folder->count] = strdup(name)) == NULL)
        return -1;
    folder->count++;
    return 0;
}

/* Reads the names of the folder `fd`, which it closes. -1 with errno. */
static int
read_names(struct folder *folder, int fd)
{
    struct dirent *entry;
    DIR *stream = fdopendir(fd);
    if (stream == NULL) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    forget_names(folder);
    int result = 0;
    while (errno = 0, result == 0 && (entry = readdir(stream)) != NULL)
        if (entry->d_name[0] != '.') /* none of those is ever served */
            result = add_name(folder, entry->d_name);
    if (errno != 0)
        result = -1;
    int saved = errno;
    closedir(stream);
    errno = saved;
    if (result == 0 && folder->count > 0)
        qsort(folder->names, folder->count, sizeof *folder->names, compare_names);
    return result;
}

static bool
is_unchanged(const struct folder *folder, const struct stat *status)
{
    const struct stat *old = &folder->status;
    return old->st_dev == status->st_dev && old->st_ino == status->st_ino &&
           nanoseconds(&old->st_mtim) == nanoseconds(&status->st_mtim) &&
           nanoseconds(&old->st_ctim) == nanoseconds(&status->st_ctim);
}

static bool
is_settled(const struct folder *folder)
{
    return folder->read_at - nanoseconds(&folder->status.st_mtim) > SETTLED_NS;
}

static bool
is_current(const struct folder *folder, const struct stat *status)
{
    if (!is_unchanged(folder, status))
        return false;
    long long age = now_ns() - folder->read_at;
    return age >= 0 && age < (is_settled(folder) ? LASTING_NS : MOMENT_NS);
}

static struct folder *
find_folder(const struct folder_index *index, const char *path)
{
    struct folder *folder = index->folders;
    while (folder != NULL && strcmp(folder->path, path) != 0)
        folder = folder->next;
    return folder;
}

/* NULL with errno. */
static struct folder *
add_folder(struct folder_index *index, const char *path)
{
    if (index->count == FOLDERS_MAX)
        forget_folders(index);
    struct folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL || (folder->path = strdup(path)) == NULL) {
        free(folder);
        return NULL;
    }
    folder->next = index->folders;
    index->folders = folder;
    index->count++;
    return folder;
}

/* Reads the index of a folder anew. NULL with errno. */
static struct folder *
read_folder(struct folder_index *index, struct folder *folder, const char *path)
{
    struct stat status;
    int fd = root_open_folder(index->root, path, &status);
    if (fd < 0)
        return NULL;
    if (folder == NULL && (folder = add_folder(index, path)) == NULL) {
        close(fd);
        errno = ENOMEM;
        return NULL;
    }
    folder->read_at = now_ns();
    folder->status = status;
    if (read_names(folder, fd) == 0)
        return folder;
    folder->status = (struct stat){0}; /* half read: not to be used again */
    return NULL;
}

static bool
look_at(const struct folder_index *index, const char *path, struct stat *status)
{
    return fstatat(index->root, *path != '\0' ? path : ".", status, 0) == 0;
}

/* The index of a folder as it is now. NULL with errno. Needs the lock. If this is the very folder
 * that was opened as `path` before, unchanged, how it is reached does not matter. */
static struct folder *
current_folder(struct folder_index *index, const char *path)
{
    struct stat status;
    struct folder *folder = find_folder(index, path);
    if (folder != NULL && look_at(index, path, &status) && is_current(folder, &status))
        return folder;
    return read_folder(index, folder, path);
}

/* The first of the names that fold to `name`. */
static size_t
first_match(const struct folder *folder, const char *name)
{
    size_t low = 0, high = folder->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcasecmp(folder->names[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int
add_candidate(struct folder_candidates *out, const char *start, size_t start_len, const char *name,
              const char *rest)
{
    if (out->count == FOLDER_CANDIDATES_MAX)
        return 0;
    char *path = NULL;
    if (asprintf(&path, "%.*s%s%s", (int)start_len, start, name, rest) < 0)
        return -1;
    out->paths[out->count++] = path;
    return 0;
}

/* Replaces the component of `path` at `at` by each name that it may mean. The part before `at`
 * already stands as in the file system. Needs the lock. */
static int
match_component(struct folder_index *index, const char *path, size_t at,
                struct folder_candidates *out)
{
    char *folder_path = strndup(path, at > 0 ? at - 1 : 0);
    if (folder_path == NULL)
        return -1;
    const struct folder *folder = current_folder(index, folder_path);
    free(folder_path);
    if (folder == NULL) /* no folder (any more), or a link out of the root: no candidate */
        return errno == ENOENT || errno == ENOTDIR || errno == EXDEV || errno == ELOOP ||
                       errno == EACCES
                   ? 0
                   : -1;
    size_t len = strcspn(path + at, "/");
    char *name = strndup(path + at, len);
    if (name == NULL)
        return -1;
    int result = 0;
    for (size_t i = first_match(folder, name);
         result == 0 && i < folder->count && strcasecmp(folder->names[i], name) == 0; i++)
        result = add_candidate(out, path, at, folder->names[i], path + at + len);
    free(name);
    return result;
}

/* Matches the component at `at` in each of the candidates. Needs the lock. */
static int
match_level(struct folder_index *index, size_t at, const struct folder_candidates *candidates,
            struct folder_candidates *next)
{
    int result = 0;
    next->count = 0;
    for (size_t i = 0; result == 0 && i < candidates->count; i++)
        result = match_component(index, candidates->paths[i], at, next);
    return result;
}

/* Matches all components, one level after the other. Needs the lock. */
static int
match_path(struct folder_index *index, const char *path, struct folder_candidates *out)
{
    struct folder_candidates levels[2] = {0};
    unsigned now = 0;
    int result = add_candidate(&levels[now], "", 0, path, "");
    for (size_t at = 0; result == 0 && levels[now].count > 0;) {
        result = match_level(index, at, &levels[now], &levels[1 - now]);
        folder_candidates_clear(&levels[now]);
        now = 1 - now;
        size_t len = strcspn(path + at, "/");
        if (path[at + len] == '\0')
            break;
        at += len + 1;
    }
    *out = levels[now];
    return result;
}

int
folder_candidates_find(struct folder_index *index, const char *path, struct folder_candidates *out,
                       struct prov_error *err)
{
    pthread_mutex_lock(&index->lock);
    int result = match_path(index, path, out);
    pthread_mutex_unlock(&index->lock);
    if (result == 0)
        return PROV_OK;
    int rc = prov_system_failed(err, "cannot read a folder");
    folder_candidates_clear(out);
    return rc;
}

static bool
begins(const struct folder *folder, size_t at, const char *start)
{
    return at < folder->count && strncasecmp(folder->names[at], start, strlen(start)) == 0;
}

/* Needs the lock. */
static bool
lacks(const struct folder_index *index, const char *folder_path, const char *name, bool beginning)
{
    struct stat status;
    const struct folder *folder = find_folder(index, folder_path);
    if (folder == NULL || !is_settled(folder) || !look_at(index, folder_path, &status) ||
        !is_current(folder, &status))
        return false;
    size_t at = first_match(folder, name);
    if (beginning)
        return !begins(folder, at, name);
    return at == folder->count || strcasecmp(folder->names[at], name) != 0;
}

static bool
lacks_path(struct folder_index *index, const char *path, bool beginning)
{
    char folder_path[NAME_LEN_MAX + 1];
    const char *slash = strrchr(path, '/');
    size_t len = slash != NULL ? (size_t)(slash - path) : 0;
    if (len >= sizeof folder_path)
        return false;
    memcpy(folder_path, path, len);
    folder_path[len] = '\0';
    pthread_mutex_lock(&index->lock);
    bool lacking = lacks(index, folder_path, slash != NULL ? slash + 1 : path, beginning);
    pthread_mutex_unlock(&index->lock);
    return lacking;
}

bool
folder_index_lacks(struct folder_index *index, const char *path)
{
    return lacks_path(index, path, false);
}

bool
folder_index_lacks_beginning(struct folder_index *index, const char *path)
{
    return lacks_path(index, path, true);
}

bool
folder_index_begins(struct folder_index *index, const char *const *starts, size_t count)
{
    bool found = false;
    pthread_mutex_lock(&index->lock);
    const struct folder *folder = current_folder(index, "");
    for (size_t i = 0; folder != NULL && i < count && !found; i++)
        found = begins(folder, first_match(folder, starts[i]), starts[i]);
    pthread_mutex_unlock(&index->lock);
    return found;
}

void
folder_candidates_clear(struct folder_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++) {
        free(candidates->paths[i]);
        candidates->paths[i] = NULL;
    }
    candidates->count = 0;
}
