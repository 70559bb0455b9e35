/* SPDX-License-Identifier: MIT */
/* What is read for a change: its certificates, known by their digests wherever the settings say
 * that they lie, and whether keys are at hand. */
#include "provbuild/change/internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEX_SIZE (2 * LIST_SHA256_LEN + 1)

static bool
digest_of(const struct prov_identity *certificate, char out[static HEX_SIZE])
{
    struct prov_hash hash;
    if (prov_identity_hash(certificate, PROV_SHA256, &hash, NULL) != PROV_OK)
        return false;
    prov_hex(hash.value, hash.len, out, HEX_SIZE);
    return true;
}

static struct prov_identity *
load(const char *path)
{
    struct prov_identity *certificate = NULL;
    return prov_identity_load(path, PROV_NEED_CERTIFICATE, NULL, NULL, &certificate, NULL) ==
                   PROV_OK
               ? certificate
               : NULL;
}

bool
rotation_is_certificate(const char *path, const char *recorded)
{
    char digest[HEX_SIZE];
    struct prov_identity *certificate = recorded != NULL ? load(path) : NULL;
    bool is =
        certificate != NULL && digest_of(certificate, digest) && strcmp(digest, recorded) == 0;
    prov_identity_free(certificate);
    return is;
}

bool
rotation_lacks_key(const char *path)
{
    struct prov_identity *identity = NULL;
    int rc = prov_identity_load(path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY, NULL, NULL, &identity,
                                NULL);
    prov_identity_free(identity);
    return rc == PROV_E_FORMAT || (!prov_identity_is_uri(path) && access(path, R_OK) != 0);
}

/* --- paths */

bool
rotation_same_file(const char *recorded, const char *path)
{
    char *absolute = recorded != NULL && path != NULL ? run_real_path(path) : NULL;
    bool same = absolute != NULL && strcmp(absolute, recorded) == 0;
    free(absolute);
    return same;
}

static int
set_path(char **path, char *value, struct prov_error *err)
{
    if (value == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    free(*path);
    *path = value;
    return PROV_OK;
}

typedef int each_path(struct record *record, char **path, struct prov_error *err);

static int
walk_paths(struct rotation *rotation, each_path *each, struct prov_error *err)
{
    struct wanted *wanted = &rotation->wanted;
    int rc = PROV_OK;
    for (size_t i = 0; i < wanted->list_count; i++)
        for (size_t k = 0; rc == PROV_OK && k < wanted->lists[i].entry_count; k++)
            rc = each(&rotation->record, &wanted->lists[i].entries[k].certificate, err);
    for (size_t i = 0; rc == PROV_OK && i < wanted->sign_count; i++)
        if (wanted->signs[i].certificate != NULL)
            rc = each(&rotation->record, &wanted->signs[i].certificate, err);
    return rc;
}

/* The path in the record follows a file that was moved. */
static int
follow_moved(struct record *record, char **path, struct prov_error *err)
{
    char **const recorded[] = {&record->from, &record->to};
    const char *const digests[] = {record->from_is, record->to_is};
    int rc = PROV_OK;
    if (rotation_same_file(record->from, *path) || rotation_same_file(record->to, *path))
        return PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < 2; i++)
        if (*recorded[i] != NULL && !prov_identity_is_uri(*recorded[i]) &&
            access(*recorded[i], R_OK) != 0 && rotation_is_certificate(*path, digests[i]))
            rc = set_path(recorded[i], run_real_path(*path), err);
    return rc;
}

static int
use_recorded(struct record *record, char **path, struct prov_error *err)
{
    bool from = rotation_same_file(record->from, *path);
    bool to = !from && rotation_same_file(record->to, *path);
    (void)err;
    if (!from && !to) {
        from = rotation_is_certificate(*path, record->from_is);
        to = !from && rotation_is_certificate(*path, record->to_is);
    }
    if (rotation_same_file(record->recovery, *path))
        *path = record->recovery;
    else if (from)
        *path = record->from;
    else if (to)
        *path = record->to;
    return PROV_OK;
}

int
rotation_want_settings(struct rotation *rotation, struct prov_error *err)
{
    wanted_release(&rotation->wanted);
    int rc = wanted_make(&rotation->run->settings->build, &rotation->wanted, err);
    if (rc == PROV_OK)
        rc = walk_paths(rotation, follow_moved, err);
    return rc == PROV_OK ? walk_paths(rotation, use_recorded, err) : rc;
}

/* --- files that the rules ask for */

static int
add_file(struct rotation *rotation, const char *path, struct change_file **out,
         struct prov_error *err)
{
    *out = NULL;
    if (rotation_file(rotation, path) != NULL)
        return PROV_OK;
    struct change_file *files =
        reallocarray(rotation->files, rotation->file_count + 1, sizeof *files);
    if (files == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    rotation->files = files;
    *out = &files[rotation->file_count++];
    **out = (struct change_file){.path = path};
    return PROV_OK;
}

/* Which keys are at hand, of those that may have to sign the list between. */
static int
look_for_key(struct rotation *rotation, const char *path, struct prov_error *err)
{
    struct change_file *file = NULL;
    int rc = add_file(rotation, path, &file, err);
    if (file != NULL)
        file->lacks_key = rotation_lacks_key(path);
    return rc;
}

static int
look_at_sast(struct rotation *rotation, const char *path, struct prov_error *err)
{
    struct change_file *file = NULL;
    int rc = add_file(rotation, path, &file, err);
    if (file != NULL)
        file->certificate = cli_identity(&rotation->run->common, path, PROV_NEED_CERTIFICATE);
    return rc;
}

int
rotation_look(struct rotation *rotation, struct prov_error *err)
{
    const struct record *record = &rotation->record;
    const char *key = record->via_recovery ? rotation->run->recovery_key : record->from;
    bool signer = record->change == RECORD_SIGNER;
    int rc = PROV_OK;
    if (record->change == RECORD_NONE || rotation->lost)
        return PROV_OK;
    if (!signer && key != NULL)
        rc = look_for_key(rotation, key, err);
    for (size_t i = 0; i < rotation->wanted.list_count; i++) {
        const struct settings_list *list = &rotation->wanted.lists[i];
        bool was_published = signer && rotation_newest(rotation, list) != NULL;
        for (size_t k = 0; rc == PROV_OK && k < list->entry_count; k++) {
            if (list->entries[k].role != PROV_ROLE_SAST)
                continue;
            if (was_published)
                rc = look_at_sast(rotation, list->entries[k].certificate, err);
            else if (!signer && key == NULL)
                rc = look_for_key(rotation, list->entries[k].certificate, err);
        }
    }
    return rc;
}

/* --- the new one */

static int
find_published(struct rotation *rotation, struct prov_error *err)
{
    const struct published *published = rotation->run->published;
    char digest[HEX_SIZE];
    for (size_t i = 0; i < published->count; i++) {
        const struct prov_trustlist *list = past_list_read(&published->at[i]);
        for (size_t k = 0; list != NULL && k < prov_trustlist_count(list); k++) {
            const struct prov_identity *listed = prov_trustlist_at(list, k)->certificate;
            if (listed == NULL || !digest_of(listed, digest) ||
                strcmp(digest, rotation->record.to_is) != 0)
                continue;
            struct prov_span der = prov_identity_der(listed);
            return prov_identity_from_der(der.data, der.len, &rotation->next, err);
        }
    }
    return PROV_OK;
}

int
rotation_load_next(struct rotation *rotation, struct prov_error *err)
{
    const struct record *record = &rotation->record;
    rotation->next = load(record->to);
    if (rotation->next != NULL)
        return PROV_OK;
    if (record->to_is == NULL)
        return prov_fail(err, PROV_E_UNFIT,
                         "a change to %s is under way, and nothing is built without it; put it "
                         "back",
                         record->to);
    int rc = find_published(rotation, err);
    rotation->lost = rotation->next != NULL;
    if (rc == PROV_OK && rotation->next == NULL) {
        report_warning(rotation->run->report, record->to,
                       "the new certificate cannot be read, and no list names it yet: the change "
                       "is given up");
        rotation_forget_change(rotation);
    }
    return rc;
}

int
rotation_note_begin(struct rotation *rotation, struct prov_error *err)
{
    struct record *record = &rotation->record;
    const struct fleet *fleet = rotation->run->fleet;
    const char *const paths[] = {record->from, record->to};
    char **const digests[] = {&record->from_is, &record->to_is};
    int rc = PROV_OK;
    record->heard = 1;
    for (size_t i = 0; rc == PROV_OK && i < 2; i++) {
        char digest[HEX_SIZE];
        struct prov_identity *certificate = load(paths[i]);
        if (certificate != NULL && digest_of(certificate, digest))
            rc = set_path(digests[i], strdup(digest), err);
        prov_identity_free(certificate);
    }
    for (size_t i = 0; rc == PROV_OK && i < fleet->count; i++) {
        if (fleet->at[i].seen > record->heard)
            record->heard = fleet->at[i].seen;
        if (fleet->at[i].seen == 0)
            rc = phones_add(&record->unseen, &fleet->at[i].phone, err);
    }
    return rc;
}

void
rotation_forget_change(struct rotation *rotation)
{
    struct record *record = &rotation->record;
    prov_identity_free(rotation->next);
    rotation->next = NULL;
    free(record->from);
    free(record->to);
    free(record->from_is);
    free(record->to_is);
    record->from = record->to = record->from_is = record->to_is = NULL;
    record->change = RECORD_NONE;
    record->heard = 0;
    record->via_recovery = record->signs = rotation->lost = false;
    phones_release(&record->unseen);
}
