/* SPDX-License-Identifier: MIT */
/* The certificate that signs files: first listed beside the old one; used once every phone holds a
 * list that names it. Which one serves SIP over TLS is not ours to change, so the old one stays in
 * the list until the settings drop it. */
#include "provbuild/change/internal.h"

#include <stdlib.h>
#include <string.h>

/* --- who holds its name */

static bool
names_signer(const struct prov_trustlist *list, const struct prov_identity *certificate)
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if (record->certificate != NULL && list_role_signs(record->role) &&
            prov_span_equal(prov_identity_der(record->certificate), prov_identity_der(certificate)))
            return true;
    }
    return false;
}

void
rotation_count_signer(const struct rotation *rotation, struct rotation_count *out)
{
    const struct fleet *fleet = rotation->run->fleet;
    *out = (struct rotation_count){0};
    for (size_t i = 0; i < fleet->count; i++) {
        const struct fleet_phone *phone = &fleet->at[i];
        bool knows = false;
        for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
            knows = knows || (phone->held[kind].list != NULL &&
                              names_signer(phone->held[kind].list->list, rotation->signer));
        if (phone->forgotten)
            continue;
        out->all++;
        if (knows)
            out->through++;
        else
            fleet_name(&out->behind, &phone->phone);
    }
    fleet_names_end(&out->behind);
}

/* --- what is wanted */

static bool
has_entry(const struct settings_list *wanted, const struct record_key *key, enum prov_role role)
{
    for (size_t i = 0; i < wanted->entry_count; i++)
        if (wanted->entries[i].role == role && key_is_path(key, wanted->entries[i].certificate))
            return true;
    return false;
}

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
    return record->signs && !old;
}

/* Without its file, what is listed stays so, and what is signed, too. */
static int
load(struct rotation *rotation, struct prov_error *err)
{
    const struct record_key *to = &rotation->record.to;
    prov_identity_free(rotation->signer);
    rotation->signer = key_certificate(to->path);
    int rc = rotation->signer == NULL
                 ? key_published(to, rotation->run->published, &rotation->signer, err)
                 : PROV_OK;
    if (rc == PROV_OK && rotation->signer == NULL)
        rc = prov_fail(err, PROV_E_UNFIT,
                       "a change to %s is under way, and nothing is built without it; put it "
                       "back",
                       to->path);
    return rc;
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
        bool old = key_is_path(&record->from, entry.certificate);
        bool is_next = key_is_path(&record->to, entry.certificate);
        entries[count++] = entry;
        if (!list_role_signs(entry.role) || !(old || (is_next && !record->signs)) ||
            has_entry(wanted, old ? &record->to : &record->from, entry.role))
            continue;
        entries[count++] =
            (struct settings_entry){entry.role, old ? record->to.path : record->from.path};
    }
    int rc = wanted_set_entries(wanted, entries, count, err);
    free(entries);
    return rc;
}

static void
sign_with(struct wanted *wanted, const struct record *record)
{
    for (size_t i = 0; i < wanted->sign_count; i++) {
        struct settings_sign *sign = &wanted->signs[i];
        if (key_is_path(&record->from, sign->certificate) ||
            key_is_path(&record->to, sign->certificate))
            sign->certificate = record->signs ? record->to.path : record->from.path;
    }
}

static int
switch_over(struct rotation *rotation, struct prov_error *err)
{
    struct run *run = rotation->run;
    struct rotation_count count;
    int rc = load(rotation, err);
    if (rc == PROV_OK)
        rc = fleet_know(run, err);
    if (rc != PROV_OK)
        return rc;
    rotation_count_signer(rotation, &count);
    if (run->fleet->ledger && count.all > 0 && count.through == count.all &&
        run->fleet->configured > 0)
        rotation->record.signs = true;
    return PROV_OK;
}

int
rotation_apply_signer(struct rotation *rotation, struct prov_error *err)
{
    struct record *record = &rotation->record;
    struct wanted *wanted = &rotation->wanted;
    if (record->from.path == NULL)
        return PROV_OK;
    use_all_recorded(rotation);
    int rc = switch_over(rotation, err);
    if (rc == PROV_OK && is_over(rotation)) {
        record_key_clear(&record->from);
        record->signs = false; /* the new one's path is borrowed by what is wanted */
        return PROV_OK;
    }
    for (size_t i = 0; rc == PROV_OK && i < wanted->list_count; i++)
        rc = list_both(record, &wanted->lists[i], err);
    if (rc == PROV_OK)
        sign_with(wanted, record);
    return rc;
}
