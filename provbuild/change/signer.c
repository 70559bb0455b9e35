/* SPDX-License-Identifier: MIT */
/* The certificate that signs files: first listed beside the old one; used once every phone holds a
 * list that names it. Which one serves SIP over TLS is not ours to change, so the old one stays in
 * the list until the settings drop it. */
#include "provbuild/change/internal.h"

#include <stdlib.h>

static bool
has_entry(const struct settings_list *wanted, const char *path, enum prov_role role)
{
    for (size_t i = 0; i < wanted->entry_count; i++)
        if (wanted->entries[i].role == role && rotation_is(path, wanted->entries[i].certificate))
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
        bool old = rotation_is(record->from, entry.certificate);
        bool is_next = rotation_is(record->to, entry.certificate);
        entries[count++] = entry;
        if (!list_role_signs(entry.role) || !(old || (is_next && !record->signs)) ||
            has_entry(wanted, old ? record->to : record->from, entry.role))
            continue;
        entries[count++] = (struct settings_entry){entry.role, old ? record->to : record->from};
    }
    int rc = wanted_set_entries(wanted, entries, count, err);
    free(entries);
    return rc;
}

/* Phones check a list by the SAST of the one before, and files by its signers: one thing at a time.
 */
static int
check_sast(const struct rotation *rotation, const struct settings_list *wanted,
           struct prov_error *err)
{
    const struct past_list *past = rotation_newest(rotation, wanted);
    for (size_t i = 0; past != NULL && i < wanted->entry_count; i++) {
        const struct settings_entry *entry = &wanted->entries[i];
        if (entry->role != PROV_ROLE_SAST)
            continue;
        const struct change_file *sast = rotation_file(rotation, entry->certificate);
        char name[LIST_NAME_SIZE];
        list_name_of(wanted, name);
        if (sast == NULL || sast->certificate == NULL ||
            !rotation_names(past->list, sast->certificate, false))
            return prov_fail(err, PROV_E_CONTINUITY,
                             "%s, as it was published, does not name the SAST %s; the certificate "
                             "that signs files and the SAST are never changed together: first "
                             "publish the one change, then begin the other",
                             name, entry->certificate);
    }
    return PROV_OK;
}

static void
sign_with(struct wanted *wanted, const struct record *record)
{
    for (size_t i = 0; i < wanted->sign_count; i++) {
        struct settings_sign *sign = &wanted->signs[i];
        if (rotation_is(record->from, sign->certificate) ||
            rotation_is(record->to, sign->certificate))
            sign->certificate = record->signs ? record->to : record->from;
    }
}

int
rotation_apply_signer(struct rotation *rotation, struct prov_error *err)
{
    struct wanted *wanted = &rotation->wanted;
    struct rotation_count count;
    int rc = PROV_OK;
    rotation_count_signer(rotation, &count);
    if (rotation->run->fleet->ledger && count.all > 0 && count.through == count.all &&
        rotation->run->fleet->configured > 0)
        rotation->record.signs = true;
    for (size_t i = 0; rc == PROV_OK && i < wanted->list_count; i++) {
        rc = check_sast(rotation, &wanted->lists[i], err);
        if (rc == PROV_OK)
            rc = list_both(&rotation->record, &wanted->lists[i], err);
    }
    sign_with(wanted, &rotation->record);
    return rc;
}
