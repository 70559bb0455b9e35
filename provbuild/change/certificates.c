/* SPDX-License-Identifier: MIT */
/* The certificates of a change: known by their digests, wherever the settings say that they lie. */
#include "provbuild/change/rotation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEX_SIZE (2 * HISTORY_SHA256_LEN + 1)

static bool
digest_of(const struct prov_identity *certificate, char out[static HEX_SIZE])
{
    struct prov_hash hash;
    if (prov_identity_hash(certificate, PROV_SHA256, &hash, NULL) != PROV_OK)
        return false;
    for (size_t i = 0; i < HISTORY_SHA256_LEN; i++)
        snprintf(out + 2 * i, 3, "%02x", hash.value[i]);
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

/* --- paths */

static int
set_path(char **path, char *value, struct prov_error *err)
{
    if (value == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    free(*path);
    *path = value;
    return PROV_OK;
}

/* `recorded`: the path in the record, which follows one that was moved. */
static int
settle(char **path, char **recorded, const char *digest, struct prov_error *err)
{
    if (rotation_same_path(*recorded, *path) || !rotation_is_certificate(*path, digest))
        return PROV_OK;
    if (!prov_identity_is_uri(*recorded) && access(*recorded, R_OK) != 0)
        return set_path(recorded, rotation_path(*path), err);
    return set_path(path, strdup(*recorded), err);
}

static int
settle_both(struct record *record, char **path, struct prov_error *err)
{
    int rc = PROV_OK;
    if (*path == NULL || rotation_same_path(record->old, *path) ||
        rotation_same_path(record->new, *path))
        return PROV_OK;
    rc = settle(path, &record->old, record->old_is, err);
    return rc == PROV_OK ? settle(path, &record->new, record->new_is, err) : rc;
}

int
rotation_settle_paths(struct rotation *rotation, struct prov_error *err)
{
    struct settings_build *build = &rotation->settings->build;
    int rc = PROV_OK;
    for (size_t i = 0; i < build->list_count; i++)
        for (size_t k = 0; rc == PROV_OK && k < build->lists[i].entry_count; k++)
            rc = settle_both(&rotation->record, &build->lists[i].entries[k].certificate, err);
    for (size_t i = 0; rc == PROV_OK && i < build->sign_count; i++)
        rc = settle_both(&rotation->record, &build->signs[i].certificate, err);
    return rc;
}

/* --- the new one */

static int
find_published(struct rotation *rotation, struct prov_error *err)
{
    const struct history *history = &rotation->run->fleet->history;
    char digest[HEX_SIZE];
    for (size_t i = 0; i < history->count; i++)
        for (size_t k = 0; k < prov_trustlist_count(history->at[i].list); k++) {
            const struct prov_identity *listed =
                prov_trustlist_at(history->at[i].list, k)->certificate;
            if (listed == NULL || !digest_of(listed, digest) ||
                strcmp(digest, rotation->record.new_is) != 0)
                continue;
            struct prov_span der = prov_identity_der(listed);
            return prov_identity_from_der(der.data, der.len, &rotation->new, err);
        }
    return PROV_OK;
}

int
rotation_load_new(struct rotation *rotation, struct prov_error *err)
{
    const struct record *record = &rotation->record;
    rotation->new = load(record->new);
    if (rotation->new != NULL)
        return PROV_OK;
    if (record->new_is == NULL)
        return prov_fail(err, PROV_E_UNFIT,
                         "a change to %s is under way, and nothing is built without it; put it "
                         "back",
                         record->new);
    int rc = find_published(rotation, err);
    rotation->lost = rotation->new != NULL;
    if (rc == PROV_OK && rotation->new == NULL) {
        report_warning(rotation->run->report, record->new,
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
    const char *const paths[] = {record->old, record->new};
    char **const digests[] = {&record->old_is, &record->new_is};
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
        char name[3 + PROV_MAC_LEN + 1];
        snprintf(name, sizeof name, "SEP%s", fleet->at[i].phone.text);
        if (fleet->at[i].seen > record->heard)
            record->heard = fleet->at[i].seen;
        if (fleet->at[i].seen == 0)
            rc = record_add(&record->unseen, name, err);
    }
    return rc;
}
