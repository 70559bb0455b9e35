/* SPDX-License-Identifier: MIT */
#include "provbuild/change/rotation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- paths */

char *
rotation_path(const char *path)
{
    char *joined = NULL, *folder;
    if (prov_identity_is_uri(path))
        return strdup(path);
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
    lists_name(wanted->ctl, wanted->for_one ? &wanted->phone : NULL, out);
}

static bool
is_role(unsigned role, bool signer_of_files)
{
    if (!signer_of_files)
        return role == PROV_ROLE_SAST;
    return role == PROV_ROLE_TFTP || role == PROV_ROLE_CCM_TFTP;
}

bool
rotation_names(const struct prov_trustlist *list, const struct prov_identity *certificate,
               bool signer_of_files)
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if (record->certificate != NULL && is_role(record->role, signer_of_files) &&
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

int
rotation_freeze(struct rotation *rotation, size_t index, struct prov_error *err)
{
    struct settings_build *build = &rotation->settings->build;
    char name[LISTS_NAME_SIZE];
    rotation_list_name(&build->lists[index], name);
    int rc = record_add(&rotation->frozen, name, err);
    if (rc == PROV_OK)
        rc = rotation_set_entries(&build->lists[index], NULL, 0, err);
    if (rc != PROV_OK)
        return rc;
    free(build->lists[index].entries);
    memmove(&build->lists[index], &build->lists[index + 1],
            (build->list_count - index - 1) * sizeof *build->lists);
    build->list_count--;
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

static bool
is_given(const struct rotation *rotation, const struct fleet_phone *phone, bool ctl)
{
    const struct fleet_held *held = &phone->held[ctl];
    return held->list != NULL && !held->elsewhere &&
           rotation_names(held->list->list, rotation->new, false);
}

/* Who asked first in the name of a phone that nobody knew need not be that phone, which may be off
 * and hold an older list: one address must have come back for the list on another day. */
bool
rotation_is_through(const struct rotation *rotation, const struct fleet_phone *phone, bool ctl)
{
    return is_given(rotation, phone, ctl) && (phone->held[ctl].again || !phone->late);
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
        out->given += is_given(rotation, phone, wanted->ctl);
        if (rotation_is_through(rotation, phone, wanted->ctl))
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

/* Phones of --forget, of this run and of those before. */
static int
leave_out(struct rotation *rotation, struct prov_error *err)
{
    struct run *run = rotation->run;
    struct record_names *names = &rotation->record.forgotten;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < run->forgotten.count; i++) {
        char name[3 + PROV_MAC_LEN + 1];
        snprintf(name, sizeof name, "SEP%s", run->forgotten.at[i].text);
        rc = record_add(names, name, err);
    }
    if (rc == PROV_OK && names->count > 0 &&
        (run->left_out.at = calloc(names->count, sizeof *run->left_out.at)) == NULL)
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; rc == PROV_OK && i < names->count; i++)
        if (prov_mac_of_file(names->at[i], "", "", &run->left_out.at[run->left_out.count]))
            run->left_out.count++;
    return rc;
}

static int
know_fleet(struct rotation *rotation, struct prov_error *err)
{
    struct rotation *r = rotation;
    int rc = fleet_know(r->run, err);
    for (size_t i = 0; rc == PROV_OK && i < r->run->fleet->count; i++) {
        char name[3 + PROV_MAC_LEN + 1];
        snprintf(name, sizeof name, "SEP%s", r->run->fleet->at[i].phone.text);
        r->run->fleet->at[i].late =
            r->record.heard != 0 &&
            (record_has(&r->record.unseen, name) || r->run->fleet->at[i].first > r->record.heard);
    }
    return rc;
}

/* In the role that is to change: in another one, such as that of SIP over TLS, it may stay. */
static bool
names_old(const struct record *record, const struct settings_list *wanted)
{
    for (size_t i = 0; i < wanted->entry_count; i++)
        if (is_role(wanted->entries[i].role, record->change == RECORD_SIGNER) &&
            rotation_same_path(record->old, wanted->entries[i].certificate))
            return true;
    return false;
}

/* The settings tell no more about this change: it is over. */
static bool
is_over(const struct rotation *rotation)
{
    const struct record *record = &rotation->record;
    const struct settings_build *build = &rotation->settings->build;
    bool old = false, all_new = true;
    for (size_t i = 0; i < build->list_count; i++) {
        char name[LISTS_NAME_SIZE];
        rotation_list_name(&build->lists[i], name);
        const struct past_list *past = history_newest(&rotation->run->fleet->history, name);
        enum rotation_stage stage = past != NULL ? rotation_stage(rotation, past->list) : STAGE_OLD;
        old |= names_old(record, &build->lists[i]);
        if (record->change == RECORD_SAST &&
            (stage != STAGE_OLD || rotation_find_entry(record, &build->lists[i]) >= 0))
            all_new &= stage == STAGE_NEW;
    }
    for (size_t i = 0; record->change == RECORD_SIGNER && i < build->sign_count; i++)
        old |= rotation_same_path(record->old, build->signs[i].certificate);
    if (record->change == RECORD_SIGNER)
        all_new = record->signs;
    return !old && all_new && record->own.count == 0;
}

void
rotation_forget_change(struct rotation *rotation)
{
    struct record *record = &rotation->record;
    prov_identity_free(rotation->new);
    rotation->new = NULL;
    free(record->old);
    free(record->new);
    free(record->old_is);
    free(record->new_is);
    record->old = record->new = record->old_is = record->new_is = NULL;
    record->change = RECORD_NONE;
    record->heard = 0;
    record->via_recovery = record->signs = rotation->lost = false;
    while (record->unseen.count > 0)
        free(record->unseen.at[--record->unseen.count]);
}

/* Without the file of the new certificate no list can be built; the old ones go on to serve. */
static int
freeze_all(struct rotation *rotation, struct prov_error *err)
{
    const struct record *record = &rotation->record;
    bool sast = record->change == RECORD_SAST;
    char text[PROV_ERROR_TEXT_MAX];
    int rc = PROV_OK;
    snprintf(text, sizeof text,
             "the new certificate cannot be read, so trust lists stay as they are; put it back, or "
             "give %s with the place where it is now, or, if no list is signed by it and no file, "
             "%s %s to go back",
             sast ? "--rotate-sast" : "--rotate-signer", sast ? "--rotate-sast" : "--rotate-signer",
             record->old);
    if (!rotation->run->status)
        report_fault(rotation->run->report, record->new, text);
    while (rc == PROV_OK && rotation->settings->build.list_count > 0)
        rc = rotation_freeze(rotation, 0, err);
    return rc;
}

static int
apply(struct rotation *rotation, struct prov_error *err)
{
    int rc = rotation->lost ? freeze_all(rotation, err) : PROV_OK;
    if (rc == PROV_OK && rotation->record.change == RECORD_SAST)
        rc = rotation_apply_sast(rotation, err);
    else if (rc == PROV_OK && rotation->record.change == RECORD_SIGNER)
        rc = rotation_apply_signer(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_apply_recovery(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_apply_release(rotation, err);
    return rc;
}

/* What earlier runs began. */
static int
resume(struct rotation *rotation, struct prov_error *err)
{
    if (rotation->record.change == RECORD_NONE)
        return PROV_OK;
    int rc = rotation_settle_paths(rotation, err);
    if (rc == PROV_OK)
        rc = know_fleet(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_load_new(rotation, err);
    if (rc == PROV_OK && rotation->new != NULL &&is_over(rotation))
        rotation_forget_change(rotation);
    return rc;
}

/* What this run begins. */
static int
start(struct rotation *rotation, struct prov_error *err)
{
    int rc = PROV_OK;
    if (rotation->record.change != RECORD_NONE && rotation->record.heard == 0) {
        rc = fleet_know(rotation->run, err);
        if (rc == PROV_OK)
            rc = rotation_note_begin(rotation, err);
    }
    if (rc == PROV_OK && rotation->record.change != RECORD_NONE && rotation->new == NULL)
        rc = rotation_load_new(rotation, err);
    if (rc == PROV_OK && (rotation->record.change != RECORD_NONE || rotation->run->status))
        rc = know_fleet(rotation, err);
    return rc;
}

int
rotation_prepare(struct rotation *rotation, struct run *run, struct settings *settings,
                 struct prov_error *err)
{
    *rotation = (struct rotation){.run = run, .settings = settings};
    if (settings->archive == NULL) {
        if (run->rotate_sast == NULL && run->rotate_signer == NULL && run->new_recovery == NULL &&
            !run->release && !run->take_back)
            return PROV_OK;
        return prov_fail(err, PROV_E_ARGUMENT,
                         "trust lists need an archive of all that were ever published; set archive "
                         "in section paths");
    }
    int rc = record_read(settings->archive, &rotation->record, err);
    if (rc == PROV_OK)
        rc = leave_out(rotation, err);
    if (rc == PROV_OK)
        rc = resume(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_take_orders(rotation, err);
    if (rc == PROV_OK)
        rc = start(rotation, err);
    return rc == PROV_OK ? apply(rotation, err) : rc;
}

void
rotation_release(struct rotation *rotation)
{
    if (rotation->run != NULL) {
        free(rotation->run->left_out.at);
        rotation->run->left_out = (struct phones){0};
    }
    record_release(&rotation->record);
    prov_identity_free(rotation->new);
    for (size_t i = 0; i < rotation->frozen.count; i++)
        free(rotation->frozen.at[i]);
    free(rotation->frozen.at);
    *rotation = (struct rotation){0};
}
