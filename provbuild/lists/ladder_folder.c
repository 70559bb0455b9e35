/* SPDX-License-Identifier: MIT */
/* The folder of lists in turns, opened and written to beneath the tree. */
#include "provbuild/lists/ladder_folder.h"

#include "tree/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE 0755
#define FILE_MODE 0644
#define TABLE_PATH LADDER_FOLDER "/" LADDER_TABLE

static int
open_tree(const char *tree, int *fd, struct prov_error *err)
{
    *fd = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *fd >= 0 ? PROV_OK : prov_system_failed(err, "cannot open %s", tree);
}

/* One that is missing is right. */
static int
check_kind(int root, const char *tree, const char *name, mode_t kind, struct prov_error *err)
{
    struct stat status;
    if (fstatat(root, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? PROV_OK
                               : prov_system_failed(err, "cannot look at %s/%s", tree, name);
    if ((status.st_mode & S_IFMT) == kind)
        return PROV_OK;
    return prov_fail(err, PROV_E_EXISTS,
                     "%s/%s is not the %s that provbuild makes there, so the server would not find "
                     "lists that are given in turns; move it away, and run provbuild again",
                     tree, name, kind == S_IFDIR ? "folder" : "file");
}

int
ladder_folder_check(const char *tree, struct prov_error *err)
{
    int root = -1;
    int rc = open_tree(tree, &root, err);
    if (rc != PROV_OK)
        return rc;
    rc = check_kind(root, tree, LADDER_FOLDER, S_IFDIR, err);
    if (rc == PROV_OK)
        rc = check_kind(root, tree, TABLE_PATH, S_IFREG, err);
    close(root);
    return rc;
}

int
ladder_folder_open(const char *tree, int *fd, struct prov_error *err)
{
    int root = -1;
    *fd = -1;
    int rc = open_tree(tree, &root, err);
    if (rc != PROV_OK)
        return rc;
    if (mkdirat(root, LADDER_FOLDER, FOLDER_MODE) != 0 && errno != EEXIST)
        rc = prov_system_failed(err, "cannot make %s/" LADDER_FOLDER, tree);
    if (rc == PROV_OK)
        *fd = beneath_open(root, LADDER_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (rc == PROV_OK && *fd < 0)
        rc = prov_system_failed(err, "cannot open %s/" LADDER_FOLDER, tree);
    close(root);
    return rc;
}

static bool
holds(int folder, const char *name, struct prov_span content)
{
    uint8_t *stands = malloc(content.len + 1);
    size_t got = 0;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool same = stands != NULL && fd >= 0 &&
                prov_read_full(fd, stands, content.len + 1, &got, NULL) == PROV_OK &&
                prov_span_equal((struct prov_span){stands, got}, content);
    free(stands);
    if (fd >= 0)
        close(fd);
    return same;
}

int
ladder_folder_put(int fd, const char *name, struct prov_span content, struct prov_error *err)
{
    if (holds(fd, name, content))
        return PROV_OK;
    struct prov_batch *batch = prov_batch_new();
    if (batch == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = prov_batch_put_at(batch, fd, name, FILE_MODE, content.data, content.len, err);
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, err);
    prov_batch_free(batch);
    return rc;
}
