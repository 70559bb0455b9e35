/* SPDX-License-Identifier: MIT */
#include "provbuild/rotation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- paths */

char *
rotation_path(const char *path)
{
    char *joined = NULL, *folder;
    const char *base = prov_file_base(path);
    if (base == path)
        folder = realpath(".", NULL);
    else {
        char *text = strndup(path, (size_t)(base - path));
        folder = text != NULL ? realpath(text, NULL) : NULL;
        free(text);
    }
    if (folder == NULL)
        return strdup(path);
    if (asprintf(&joined, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, base) < 0)
        joined = NULL;
    free(folder);
    return joined;
}

bool
rotation_same_path(const char *recorded, const char *path)
{
    char *absolute = recorded != NULL && path != NULL ? rotation_path(path) : NULL;
    bool same = absolute != NULL && strcmp(absolute, recorded) == 0;
    free(absolute);
    return same;
}

/* --- lists */

void
rotation_list_name(const struct settings_list *wanted, char out[static LISTS_NAME_SIZE])
{
    const char *kind = wanted->ctl ? "CTL" : "ITL";
    if (wanted->for_one)
        snprintf(out, LISTS_NAME_SIZE, "%sSEP%s.tlv", kind, wanted->phone.text);
    else
        snprintf(out, LISTS_NAME_SIZE, "%sFile.tlv", kind);
}

const struct past_list *
rotation_newest(const struct history *history, const char *name)
{
    const struct past_list *newest = NULL;
    for (size_t i = 0; i < history->count; i++) {
        const struct past_list *past = &history->at[i];
        if (strcmp(past->name, name) == 0 &&
            (newest == NULL || history_time(past->list) > history_time(newest->list)))
            newest = past;
    }
    return newest;
}

static bool
has_role(const struct prov_record *record, bool signer_of_files)
{
    if (!signer_of_files)
        return record->role == PROV_ROLE_SAST;
    return record->role == PROV_ROLE_TFTP || record->role == PROV_ROLE_CCM_TFTP;
}

bool
rotation_names(const struct prov_trustlist *list, const struct prov_identity *certificate,
               bool signer_of_files)
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if (record->certificate != NULL && has_role(record, signer_of_files) &&
            prov_span_equal(prov_identity_der(record->certificate), prov_identity_der(certificate)))
            return true;
    }
    return false;
}

enum rotation_stage
rotation_stage(const struct rotation *rotation, const struct prov_trustlist *list)
{
    size_t signer = 0;
    if (!rotation_names(list, rotation->new, false))
        return STAGE_OLD;
    if (prov_trustlist_verify(list, NULL, &signer, NULL) != PROV_OK)
        return STAGE_BETWEEN;
    const struct prov_identity *by = prov_trustlist_at(list, signer)->certificate;
    return by != NULL && prov_span_equal(prov_identity_der(by), prov_identity_der(rotation->new))
               ? STAGE_NEW
               : STAGE_BETWEEN;
}

int
rotation_set_entries(struct settings_list *wanted, struct settings_entry *entries, size_t count,
                     struct prov_error *err)
{
    struct settings_entry *copy = calloc(count + 1, sizeof *copy);
    bool whole = copy != NULL;
    for (size_t i = 0; whole && i < count; i++) {
        copy[i].role = entries[i].role;
        copy[i].certificate = strdup(entries[i].certificate);
        whole = copy[i].certificate != NULL;
    }
    if (!whole) {
        for (size_t i = 0; copy != NULL && i < count; i++)
            free(copy[i].certificate);
        free(copy);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < wanted->entry_count; i++)
        free(wanted->entries[i].certificate);
    free(wanted->entries);
    wanted->entries = copy;
    wanted->entry_count = count;
    return PROV_OK;
}

/* --- phones */

bool
rotation_takes_generic(const struct rotation *rotation, bool ctl, const struct prov_mac *phone)
{
    const struct settings *settings = rotation->settings;
    struct settings_list own = {.ctl = ctl, .for_one = true, .phone = *phone};
    char name[LISTS_NAME_SIZE];
    rotation_list_name(&own, name);
    if (record_has(&rotation->frozen, name))
        return false;
    for (size_t i = 0; i < settings->build.list_count; i++) {
        const struct settings_list *list = &settings->build.lists[i];
        if (list->ctl == ctl && list->for_one && strcmp(list->phone.text, phone->text) == 0)
            return false;
    }
    return true;
}

bool
rotation_is_through(const struct fleet_phone *phone, bool ctl, const struct prov_identity *new)
{
    const struct fleet_held *held = &phone->held[ctl];
    return held->list != NULL && !held->elsewhere && rotation_names(held->list->list, new, false);
}

void
rotation_count(const struct rotation *rotation, const struct settings_list *wanted,
               struct rotation_count *out)
{
    *out = (struct rotation_count){0};
    for (size_t i = 0; i < rotation->run->fleet->count; i++) {
        const struct fleet_phone *phone = &rotation->run->fleet->at[i];
        bool is_for = wanted->for_one
                          ? strcmp(wanted->phone.text, phone->phone.text) == 0
                          : rotation_takes_generic(rotation, wanted->ctl, &phone->phone);
        if (!is_for || phone->forgotten)
            continue;
        out->all++;
        if (rotation_is_through(phone, wanted->ctl, rotation->new))
            out->through++;
        else
            fleet_name(&out->behind, &phone->phone);
    }
    fleet_names_end(&out->behind);
}

void
rotation_count_signer(const struct rotation *rotation, struct rotation_count *out)
{
    *out = (struct rotation_count){0};
    for (size_t i = 0; i < rotation->run->fleet->count; i++) {
        const struct fleet_phone *phone = &rotation->run->fleet->at[i];
        bool knows = false;
        for (size_t kind = 0; kind < 2; kind++)
            knows = knows || (phone->held[kind].list != NULL &&
                              rotation_names(phone->held[kind].list->list, rotation->new, true));
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

/* --- the whole */

static int
load_new(struct rotation *rotation, struct prov_error *err)
{
    if (rotation->record.change == RECORD_NONE)
        return PROV_OK;
    rotation->new =
        cli_identity(&rotation->run->common, rotation->record.new, PROV_NEED_CERTIFICATE);
    if (rotation->new == NULL)
        return prov_fail(err, PROV_E_UNFIT,
                         "a change to %s is under way, and nothing is built without it",
                         rotation->record.new);
    return PROV_OK;
}

static int
know_fleet(struct rotation *rotation, struct prov_error *err)
{
    struct rotation *r = rotation;
    int rc = fleet_know(r->run, err);
    for (size_t i = 0; rc == PROV_OK && i < r->run->fleet->count; i++) {
        char name[3 + PROV_MAC_LEN + 1];
        snprintf(name, sizeof name, "SEP%s", r->run->fleet->at[i].phone.text);
        if (r->run->fleet->at[i].forgotten && r->record.change != RECORD_NONE)
            rc = record_add(&r->record.forgotten, name, err);
        else if (record_has(&r->record.forgotten, name))
            r->run->fleet->at[i].forgotten = true;
    }
    return rc;
}

/* The settings tell no more about this change: it is over. */
static bool
is_over(const struct rotation *rotation)
{
    const struct record *record = &rotation->record;
    const struct settings_build *build = &rotation->settings->build;
    bool names_old = false, all_new = true;
    for (size_t i = 0; i < build->list_count; i++) {
        char name[LISTS_NAME_SIZE];
        rotation_list_name(&build->lists[i], name);
        const struct past_list *past = rotation_newest(&rotation->run->fleet->history, name);
        for (size_t k = 0; k < build->lists[i].entry_count; k++)
            names_old |= rotation_same_path(record->old, build->lists[i].entries[k].certificate);
        if (record->change == RECORD_SAST && rotation_find_entry(record, &build->lists[i]) >= 0)
            all_new &= past != NULL && rotation_stage(rotation, past->list) == STAGE_NEW;
    }
    for (size_t i = 0; record->change == RECORD_SIGNER && i < build->sign_count; i++)
        names_old |= rotation_same_path(record->old, build->signs[i].certificate);
    if (record->change == RECORD_SIGNER)
        all_new = record->signs;
    return !names_old && all_new && record->own.count == 0;
}

static void
forget_change(struct record *record)
{
    free(record->old);
    free(record->new);
    record->old = record->new = NULL;
    record->change = RECORD_NONE;
    record->via_recovery = record->signs = false;
    while (record->forgotten.count > 0)
        free(record->forgotten.at[--record->forgotten.count]);
}

static int
apply(struct rotation *rotation, struct prov_error *err)
{
    int rc = PROV_OK;
    if (rotation->record.change != RECORD_NONE && !rotation->begun && is_over(rotation))
        forget_change(&rotation->record);
    if (rotation->record.change == RECORD_SAST)
        rc = rotation_apply_sast(rotation, err);
    else if (rotation->record.change == RECORD_SIGNER)
        rc = rotation_apply_signer(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_apply_recovery(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_apply_release(rotation, err);
    return rc;
}

int
rotation_prepare(struct rotation *rotation, struct run *run, struct settings *settings,
                 struct prov_error *err)
{
    *rotation = (struct rotation){.run = run, .settings = settings};
    if (settings->archive == NULL) {
        if (run->rotate_sast == NULL && run->rotate_signer == NULL && run->new_recovery == NULL &&
            !run->release)
            return PROV_OK;
        return prov_fail(err, PROV_E_ARGUMENT,
                         "trust lists need an archive of all that were ever published; set archive "
                         "in section paths");
    }
    int rc = record_read(settings->archive, &rotation->record, err);
    if (rc == PROV_OK)
        rc = rotation_take_orders(rotation, err);
    if (rc == PROV_OK)
        rc = load_new(rotation, err);
    if (rc == PROV_OK && (rotation->record.change != RECORD_NONE || run->status))
        rc = know_fleet(rotation, err);
    return rc == PROV_OK ? apply(rotation, err) : rc;
}

void
rotation_release(struct rotation *rotation)
{
    record_release(&rotation->record);
    prov_identity_free(rotation->new);
    for (size_t i = 0; i < rotation->frozen.count; i++)
        free(rotation->frozen.at[i]);
    free(rotation->frozen.at);
    *rotation = (struct rotation){0};
}
