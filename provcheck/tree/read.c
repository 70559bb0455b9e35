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

/* Why it could not be read. */
static const char *
reason(const struct prov_error *err)
{
    return err->code == PROV_E_LIMIT    ? "it grows while it is read"
           : err->code == PROV_E_SYSTEM ? strerror(err->sys)
                                        : err->text;
}

struct prov_bytes *
tree_read(struct tree *tree, const struct tree_root *root, const struct tree_file *file, size_t max)
{
    struct prov_error err = {.text = "out of memory"};
    uint8_t buffer[16384];
    size_t got = sizeof buffer;
    int fd = tree_open(tree, root, file);
    if (fd < 0)
        return NULL;
    struct prov_bytes *bytes = prov_bytes_new(max);
    int rc = bytes != NULL ? PROV_OK : PROV_E_MEMORY;
    while (rc == PROV_OK && got == sizeof buffer) {
        rc = prov_read_full(fd, buffer, sizeof buffer, &got, &err);
        if (rc == PROV_OK)
            rc = prov_bytes_put(bytes, buffer, got, &err);
    }
    if (rc != PROV_OK) {
        tree_report(tree, UNREADABLE, root, file, "it cannot be read: %s", reason(&err));
        prov_bytes_free(bytes);
        bytes = NULL;
    }
    close(fd);
    return bytes;
}
