/* SPDX-License-Identifier: MIT */
/* Finds the files that stand for a phone, and those that were meant to. */
#include "provcheck/why/reading.h"

#include "tree/reader.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH 2 /* folders into which somebody may have put a configuration */

struct look {
    struct why_place *place;
    const struct prov_mac *phone;
    const struct reader *reader;
};

/* --- names that were meant for it */

/* Of a name, what may be the MAC address in it: what follows SEP up to CNF, without what people put
 * between digits, and with the letter O for what it was meant to be. False if there is none. */
static bool
squeeze(const char *name, char out[static NAME_MAX + 1])
{
    size_t len = 0;
    for (; *name != '\0' && len < NAME_MAX; name++)
        if (isalnum((unsigned char)*name))
            out[len++] =
                (char)(toupper((unsigned char)*name) == 'O' ? '0' : toupper((unsigned char)*name));
    out[len] = '\0';
    char *start = strstr(out, "SEP"), *end = start != NULL ? strstr(start, "CNF") : NULL;
    if (end == NULL)
        return false;
    *end = '\0';
    memmove(out, start + 3, (size_t)(end - start) - 2);
    return true;
}

/* True if `text` is `mac` but for one digit too few or too many. */
static bool
lacks_or_adds_one(const char *text, const char *mac)
{
    const char *longer = strlen(text) > strlen(mac) ? text : mac;
    const char *shorter = longer == text ? mac : text;
    size_t same = 0;
    if (strlen(longer) != strlen(shorter) + 1)
        return false;
    while (shorter[same] != '\0' && longer[same] == shorter[same])
        same++;
    return strcmp(longer + same + 1, shorter + same) == 0;
}

/* Its name as it is, somewhere else or with something around it, or with one digit missing. */
static bool
was_meant(const char *name, const struct prov_mac *phone)
{
    char digits[NAME_MAX + 1];
    return squeeze(name, digits) &&
           (strcmp(digits, phone->text) == 0 || lacks_or_adds_one(digits, phone->text));
}

/* --- one folder */

/* Where nobody knows who the server is, nothing is said. */
static bool
is_unreadable(const struct reader *reader, const struct stat *status)
{
    return reader->known && !reader_may(reader, status, 0444);
}

static void
note_file(const struct look *look, enum why_file file, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    look->place->files[file] =
        (struct why_stands){.there = true,
                            .unreadable = is_unreadable(look->reader, &status),
                            .changed = status.st_mtime};
}

static void
note_list(struct why_place *place, const char *name)
{
    for (size_t kind = 0; kind < TRUST_KINDS; kind++)
        if (strcasecmp(name, trust_list_name((enum trust_kind)kind)) == 0)
            place->common[kind] = true;
}

static void
note_odd(struct why_place *place, const char *path)
{
    const char *below = path + strlen(place->path);
    if (place->odd[0] == '\0')
        snprintf(place->odd, sizeof place->odd, "%s", below + strspn(below, "/"));
}

static int walk(const struct look *look, const char *folder, unsigned depth,
                struct prov_error *err);

static int
see(const struct look *look, const char *folder, const struct dirent *entry, unsigned depth,
    struct prov_error *err)
{
    char *path = NULL;
    struct stat status;
    if (entry->d_name[0] == '.')
        return PROV_OK;
    if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    enum why_file file = depth == 0 ? why_file_of(entry->d_name, look->phone) : WHY_OTHER;
    int rc = PROV_OK;
    if (file != WHY_OTHER)
        note_file(look, file, path);
    else if (was_meant(entry->d_name, look->phone))
        note_odd(look->place, path);
    else if (depth == 0)
        note_list(look->place, entry->d_name);
    if (depth + 1 < DEPTH && entry->d_type == DT_DIR && stat(path, &status) == 0)
        rc = walk(look, path, depth + 1, err);
    free(path);
    return rc;
}

/* A folder below that cannot be read holds nothing that matters. */
static int
walk(const struct look *look, const char *folder, unsigned depth, struct prov_error *err)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int rc = PROV_OK;
    if (dir == NULL)
        return depth > 0 ? PROV_OK : prov_system_failed(err, "%s cannot be read", folder);
    while (rc == PROV_OK && (errno = 0, entry = readdir(dir)) != NULL)
        rc = see(look, folder, entry, depth, err);
    closedir(dir);
    return rc;
}

/* --- its certificate */

static void
read_certificate(const struct settings *settings, struct why_facts *facts)
{
    struct prov_identity *device = NULL;
    char path[PATH_MAX];
    facts->has_devices = settings->devices != NULL;
    if (!facts->has_devices)
        return;
    snprintf(path, sizeof path, "%s/SEP%s.pem", settings->devices, facts->phone.text);
    facts->has_certificate = prov_encrypted_load_device(path, &device, NULL) == PROV_OK;
    if (facts->has_certificate)
        facts->certificate_ends = prov_identity_not_after(device);
    prov_identity_free(device);
}

int
why_read_files(const struct why_question *question, struct why_facts *facts, struct prov_error *err)
{
    struct reader reader;
    int rc = PROV_OK;
    reader_find(&reader, question->settings->user);
    for (enum why_folder folder = 0; rc == PROV_OK && folder < WHY_FOLDERS; folder++) {
        /* What the server reads; sources are provbuild's. */
        struct reader all = {.known = true, .uid = 0};
        const struct look look = {&facts->places[folder], &facts->phone,
                                  folder == WHY_SOURCE ? &all : &reader};
        if (facts->places[folder].path != NULL)
            rc = walk(&look, facts->places[folder].path, 0, err);
    }
    if (rc == PROV_OK)
        read_certificate(question->settings, facts);
    return rc;
}
