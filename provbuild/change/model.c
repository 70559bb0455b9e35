/* SPDX-License-Identifier: MIT */
/* What all rules of a change go by: stages of lists, and how far phones are. */
#include "provbuild/change/model.h"

#include <string.h>

bool
rotation_is(const char *recorded, const char *path)
{
    return recorded != NULL && path != NULL && strcmp(recorded, path) == 0;
}

const struct change_file *
rotation_file(const struct rotation *rotation, const char *path)
{
    for (size_t i = 0; i < rotation->file_count; i++)
        if (strcmp(rotation->files[i].path, path) == 0)
            return &rotation->files[i];
    return NULL;
}

/* --- lists */

bool
rotation_is_role(unsigned role, bool signer_of_files)
{
    return signer_of_files ? list_role_signs(role) : role == PROV_ROLE_SAST;
}

bool
rotation_names(const struct prov_trustlist *list, const struct prov_identity *certificate,
               bool signer_of_files)
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if (record->certificate != NULL && rotation_is_role(record->role, signer_of_files) &&
            prov_span_equal(prov_identity_der(record->certificate), prov_identity_der(certificate)))
            return true;
    }
    return false;
}

enum rotation_stage
rotation_stage(const struct rotation *rotation, const struct prov_trustlist *list)
{
    size_t signer = 0;
    if (!rotation_names(list, rotation->next, false))
        return STAGE_OLD;
    if (prov_trustlist_verify(list, NULL, &signer, NULL) != PROV_OK)
        return STAGE_BETWEEN;
    const struct prov_identity *by = prov_trustlist_at(list, signer)->certificate;
    return by != NULL && prov_span_equal(prov_identity_der(by), prov_identity_der(rotation->next))
               ? STAGE_NEW
               : STAGE_BETWEEN;
}

const struct past_list *
rotation_newest(const struct rotation *rotation, const struct settings_list *wanted)
{
    char name[LIST_NAME_SIZE];
    list_name_of(wanted, name);
    return published_newest(rotation->run->published, name);
}

enum rotation_stage
rotation_stage_of(const struct rotation *rotation, const struct settings_list *wanted)
{
    const struct past_list *past = rotation_newest(rotation, wanted);
    return past != NULL ? rotation_stage(rotation, past->list) : STAGE_OLD;
}

int
rotation_find_entry(const struct record *record, const struct settings_list *wanted)
{
    for (size_t i = 0; i < wanted->entry_count; i++)
        if (wanted->entries[i].role == PROV_ROLE_SAST &&
            (rotation_is(record->from, wanted->entries[i].certificate) ||
             rotation_is(record->to, wanted->entries[i].certificate)))
            return (int)i;
    return -1;
}

/* --- phones */

static bool
is_given(const struct rotation *rotation, const struct fleet_phone *phone, enum list_kind kind)
{
    const struct fleet_held *held = &phone->held[kind];
    return held->list != NULL && !held->elsewhere &&
           rotation_names(held->list->list, rotation->next, false);
}

/* Who asked first in the name of a phone that nobody knew need not be that phone, which may be off
 * and hold an older list: one address must have come back for the list on another day. */
bool
rotation_is_through(const struct rotation *rotation, const struct fleet_phone *phone,
                    enum list_kind kind)
{
    return is_given(rotation, phone, kind) && (phone->held[kind].again || !phone->late);
}

void
rotation_count(const struct rotation *rotation, const struct settings_list *wanted,
               struct rotation_count *out)
{
    const struct fleet *fleet = rotation->run->fleet;
    *out = (struct rotation_count){0};
    for (size_t i = 0; i < fleet->count; i++) {
        const struct fleet_phone *phone = &fleet->at[i];
        bool is_for = wanted->for_one
                          ? phone_same(&wanted->phone, &phone->phone)
                          : wanted_takes_generic(&rotation->wanted, wanted->kind, &phone->phone);
        if (!is_for || phone->forgotten)
            continue;
        out->all++;
        out->given += is_given(rotation, phone, wanted->kind);
        if (rotation_is_through(rotation, phone, wanted->kind))
            out->through++;
        else
            fleet_name(&out->behind, &phone->phone);
    }
    fleet_names_end(&out->behind);
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
                              rotation_names(phone->held[kind].list->list, rotation->next, true));
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
