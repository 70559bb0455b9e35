/* SPDX-License-Identifier: MIT */
/* Files of the tree as phones get them, for the checkers that ask about other files. */
#include "provcheck/tree/internal.h"

#include "tree/name.h"
#include "tree/roots.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

size_t
tree_seek_content(int fd, bool is_signed)
{
    uint8_t prefix[PROV_HEADER_PREFIX];
    size_t got = 0, header_len = 0;
    if (is_signed && (prov_read_full(fd, prefix, sizeof prefix, &got, NULL) != PROV_OK ||
                      prov_header_length(prefix, got, &header_len, NULL) != PROV_OK))
        header_len = 0;
    return lseek(fd, (off_t)header_len, SEEK_SET) >= 0 ? header_len : 0;
}

/* Size and first bytes of what a file holds. */
static void
read_start(int fd, const struct stat *status, bool is_signed, struct served *out)
{
    uint64_t size = (uint64_t)status->st_size, header_len = tree_seek_content(fd, is_signed);
    *out = (struct served){.size = size > header_len ? size - header_len : 0};
    if (prov_read_full(fd, out->start, sizeof out->start, &out->start_len, NULL) != PROV_OK)
        out->start_len = 0; /* it is there all the same */
}

static bool
find_file(const struct tree_root *root, const char *path, bool is_signed, struct served *out)
{
    struct stat status;
    const struct tree_file *file = tree_find(root, path);
    int fd = root_open_file(root->fd, file != NULL ? file->path : path, &status);
    if (fd < 0 && file != NULL) { /* there, as its folder says */
        *out = (struct served){.size = (uint64_t)file->status.st_size};
        return true;
    }
    if (fd < 0)
        return false;
    read_start(fd, &status, is_signed, out);
    close(fd);
    return true;
}

/* In a folder ("": the root), by itself or signed; the server takes the signed one for the other.
 */
static bool
find_in(const struct tree_asking *asking, const char *folder, const char *name, struct served *out)
{
    char path[NAME_LEN_MAX + 1], signed_path[NAME_LEN_MAX + 8];
    const struct tree_root *root = &asking->tree->root;
    name += strspn(name, "/");
    int len = snprintf(path, sizeof path, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", name);
    if (len < 0 || (size_t)len >= sizeof path)
        return false;
    snprintf(signed_path, sizeof signed_path, "%s.sgn", path);
    return (!asking->only_signed && find_file(root, path, false, out)) ||
           find_file(root, signed_path, true, out);
}

/* In the folders that the server searches for a bare name. */
static bool
find_searched(const struct tree_asking *asking, const char *name, struct served *out)
{
    const struct tree_root *root = &asking->tree->root;
    const struct tree_file *file =
        asking->only_signed ? NULL : tree_find_searched(root, name + strspn(name, "/"));
    return file != NULL && find_file(root, file->path, name_ends_with(file->path, ".sgn"), out);
}

bool
tree_served(void *context, const char *name, struct served *out)
{
    const struct tree_asking *asking = context;
    if (asking->folder[0] != '\0' && find_in(asking, asking->folder, name, out))
        return true;
    if (find_in(asking, "", name, out) || find_searched(asking, name, out))
        return true;
    if (asking->missing != NULL)
        asking->missing(asking->context, name);
    return false;
}
