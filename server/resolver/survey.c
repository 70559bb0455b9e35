/* SPDX-License-Identifier: MIT */
/* Finds what must not stand below the roots. */
#include "server/resolver/survey.h"

#include "cli/array.h"
#include "ladder/rungs.h"
#include "tree/name.h"
#include "tree/roots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Folders still to be read, as paths below the root. */
struct unseen {
    char **paths;
    size_t count;
};

static bool
push(struct unseen *unseen, char *path)
{
    char **paths = path != NULL ? array_room(unseen->paths, unseen->count, sizeof *paths) : NULL;
    if (paths == NULL) {
        free(path);
        return false;
    }
    unseen->paths = paths;
    paths[unseen->count++] = path;
    return true;
}

static char *
join(const char *folder, const char *name)
{
    char *path = NULL;
    int len = asprintf(&path, "%s%s%s", folder, *folder != '\0' ? "/" : "", name);
    return len >= 0 ? path : NULL;
}

/* A file that this project's programs are writing, or were when they were killed. */
static bool
is_temporary(const char *name)
{
    size_t len = strlen(name);
    return strncmp(name, ".prov-", 6) == 0 && len > 4 && strcmp(name + len - 4, ".tmp") == 0;
}

static void
see_file(const struct survey *survey, const char *path, const char *name)
{
    const char *why = NULL;
    if (*name == '.')
        why = is_temporary(name) ? NULL : "dot files are never served";
    else if (name_is_denied(path))
        why = "files of this name are taken for keys and never served";
    else if (survey->holds_secret(survey->context, survey->root, path))
        why = "it holds a private key";
    if (why != NULL)
        survey->found(survey->context, survey->root, path, why);
}

/* An entry of a folder; links are left alone: what they lead to stands elsewhere in the root, or
 * cannot be reached. */
static bool
see_entry(const struct survey *survey, struct unseen *unseen, int folder, const char *path,
          const char *name)
{
    struct stat status;
    bool whole = true;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT;
    if (S_ISDIR(status.st_mode)) {
        if (strcmp(path, LADDER_FOLDER) == 0) /* served by its table alone */
            return true;
        if (*name == '.')
            survey->found(survey->context, survey->root, path, "dot folders are never served");
        else
            whole = push(unseen, strdup(path));
    } else if (S_ISREG(status.st_mode)) {
        see_file(survey, path, name);
    }
    return whole;
}

static bool
see_folder(const struct survey *survey, struct unseen *unseen, const char *folder_path)
{
    struct stat status;
    int fd = root_open_folder(survey->root, folder_path, &status);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    if (stream == NULL) {
        if (fd >= 0)
            close(fd);
        return errno == ENOENT;
    }
    bool whole = true;
    const struct dirent *entry;
    while (!survey->stopped(survey->context) && (entry = readdir(stream)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *path = join(folder_path, entry->d_name);
        whole =
            path != NULL && see_entry(survey, unseen, dirfd(stream), path, entry->d_name) && whole;
        free(path);
    }
    closedir(stream);
    return whole;
}

bool
survey_root(const struct survey *survey)
{
    struct unseen unseen = {0};
    bool whole = push(&unseen, strdup(""));
    while (unseen.count > 0) {
        char *path = unseen.paths[--unseen.count];
        whole = see_folder(survey, &unseen, path) && whole;
        free(path);
    }
    free(unseen.paths);
    return whole;
}
