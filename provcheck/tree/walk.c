/* SPDX-License-Identifier: MIT */
/* All files of a tree, by their names and modes. */
#include "provcheck/tree/internal.h"

#include "cli/array.h"
#include "families/load.h"
#include "ladder/rungs.h"
#include "tree/name.h"
#include "tree/roots.h"
#include "tree/search.h"

#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define TEMPORARY ".prov-*.tmp" /* as the library names what it is writing */

static const struct {
    const char *suffix;
    enum tree_kind kind;
} kinds[] = {
    {".tlv", TREE_LIST},
    {".cnf.xml.enc.sgn", TREE_ENCRYPTED},
    {".sgn", TREE_SIGNED},
};

static bool
is_excluded(const struct settings *settings, const char *path)
{
    const struct settings_sign *sign =
        settings != NULL && settings->build.sign_count > 0 ? &settings->build.signs[0] : NULL;
    for (size_t i = 0; sign != NULL && i < sign->exclude_count; i++)
        if (fnmatch(sign->exclude[i], path, FNM_CASEFOLD) == 0)
            return true;
    return false;
}

static enum tree_kind
kind_of(const struct tree *tree, const char *path)
{
    if (load_is_firmware(path) || is_excluded(tree->place->settings, path))
        return TREE_FIRMWARE;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (name_ends_with(path, kinds[i].suffix))
            return kinds[i].kind;
    return TREE_PLAIN;
}

/* --- names and modes */

static bool
is_askable(const char *name)
{
    for (; *name != '\0'; name++)
        if (*name < 0x20 || *name == 0x7f || *name == '\\')
            return false;
    return true;
}

static void
check_name(struct tree *tree, const struct tree_root *root, const char *path)
{
    size_t len = strlen(path);
    if (len > NAME_LEN_MAX)
        findings_add(tree->findings, NAME_IMPOSSIBLE, root->path, path, "its path has %zu bytes",
                     len);
    else if (!is_askable(prov_file_base(path)))
        findings_add(tree->findings, NAME_IMPOSSIBLE, root->path, path,
                     "its name holds characters that are not printable ASCII");
}

/* Below the secure root anybody may be the server. */
static bool
is_readable(const struct tree *tree, const struct tree_root *root, const struct stat *status,
            mode_t bits)
{
    return reader_may(&tree->reader, status, bits) || (!tree->reader.known && root->secure);
}

void
tree_check_mode(struct tree *tree, const struct tree_root *root, const char *path,
                const struct stat *status)
{
    bool folder = S_ISDIR(status->st_mode);
    if (!is_readable(tree, root, status, folder ? 0555 : 0444))
        findings_add(tree->findings, UNREADABLE, root->path, path,
                     "its mode is %04o, which does not let %s read it", status->st_mode & 07777U,
                     tree->reader.known ? "the server's user" : "others");
}

/* --- entries */

struct walk {
    struct tree *tree;
    struct tree_root *root;
    bool no_memory;
};

static void
add_file(struct walk *walk, const char *path, const struct stat *status)
{
    struct tree_root *root = walk->root;
    struct tree_file *files = array_room(root->files, root->count, sizeof *files);
    char *copy = files != NULL ? strdup(path) : NULL;
    if (files != NULL)
        root->files = files;
    walk->no_memory = walk->no_memory || copy == NULL;
    if (copy != NULL)
        files[root->count++] =
            (struct tree_file){.path = copy, .status = *status, .kind = kind_of(walk->tree, path)};
}

static void
see_file(struct walk *walk, const char *path, const struct stat *status)
{
    check_name(walk->tree, walk->root, path);
    add_file(walk, path, status);
}

/* As the server opens it: inside of the root, by relative links alone. */
static void
see_link(struct walk *walk, const char *path)
{
    struct stat status;
    int fd = root_open_file(walk->root->fd, path, &status);
    bool is_file = fd >= 0;
    if (fd < 0 && errno != EXDEV)
        fd = root_open_folder(walk->root->fd, path, &status);
    if (is_file)
        see_file(walk, path, &status);
    else if (fd < 0 && errno == EXDEV)
        findings_add(walk->tree->findings, LINK_OUTSIDE, walk->root->path, path,
                     "this link is absolute or leads out of the tree");
    else if (fd < 0 && (errno == EACCES || errno == EPERM))
        findings_add(walk->tree->findings, UNREADABLE, walk->root->path, path,
                     "this link leads to what cannot be read");
    else if (fd < 0)
        findings_add(walk->tree->findings, LINK_BROKEN, walk->root->path, path,
                     "this link leads nowhere");
    if (fd >= 0)
        close(fd);
}

/* False for a dot file, which nobody asks for; unfinished files of this project's, and the folder
 * in which it keeps lists, are no news. */
static bool
is_visible(struct walk *walk, const FTSENT *entry, const char *path)
{
    if (entry->fts_level == 0 || entry->fts_name[0] != '.')
        return true;
    bool ladder = entry->fts_level == 1 && strcmp(entry->fts_name, LADDER_FOLDER) == 0;
    if (entry->fts_info != FTS_DP && !ladder && fnmatch(TEMPORARY, entry->fts_name, 0) != 0)
        findings_add(walk->tree->findings, DOT_FILE, walk->root->path, path, "a dot %s",
                     entry->fts_info == FTS_D ? "folder" : "file");
    return false;
}

static void
see_entry(struct walk *walk, const FTSENT *entry, const char *path)
{
    switch (entry->fts_info) {
    case FTS_D:
        if (entry->fts_level > 0)
            check_name(walk->tree, walk->root, path);
        tree_check_mode(walk->tree, walk->root, path, entry->fts_statp);
        break;
    case FTS_DP:
        break;
    case FTS_F:
        see_file(walk, path, entry->fts_statp);
        break;
    case FTS_SL:
    case FTS_SLNONE:
        check_name(walk->tree, walk->root, path);
        see_link(walk, path);
        break;
    case FTS_DNR:
    case FTS_NS:
    case FTS_ERR:
        findings_add(walk->tree->findings, UNREADABLE, walk->root->path, path,
                     "it cannot be looked at: %s", strerror(entry->fts_errno));
        break;
    default:
        findings_add(walk->tree->findings, NOT_A_FILE, walk->root->path, path,
                     "this is a FIFO, a socket or a device");
    }
}

/* --- finding them again */

static int
by_path(const void *a, const void *b)
{
    const struct tree_file *x = a, *y = b;
    int order = strcasecmp(x->path, y->path);
    return order != 0 ? order : strcmp(x->path, y->path);
}

static int
by_base(const void *a, const void *b)
{
    const struct tree_file *const *x = a, *const *y = b;
    return strcasecmp(prov_file_base((*x)->path), prov_file_base((*y)->path));
}

static int
sort(struct tree_root *root, struct prov_error *err)
{
    root->bases = calloc(root->count + 1, sizeof(const struct tree_file *));
    if (root->bases == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (root->count == 0)
        return PROV_OK;
    qsort(root->files, root->count, sizeof *root->files, by_path);
    for (size_t i = 0; i < root->count; i++)
        root->bases[i] = &root->files[i];
    qsort(root->bases, root->count, sizeof(const struct tree_file *), by_base);
    return PROV_OK;
}

int
tree_walk(struct tree *tree, struct tree_root *root, struct prov_error *err)
{
    struct walk walk = {.tree = tree, .root = root};
    char *const roots[] = {(char *)root->path, NULL};
    int rc = root_open(root->path, &root->fd, err);
    FTS *fts =
        rc == PROV_OK ? fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL) : NULL;
    if (rc == PROV_OK && fts == NULL)
        rc = prov_system_failed(err, "cannot read the folder");
    FTSENT *entry;
    while (rc == PROV_OK && !walk.no_memory && (entry = fts_read(fts)) != NULL) {
        const char *path = entry->fts_path + strlen(root->path);
        path += strspn(path, "/");
        if (is_visible(&walk, entry, path))
            see_entry(&walk, entry, path);
        else
            (void)fts_set(fts, entry, FTS_SKIP);
    }
    if (fts != NULL)
        fts_close(fts);
    if (walk.no_memory)
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK)
        rc = sort(root, err);
    return rc;
}

void
tree_root_release(struct tree_root *root)
{
    for (size_t i = 0; i < root->count; i++)
        free(root->files[i].path);
    free(root->files);
    free(root->bases);
    if (root->fd >= 0)
        close(root->fd);
}

static int
compare_path(const void *path, const void *file)
{
    return strcasecmp(path, ((const struct tree_file *)file)->path);
}

size_t
tree_from(const struct tree_root *root, const char *path)
{
    bool there = false;
    return array_place(path, root->files, root->count, sizeof *root->files, compare_path, &there);
}

struct tree_file *
tree_find(const struct tree_root *root, const char *path)
{
    size_t first = tree_from(root, path), at = first;
    while (at < root->count && strcasecmp(root->files[at].path, path) == 0 &&
           strcmp(root->files[at].path, path) != 0)
        at++;
    if (at < root->count && strcmp(root->files[at].path, path) == 0)
        return &root->files[at];
    return at > first ? &root->files[first] : NULL;
}

/* From a signed file there, the server gives what stands after its header. The signed file itself
 * is named otherwise inside than a phone asks. */
const struct tree_file *
tree_find_searched(const struct tree_root *root, const char *name)
{
    char path[NAME_LEN_MAX + 1], signed_path[NAME_LEN_MAX + sizeof ".sgn"];
    const struct tree_file *found = NULL;
    if (!search_covers(name) || name_ends_with(name, ".sgn"))
        return NULL;
    for (size_t i = 0; i < root->search_count && found == NULL; i++) {
        if (!search_path(root->search[i], name, path))
            continue;
        snprintf(signed_path, sizeof signed_path, "%s.sgn", path);
        found = tree_find(root, path);
        if (found == NULL)
            found = tree_find(root, signed_path);
    }
    return found;
}

bool
tree_has(const struct tree_root *root, const char *path)
{
    struct stat status;
    if (root->search_count > 0 && tree_find_searched(root, path) != NULL)
        return true;
    path += strspn(path, "/");
    if (tree_find(root, path) != NULL)
        return true;
    int fd = root_open_file(root->fd, path, &status);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

bool
tree_has_folder(const struct tree_root *root, const char *path)
{
    struct stat status;
    size_t len = strlen(path), at = tree_from(root, path);
    for (; at < root->count && strncasecmp(root->files[at].path, path, len) == 0; at++)
        if (root->files[at].path[len] == '/')
            return true;
    int fd = root_open_folder(root->fd, path, &status);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

bool
tree_has_base(const struct tree_root *root, const char *base)
{
    const struct tree_file wanted = {.path = (char *)base}, *key = &wanted;
    return bsearch(&key, root->bases, root->count, sizeof(const struct tree_file *), by_base) !=
           NULL;
}
