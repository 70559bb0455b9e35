/* SPDX-License-Identifier: MIT */
/* The layout of what is signed, from the trust lists that stand beside it. */
#include "cli/lists.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KINDS 2
#define PHONE_LEN (sizeof "SEP" - 1 + PROV_MAC_LEN)

static const char *const kinds[KINDS] = {"ITL", "CTL"};

/* What the lists said so far. */
struct choice {
    const struct cli_common *common;
    const struct prov_layout *layout; /* NULL: nothing */
    char *list;                       /* which list said so */
    char *general[KINDS];             /* the lists for all that were looked at last */
};

int
cli_read_list(const char *path, struct prov_trustlist **list, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    int rc = prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &content, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span bytes = prov_bytes_span(content);
    rc = prov_trustlist_read(bytes.data, bytes.len, list, err);
    prov_bytes_free(content);
    return rc;
}

/* A doubt about the list at `path`: refuses, or warns with --force. */
static bool
doubt(const struct choice *choice, const char *path, const char *text)
{
    if (choice->common->force)
        cli_warn(path, "%s", text);
    else
        cli_error(path, "%s, or give --force", text);
    return choice->common->force;
}

static bool
contradicts(const struct choice *choice, const char *path, const struct prov_layout *found,
            const struct prov_layout *wanted)
{
    char text[PROV_ERROR_TEXT_MAX];
    if (choice->common->layout != NULL)
        snprintf(text, sizeof text,
                 "phones hold this list, in the layout %s, and compare the signer's name with it "
                 "byte by byte, so that they would refuse what is signed in the layout %s; leave "
                 "--layout out",
                 prov_layout_name(found), prov_layout_name(wanted));
    else
        snprintf(text, sizeof text,
                 "this list is in the layout %s, and %s in the layout %s, so that no layout suits "
                 "the phones of both; sign for one after the other, with --layout",
                 prov_layout_name(found), choice->list, prov_layout_name(wanted));
    return doubt(choice, path, text);
}

static bool
take_layout(struct choice *choice, const char *path, const struct prov_layout *found)
{
    const struct prov_layout *wanted =
        choice->common->layout != NULL ? choice->common->layout : choice->layout;
    if (found == NULL)
        return choice->common->layout != NULL ||
               doubt(choice, path,
                     "this list is written in none of the layouts, so in which one phones know the "
                     "signer cannot be told; say it with --layout");
    if (wanted != NULL && wanted != found)
        return contradicts(choice, path, found, wanted);
    if (choice->list == NULL)
        choice->list = strdup(path);
    choice->layout = found;
    return choice->list != NULL || (cli_error(NULL, "out of memory"), false);
}

static bool
take_list(struct choice *choice, const char *path)
{
    struct prov_error err;
    struct prov_trustlist *list = NULL;
    char text[PROV_ERROR_TEXT_MAX + 128];
    if (cli_read_list(path, &list, &err) != PROV_OK) {
        if (err.code == PROV_E_SYSTEM && err.sys == ENOENT)
            return true;
        snprintf(text, sizeof text,
                 "the list cannot be read (%s), so in which layout phones know the signer cannot "
                 "be told; %s",
                 err.text, cli_mend(&err, "put the right list back"));
        return doubt(choice, path, text);
    }
    bool taken = take_layout(choice, path, prov_trustlist_layout(list, choice->common->layout));
    prov_trustlist_free(list);
    return taken;
}

/* `folder` with its slash at the end, as far as it has one. */
static char *
list_path(const char *folder, size_t folder_len, const char *kind, const char *phone)
{
    char *path = NULL;
    bool phones = phone != NULL;
    if (asprintf(&path, "%.*s%s%.*s.tlv", (int)folder_len, folder, kind,
                 phones ? (int)PHONE_LEN : (int)strlen("File"), phones ? phone : "File") < 0)
        path = NULL;
    return path;
}

static bool
is_phone(const char *base)
{
    char name[PHONE_LEN + 1];
    struct prov_mac mac;
    snprintf(name, sizeof name, "%s", base);
    return prov_mac_of_file(name, "", "", &mac);
}

/* The list of this kind for all, read once for all files of a folder. */
static bool
take_general(struct choice *choice, size_t kind, char *path)
{
    char **last = &choice->general[kind];
    if (*last != NULL && strcmp(*last, path) == 0) {
        free(path);
        return true;
    }
    free(*last);
    *last = path;
    return take_list(choice, path);
}

static bool
take_kind(struct choice *choice, size_t kind, const char *folder, size_t folder_len,
          const char *base)
{
    struct stat status;
    char *own = is_phone(base) ? list_path(folder, folder_len, kinds[kind], base) : NULL;
    /* An empty one only spares the phone's question an error, and it holds the list for all. */
    bool has_own = own != NULL && stat(own, &status) == 0 && status.st_size > 0;
    bool taken = has_own && take_list(choice, own);
    free(own);
    if (has_own)
        return taken;
    char *general = list_path(folder, folder_len, kinds[kind], NULL);
    if (general == NULL)
        cli_error(NULL, "out of memory");
    return general != NULL && take_general(choice, kind, general);
}

static bool
take_file(struct choice *choice, const char *root, const char *file)
{
    const char *base = prov_file_base(file);
    const char *folder = root != NULL ? root : file;
    size_t folder_len = root != NULL ? strlen(root) : (size_t)(base - file);
    bool taken = true;
    for (size_t kind = 0; taken && kind < KINDS; kind++)
        taken = take_kind(choice, kind, folder, folder_len, base);
    return taken;
}

bool
cli_layout_of_lists(const struct cli_common *common, const char *root, char *const *files,
                    size_t count, const struct prov_layout **out)
{
    struct choice choice = {.common = common};
    char *folder = NULL;
    bool chosen = root == NULL || asprintf(&folder, "%s/", root) >= 0;
    if (!chosen) {
        folder = NULL;
        cli_error(NULL, "out of memory");
    }
    for (size_t i = 0; chosen && i < count; i++)
        chosen = take_file(&choice, folder, files[i]);
    *out = common->layout != NULL ? common->layout : choice.layout;
    free(folder);
    free(choice.list);
    for (size_t kind = 0; kind < KINDS; kind++)
        free(choice.general[kind]);
    return chosen;
}
