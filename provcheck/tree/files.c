/* SPDX-License-Identifier: MIT */
/* The contents of files, each read once. */
#include "provcheck/tree/internal.h"

#include "checks/loads.h"
#include "tree/name.h"
#include "tree/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_MAX 65536                     /* of a load list */
#define DOWNLOAD_MAX PROV_DEVICECONFIG_MAX /* bytes of a file that is no firmware */

/* A file at hand. */
struct at_hand {
    struct tree *tree;
    const struct tree_root *root;
    const struct tree_file *file;
};

static void
report_key(struct tree *tree, const struct tree_root *root, const struct tree_file *file)
{
    tree_report(tree, KEY_IN_TREE, root, file, "it holds a private key");
}

/* True if it holds a key. */
static bool
check_large(struct tree *tree, const struct tree_root *root, const struct tree_file *file)
{
    int fd = tree_open(tree, root, file);
    if (fd < 0)
        return false;
    bool key = secret_in_file(fd) > 0;
    if (key)
        report_key(tree, root, file);
    close(fd);
    return key;
}

/* --- an unsigned file beside the signed one: phones without a trust list get that */

static bool
is_signed(const struct tree_file *file)
{
    return file->kind == TREE_SIGNED;
}

static void
check_unsigned(struct tree *tree, const struct tree_root *root, const struct tree_file *file,
               struct prov_span content)
{
    enum tree_slot slot;
    const struct tree_phone *phone = tree_phone_of(tree, file->path, &slot);
    if (phone != NULL && slot == SLOT_SIGNED && phone->is_stub)
        return;
    char *path = strndup(file->path, strlen(file->path) - strlen(".sgn"));
    const struct tree_file *clear = path != NULL ? tree_find(root, path) : NULL;
    bool small = clear != NULL && clear->status.st_size <= DOWNLOAD_MAX;
    struct prov_bytes *bytes = small ? tree_read(tree, root, clear, DOWNLOAD_MAX) : NULL;
    if (bytes != NULL && !prov_span_equal(prov_bytes_span(bytes), content))
        tree_report(tree, TWIN_DIFFERS, root, clear,
                    "the signed file beside it holds another text");
    prov_bytes_free(bytes);
    free(path);
}

/* --- one file */

static void
check_bytes(struct tree *tree, const struct tree_root *root, struct tree_file *file,
            struct prov_span bytes)
{
    struct prov_span content = bytes;
    if (file->kind == TREE_LIST)
        return;
    if (root->secure && file->kind != TREE_PLAIN) {
        tree_report(tree, SECURE_SIGNED, root, file, "a signed file below the secure root");
        return;
    }
    if (file->kind != TREE_PLAIN)
        tree_check_signed(tree, root, file, bytes, &content);
    if (content.len == 0 || file->kind == TREE_FIRMWARE)
        return;
    tree_check_content(tree, root, file, content);
    if (is_signed(file))
        check_unsigned(tree, root, file, content);
}

/* The vendor's, whatever its name; what is read whole shows it later. */
static bool
has_firmware_header(const struct tree_root *root, const struct tree_file *file)
{
    struct prov_signedfile *open = NULL;
    char *path = NULL;
    struct prov_error err;
    bool firmware = false;
    if (is_signed(file) && asprintf(&path, "%s/%s", root->path, file->path) >= 0 &&
        prov_signedfile_open(path, &open, &err) == PROV_OK)
        firmware = prov_header_is_firmware(prov_signedfile_header(open));
    prov_signedfile_free(open);
    free(path);
    return firmware;
}

/* A configuration of that size is discarded by a phone that said so (section 2). The vendor's own
 * archives of languages are larger. */
static void
check_size(struct tree *tree, const struct tree_root *root, const struct tree_file *file)
{
    enum tree_slot slot;
    long long size = file->status.st_size;
    bool config = tree_phone_of(tree, file->path, &slot) != NULL;
    bool archive = name_ends_with(file->path, ".jar") || name_ends_with(file->path, ".jar.sgn");
    if (file->kind == TREE_LIST || file->kind == TREE_FIRMWARE || archive || size <= DOWNLOAD_MAX)
        return;
    tree_report(tree, config ? TOO_LARGE : LARGE, root, file, "it has %lld bytes", size);
}

/* --- firmware */

static void
report_check(void *context, const struct check_finding *finding)
{
    const struct at_hand *at = context;
    findings_add_check(at->tree->findings, at->root->path, at->file->path, finding);
}

/* What a load list names stands beside it, or at the top, where phones ask for it. */
static void
check_load_list(struct tree *tree, const struct tree_root *root, const struct tree_file *file)
{
    struct at_hand at = {tree, root, file};
    size_t folder_len = (size_t)(prov_file_base(file->path) - file->path);
    char *folder = strndup(file->path, folder_len > 0 ? folder_len - 1 : 0);
    struct prov_bytes *bytes = folder != NULL ? tree_read(tree, root, file, LIST_MAX) : NULL;
    struct tree_asking asking = {.tree = tree, .folder = folder};
    const struct served_files files = {tree_served, &asking};
    if (bytes != NULL)
        loads_check(prov_bytes_span(bytes), &files, report_check, &at);
    prov_bytes_free(bytes);
    free(folder);
}

static void
report_denied(struct tree *tree, const struct tree_root *root, const struct tree_file *file)
{
    tree_report(tree, NAME_DENIED, root, file, "its name ends in .pem or .key");
}

/* False for a key, and for what has the name of one: nobody should be able to fetch it. */
static bool
check_file(struct tree *tree, const struct tree_root *root, struct tree_file *file)
{
    bool denied = name_is_denied(file->path);
    if (denied && faccessat(root->fd, file->path, R_OK, AT_EACCESS) != 0) {
        report_denied(tree, root, file);
        return false;
    }
    if (file->status.st_size == 0) {
        if (file->kind != TREE_LIST) /* harmless (phones.md, section 3) */
            tree_report(tree, EMPTY, root, file, "it is empty");
        return true;
    }
    if (file->status.st_size > DOWNLOAD_MAX && has_firmware_header(root, file))
        file->kind = TREE_FIRMWARE;
    if (!root->secure && name_ends_with(file->path, ".loads") && file->status.st_size <= LIST_MAX)
        check_load_list(tree, root, file);
    if (file->status.st_size > DOWNLOAD_MAX || file->kind == TREE_FIRMWARE) {
        check_size(tree, root, file);
        return !check_large(tree, root, file) && !denied;
    }
    struct prov_bytes *bytes = tree_read(tree, root, file, DOWNLOAD_MAX);
    if (bytes == NULL)
        return true;
    struct prov_span span = prov_bytes_span(bytes);
    bool key = secret_in_content(span.data, span.len);
    if (key)
        report_key(tree, root, file);
    else if (denied)
        report_denied(tree, root, file);
    else
        check_bytes(tree, root, file, span);
    prov_bytes_free(bytes);
    return !key && !denied;
}

/* Every user of the machine may look into the public tree, but not into the secure one. */
static void
check_exposed(struct tree *tree, const struct tree_root *root, const struct tree_file *file)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", root->path, file->path) < 0)
        return;
    if (tree_is_exposed(path) && tree_is_exposed(root->path))
        tree_report(tree, SECURE_EXPOSED, root, file, "its mode is %04o",
                    file->status.st_mode & 07777U);
    free(path);
}

void
tree_check_files(struct tree *tree, struct tree_root *root)
{
    for (size_t i = 0; i < root->count; i++) {
        if (check_file(tree, root, &root->files[i]))
            tree_check_mode(tree, root, root->files[i].path, &root->files[i].status);
        if (root->secure)
            check_exposed(tree, root, &root->files[i]);
    }
}
