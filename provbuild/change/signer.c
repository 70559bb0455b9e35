/* SPDX-License-Identifier: MIT */
/* The certificate that signs files: first listed beside the old one; used once every phone holds a
 * list that names it. Which one serves SIP over TLS is not ours to change, so the old one stays in
 * the list until the settings drop it. */
#include "provbuild/change/rotation.h"

#include <stdlib.h>
#include <string.h>

static bool
signs_files(const struct settings_entry *entry)
{
    return entry->role == PROV_ROLE_TFTP || entry->role == PROV_ROLE_CCM_TFTP;
}

static bool
has_entry(const struct settings_list *wanted, const char *path, enum prov_role role)
{
    for (size_t i = 0; i < wanted->entry_count; i++)
        if (wanted->entries[i].role == role &&
            rotation_same_path(path, wanted->entries[i].certificate))
            return true;
    return false;
}

/* Wherever one of both signs files, the other one does too; but once the new one signs, the
 * settings may drop the old one. */
static int
list_both(const struct record *record, struct settings_list *wanted, struct prov_error *err)
{
    struct settings_entry *entries = calloc(2 * wanted->entry_count + 1, sizeof *entries);
    size_t count = 0;
    if (entries == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; i < wanted->entry_count; i++) {
        struct settings_entry entry = wanted->entries[i];
        bool old = rotation_same_path(record->old, entry.certificate);
        bool new = rotation_same_path(record->new, entry.certificate);
        entries[count++] = entry;
        if (!signs_files(&entry) || !(old || (new && !record->signs)) ||
            has_entry(wanted, old ? record->new : record->old, entry.role))
            continue;
        entries[count++] = (struct settings_entry){entry.role, old ? record->new : record->old};
    }
    int rc = rotation_set_entries(wanted, entries, count, err);
    free(entries);
    return rc;
}

/* Phones check a list by the SAST of the one before, and files by its signers: one thing at a time.
 */
static int
check_sast(const struct rotation *rotation, const struct settings_list *wanted,
           struct prov_error *err)
{
    char name[LISTS_NAME_SIZE];
    rotation_list_name(wanted, name);
    const struct past_list *past = history_newest(&rotation->run->fleet->history, name);
    for (size_t i = 0; past != NULL && i < wanted->entry_count; i++) {
        const struct settings_entry *entry = &wanted->entries[i];
        if (entry->role != PROV_ROLE_SAST)
            continue;
        struct prov_identity *sast =
            cli_identity(&rotation->run->common, entry->certificate, PROV_NEED_CERTIFICATE);
        bool known = sast != NULL && rotation_names(past->list, sast, false);
        prov_identity_free(sast);
        if (!known)
            return prov_fail(err, PROV_E_CONTINUITY,
                             "%s, as it was published, does not name the SAST %s; the certificate "
                             "that signs files and the SAST are never changed together: first "
                             "publish the one change, then begin the other",
                             name, entry->certificate);
    }
    return PROV_OK;
}

static int
sign_with(struct settings_build *build, const struct record *record, struct prov_error *err)
{
    for (size_t i = 0; i < build->sign_count; i++) {
        struct settings_sign *sign = &build->signs[i];
        if (sign->certificate == NULL || (!rotation_same_path(record->old, sign->certificate) &&
                                          !rotation_same_path(record->new, sign->certificate)))
            continue;
        char *path = strdup(record->signs ? record->new : record->old);
        if (path == NULL)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        free(sign->certificate);
        sign->certificate = path;
    }
    return PROV_OK;
}

int
rotation_apply_signer(struct rotation *rotation, struct prov_error *err)
{
    struct settings_build *build = &rotation->settings->build;
    struct rotation_count count;
    int rc = PROV_OK;
    rotation_count_signer(rotation, &count);
    if (rotation->run->fleet->ledger && count.all > 0 && count.through == count.all &&
        rotation->run->fleet->configured > 0)
        rotation->record.signs = true;
    for (size_t i = 0; rc == PROV_OK && i < build->list_count; i++) {
        rc = check_sast(rotation, &build->lists[i], err);
        if (rc == PROV_OK)
            rc = list_both(&rotation->record, &build->lists[i], err);
    }
    return rc == PROV_OK ? sign_with(build, &rotation->record, err) : rc;
}
