/* SPDX-License-Identifier: MIT */
/* The certificate that signs files: first listed beside the old one, then used phone by phone, as
 * all lists that a phone may hold name it. Which one serves SIP over TLS is not ours to change, so
 * the old one stays in the list until the settings drop it. */
#include "provbuild/change/internal.h"

#include "provbuild/fleet/signers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The paths of the record, wherever the settings have these certificates. */
static void
use_recorded(const struct record *record, char **path)
{
    if (key_is_file(&record->from, *path))
        *path = record->from.path;
    else if (key_is_file(&record->to, *path))
        *path = record->to.path;
}

static void
use_all_recorded(struct rotation *rotation)
{
    struct wanted *wanted = &rotation->wanted;
    for (size_t i = 0; i < wanted->list_count; i++)
        for (size_t k = 0; k < wanted->lists[i].entry_count; k++)
            if (list_role_signs(wanted->lists[i].entries[k].role))
                use_recorded(&rotation->record, &wanted->lists[i].entries[k].certificate);
    for (size_t i = 0; i < wanted->sign_count; i++)
        if (wanted->signs[i].certificate != NULL)
            use_recorded(&rotation->record, &wanted->signs[i].certificate);
}

/* --- who keeps the old one */

/* From its file, or from a list that was published. */
static int
load(const struct rotation *rotation, const struct record_key *key, struct prov_identity **out,
     struct prov_error *err)
{
    *out = key_certificate(key->path);
    int rc = *out == NULL ? key_published(key, rotation->run->published, out, err) : PROV_OK;
    if (rc != PROV_OK || *out != NULL)
        return rc;
    return prov_fail(err, PROV_E_UNFIT,
                     "the signer of files is changed from %s to %s, and nothing is built without "
                     "this certificate: %s; put it back",
                     rotation->record.from.path, rotation->record.to.path, key->path);
}

/* Without its key nothing can be kept; who still needs it is told once. */
static void
give_up_old(struct rotation *rotation)
{
    struct signings_kept *kept = &rotation->kept;
    struct fleet_names names = {.count = 0};
    char text[1024];
    rotation->old_lost = true;
    for (size_t i = 0; i < kept->phones.count; i++)
        fleet_name(&names, &kept->phones.at[i]);
    fleet_names_end(&names);
    snprintf(text, sizeof text,
             "its key is gone, so all files are signed by %.200s, which phones refuse until they "
             "hold a list that names it: %s",
             kept->to, names.count > 0 ? names.text : "nobody is known");
    if (!rotation->record.all_signed && !rotation->run->status)
        report_warning(rotation->run->report, kept->from, text);
    phones_release(&kept->phones);
    kept->common = false;
}

static int
decide_kept(struct rotation *rotation, struct prov_error *err)
{
    struct record *record = &rotation->record;
    struct signings_kept *kept = &rotation->kept;
    struct prov_identity *from = NULL, *to = NULL;
    *kept = (struct signings_kept){.from = record->from.path, .to = record->to.path};
    int rc = load(rotation, &record->from, &from, err);
    if (rc == PROV_OK)
        rc = load(rotation, &record->to, &to, err);
    if (rc == PROV_OK)
        rc = fleet_know(rotation->run, err);
    if (rc == PROV_OK)
        rc = signers_keep(rotation->run->fleet, from, to, kept, err);
    prov_identity_free(from);
    prov_identity_free(to);
    if (rc != PROV_OK)
        return rc;
    if (kept->common && key_is_lost(record->from.path))
        give_up_old(rotation);
    record->signs |= kept->phones.count < rotation->run->fleet->count;
    record->all_signed = !kept->common;
    if (record->all_signed)
        kept->from = NULL; /* whose key may be destroyed */
    return PROV_OK;
}

/* --- what is wanted */

/* In another role, such as that of SIP over TLS, the old one may stay. */
static bool
is_over(const struct rotation *rotation)
{
    const struct record *record = &rotation->record;
    const struct wanted *wanted = &rotation->wanted;
    bool old = false;
    for (size_t i = 0; i < wanted->list_count; i++)
        for (size_t k = 0; k < wanted->lists[i].entry_count; k++)
            old |= list_role_signs(wanted->lists[i].entries[k].role) &&
                   key_is_path(&record->from, wanted->lists[i].entries[k].certificate);
    for (size_t i = 0; i < wanted->sign_count; i++)
        old |= key_is_path(&record->from, wanted->signs[i].certificate);
    return record->all_signed && !old;
}

static void
add_once(struct settings_entry *entries, size_t *count, enum prov_role role, char *path)
{
    for (size_t i = 0; i < *count; i++)
        if (entries[i].role == role && strcmp(entries[i].certificate, path) == 0)
            return;
    entries[(*count)++] = (struct settings_entry){role, path};
}

/* Wherever one of both signs files, the other one does too, and the old one comes first, so that
 * the settings may name either; but once the new one signs all, they may drop the old one. */
static int
list_both(const struct record *record, struct settings_list *wanted, struct prov_error *err)
{
    struct settings_entry *entries = calloc(2 * wanted->entry_count + 1, sizeof *entries);
    size_t count = 0;
    if (entries == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; i < wanted->entry_count; i++) {
        const struct settings_entry *entry = &wanted->entries[i];
        bool old = key_is_path(&record->from, entry->certificate);
        bool is_next = key_is_path(&record->to, entry->certificate) && !record->all_signed;
        if (!list_role_signs(entry->role) || !(old || is_next)) {
            entries[count++] = *entry;
            continue;
        }
        add_once(entries, &count, entry->role, record->from.path);
        add_once(entries, &count, entry->role, record->to.path);
    }
    int rc = wanted_set_entries(wanted, entries, count, err);
    free(entries);
    return rc;
}

/* What is kept is signed by the old one all the same. */
static void
sign_with_new(struct wanted *wanted, const struct record *record)
{
    for (size_t i = 0; i < wanted->sign_count; i++)
        if (key_is_path(&record->from, wanted->signs[i].certificate))
            wanted->signs[i].certificate = record->to.path;
}

int
rotation_apply_signer(struct rotation *rotation, struct prov_error *err)
{
    struct record *record = &rotation->record;
    struct wanted *wanted = &rotation->wanted;
    if (record->from.path == NULL)
        return PROV_OK;
    use_all_recorded(rotation);
    int rc = decide_kept(rotation, err);
    if (rc == PROV_OK && is_over(rotation)) {
        record_key_clear(&record->from);
        /* The new one's path is borrowed by what is wanted. */
        record->signs = record->all_signed = false;
        return PROV_OK;
    }
    for (size_t i = 0; rc == PROV_OK && i < wanted->list_count; i++)
        rc = list_both(record, &wanted->lists[i], err);
    if (rc == PROV_OK)
        sign_with_new(wanted, record);
    return rc;
}
