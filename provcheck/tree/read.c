/* SPDX-License-Identifier: MIT */
/* Opens and reads files of a root; what cannot be read is a finding. */
#include "provcheck/tree/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int
tree_open(struct tree *tree, const struct tree_root *root, const struct tree_file *file)
{
    int fd = openat(root->fd, file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno != ENOENT)
        tree_report(tree, UNREADABLE, root, file, "it cannot be opened: %s", strerror(errno));
    return fd;
}

static int
fill(struct prov_bytes *bytes, int fd, size_t max, struct prov_error *err)
{
    uint8_t buffer[16384];
    size_t total = 0;
    ssize_t got;
    while ((got = read(fd, buffer, sizeof buffer)) > 0) {
        total += (size_t)got;
        if (total > max)
            return prov_fail(err, PROV_E_LIMIT, "it grows while it is read");
        int rc = prov_bytes_put(bytes, buffer, (size_t)got, err);
        if (rc != PROV_OK)
            return rc;
    }
    return got == 0 ? PROV_OK : prov_fail(err, PROV_E_SYSTEM, "%s", strerror(errno));
}

struct prov_bytes *
tree_read(struct tree *tree, const struct tree_root *root, const struct tree_file *file, size_t max)
{
    struct prov_error err = {.text = "out of memory"};
    int fd = tree_open(tree, root, file);
    if (fd < 0)
        return NULL;
    struct prov_bytes *bytes = prov_bytes_new(max);
    if (bytes == NULL || fill(bytes, fd, max, &err) != PROV_OK) {
        tree_report(tree, UNREADABLE, root, file, "it cannot be read: %s", err.text);
        prov_bytes_free(bytes);
        bytes = NULL;
    }
    close(fd);
    return bytes;
}
