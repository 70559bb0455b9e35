/* SPDX-License-Identifier: MIT */
/* A change from one run to the next: what earlier ones began, what this one is told, and what is
 * wanted then. */
#include "provbuild/change/rotation.h"

#include "provbuild/change/internal.h"

#include <stdio.h>
#include <stdlib.h>

/* Phones of --forget, of this run and of those before. */
static int
leave_out(struct rotation *rotation, struct prov_error *err)
{
    struct run *run = rotation->run;
    int rc = phones_add_all(&rotation->record.forgotten, &run->forgotten, err);
    return rc == PROV_OK ? phones_add_all(&run->left_out, &rotation->record.forgotten, err) : rc;
}

static int
know_fleet(struct rotation *rotation, struct prov_error *err)
{
    const struct record *record = &rotation->record;
    int rc = fleet_know(rotation->run, err);
    const struct fleet *fleet = rotation->run->fleet;
    for (size_t i = 0; rc == PROV_OK && i < fleet->count; i++)
        fleet->at[i].late =
            record->heard != 0 && (phones_hold(&record->unseen, &fleet->at[i].phone) ||
                                   fleet->at[i].first > record->heard);
    return rc;
}

/* In the role that is to change: in another one, such as that of SIP over TLS, it may stay. */
static bool
names_old(const struct record *record, const struct settings_list *wanted)
{
    for (size_t i = 0; i < wanted->entry_count; i++)
        if (rotation_is_role(wanted->entries[i].role, record->change == RECORD_SIGNER) &&
            rotation_is(record->from, wanted->entries[i].certificate))
            return true;
    return false;
}

/* The settings tell no more about this change: it is over. */
static bool
is_over(const struct rotation *rotation)
{
    const struct record *record = &rotation->record;
    const struct wanted *wanted = &rotation->wanted;
    bool old = false, all_next = true;
    for (size_t i = 0; i < wanted->list_count; i++) {
        enum rotation_stage stage = rotation_stage_of(rotation, &wanted->lists[i]);
        old |= names_old(record, &wanted->lists[i]);
        if (record->change == RECORD_SAST &&
            (stage != STAGE_OLD || rotation_find_entry(record, &wanted->lists[i]) >= 0))
            all_next &= stage == STAGE_NEW;
    }
    for (size_t i = 0; record->change == RECORD_SIGNER && i < wanted->sign_count; i++)
        old |= rotation_is(record->from, wanted->signs[i].certificate);
    if (record->change == RECORD_SIGNER)
        all_next = record->signs;
    return !old && all_next && !record_owns(record);
}

/* --- what is wanted */

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
             record->from);
    if (!rotation->run->status)
        report_fault(rotation->run->report, record->to, text);
    while (rc == PROV_OK && rotation->wanted.list_count > 0)
        rc = wanted_freeze(&rotation->wanted, 0, err);
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

/* --- the whole */

/* What earlier runs began. */
static int
resume(struct rotation *rotation, struct prov_error *err)
{
    int rc = rotation_want_settings(rotation, err);
    if (rc != PROV_OK || rotation->record.change == RECORD_NONE)
        return rc;
    rc = know_fleet(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_load_next(rotation, err);
    if (rc == PROV_OK && rotation->next != NULL && is_over(rotation))
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
    if (rc == PROV_OK && rotation->record.change != RECORD_NONE && rotation->next == NULL)
        rc = rotation_load_next(rotation, err);
    if (rc == PROV_OK && (rotation->record.change != RECORD_NONE || rotation->run->status))
        rc = know_fleet(rotation, err);
    return rc;
}

int
rotation_prepare(struct rotation *rotation, struct run *run, struct prov_error *err)
{
    const char *archive = run->settings->archive;
    *rotation = (struct rotation){.run = run};
    if (archive == NULL && (run->rotate_sast != NULL || run->rotate_signer != NULL ||
                            run->new_recovery != NULL || run->release || run->take_back))
        return prov_fail(err, PROV_E_ARGUMENT,
                         "trust lists need an archive of all that were ever published; set archive "
                         "in section paths");
    int rc = archive != NULL ? record_read(archive, &rotation->record, err) : PROV_OK;
    if (rc == PROV_OK && archive != NULL)
        rc = leave_out(rotation, err);
    if (rc == PROV_OK)
        rc = resume(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_take_orders(rotation, err);
    if (rc == PROV_OK && archive != NULL)
        rc = start(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_want_settings(rotation, err); /* orders may have put others into the record */
    if (rc == PROV_OK)
        rc = rotation_look(rotation, err);
    if (rc == PROV_OK)
        rc = apply(rotation, err);
    run->wanted = &rotation->wanted;
    return rc;
}

void
rotation_release(struct rotation *rotation)
{
    if (rotation->run != NULL) {
        phones_release(&rotation->run->left_out);
        rotation->run->wanted = NULL;
    }
    wanted_release(&rotation->wanted);
    record_release(&rotation->record);
    prov_identity_free(rotation->next);
    for (size_t i = 0; i < rotation->file_count; i++)
        prov_identity_free(rotation->files[i].certificate);
    free(rotation->files);
    *rotation = (struct rotation){0};
}
