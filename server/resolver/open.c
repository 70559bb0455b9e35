/* SPDX-License-Identifier: MIT */
/* Opening a path below a root: judged by how it is reached and what it holds, and in any case. */
#include "server/resolver/internal.h"

#include "server/log/log.h"
#include "tree/name.h"
#include "tree/roots.h"

#include <prov/text.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
resolver__say_once(const struct root *root, const char *path, const char *text)
{
    char shown[PROV_PRINTABLE_SIZE(NAME_LEN_MAX)], subject[PATH_MAX + NAME_LEN_MAX];
    prov_printable(path, strlen(path), shown, sizeof shown);
    snprintf(subject, sizeof subject, "%s/%s", root->path, path);
    log_warn_once(subject, "%s/%s: %s", root->path, shown, text);
}

/* What an errno of opening or reading means to the one who asked. */
static enum opened
judge_error(const struct root *root, const char *path, int error)
{
    char text[128];
    switch (error) {
    case ENOENT:
        return ABSENT;
    case EXDEV:
    case ELOOP:
        resolver__say_once(
            root, path,
            "not served: a link on the way is absolute, leads out of the root or in a circle; "
            "make it relative (ln -sr)");
        return WITHHELD;
    case EACCES:
    case EPERM:
        resolver__say_once(root, path,
                           "not served: this user may not read it; give it read permission");
        return WITHHELD;
    default:
        snprintf(text, sizeof text, "cannot be read: %s", strerror(error));
        resolver__say_once(root, path, text);
        return BROKEN;
    }
}

/* The same where nothing says that all of `path` exists: then only its first folder is named. */
static enum opened
judge_lookup_error(const struct root *root, const char *path, int error)
{
    char first[NAME_LEN_MAX + 1];
    if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG)
        return ABSENT;
    snprintf(first, sizeof first, "%.*s", (int)strcspn(path, "/"), path);
    return judge_error(root, first, error);
}

/* A link may lead to what its own name does not show. Without one, the name was judged before. */
static bool
target_is_denied(const struct root *root, const char *path, int fd)
{
    char real[PATH_MAX];
    if (root_real_name(root->fd, fd, real, sizeof real) &&
        (strcmp(real, path) == 0 || !name_is_denied(real)))
        return false;
    resolver__say_once(root, path, "not served: the link leads to a file that is never served");
    return true;
}

static enum opened
judge_content(const struct root *root, const char *path, enum content_answer answer)
{
    switch (answer) {
    case CONTENT_FOUND:
        return OPENED;
    case CONTENT_WAITING:
        return UNREADY;
    case CONTENT_SECRET:
        resolver__say_once(
            root, path,
            "not served: it holds a private key; take it out of the tree, and make a new key "
            "if it was ever served");
        return WITHHELD;
    case CONTENT_FAILED:
        return judge_error(root, path, errno);
    default:
        return ABSENT;
    }
}

enum opened
resolver__open_exact(struct resolver *resolver, const struct root *root, const char *path,
                     bool stripped, struct resolver_file **out)
{
    struct content_key key = {root->fd, path, stripped};
    struct stat status;
    if (fstatat(root->fd, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return judge_lookup_error(root, path, errno);
    /* If this is the very file that was opened as `path` before, how it is reached does not matter:
     * most requests end here, after one system call. */
    enum content_answer answer = CONTENT_UNKNOWN;
    bool link = !S_ISREG(status.st_mode);
    if (!link)
        answer = content_find(resolver->store, &key, &status, out);
    if (answer != CONTENT_UNKNOWN)
        return judge_content(root, path, answer);
    int fd = root_open_file(root->fd, path, &status);
    if (fd < 0)
        return judge_error(root, path, errno);
    if (target_is_denied(root, path, fd)) {
        close(fd);
        return WITHHELD;
    }
    if (link)
        answer = content_find(resolver->store, &key, &status, out);
    if (answer != CONTENT_UNKNOWN)
        close(fd);
    else
        answer = content_load(resolver->store, &key, fd, false, out);
    return judge_content(root, path, answer);
}

/* --- names in any case */

static enum opened
open_folded(struct resolver *resolver, const struct root *root, const char *path, bool stripped,
            struct resolver_file **out)
{
    struct folder_candidates candidates;
    struct prov_error err = {0};
    if (folder_candidates_find(root->index, path, &candidates, &err) != PROV_OK) {
        log_warn_once("folders", "%s: %s", root->path, err.text);
        return BROKEN;
    }
    enum opened result = ABSENT;
    for (size_t i = 0; i < candidates.count && result == ABSENT; i++)
        result = resolver__open_exact(resolver, root, candidates.paths[i], stripped, out);
    if (result == OPENED && candidates.count > 1)
        resolver__say_once(
            root, candidates.paths[0],
            "several files have this name in other letter cases; the first in byte order is "
            "served, keep one of them");
    folder_candidates_clear(&candidates);
    return result;
}

/* The exact name wins. Names that somebody makes up are not looked for one by one. */
enum opened
resolver__open_any_case(struct resolver *resolver, const struct root *root, const char *path,
                        bool stripped, struct resolver_file **out)
{
    struct content_key key = {root->fd, path, stripped};
    if (!content_knows(resolver->store, &key) && folder_index_lacks(root->index, path))
        return ABSENT;
    enum opened result = resolver__open_exact(resolver, root, path, stripped, out);
    return result == ABSENT ? open_folded(resolver, root, path, stripped, out) : result;
}

enum resolver_answer
resolver__answer_without_file(enum opened result)
{
    if (result == UNREADY)
        return RESOLVER_WAITING;
    return result == BROKEN ? RESOLVER_FAILED : RESOLVER_MISSING;
}
