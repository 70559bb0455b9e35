/* SPDX-License-Identifier: MIT */
/* A change from one run to the next: what earlier ones began, what this one is told, and what is
 * wanted then; and which old keys are needed still. */
#include "provbuild/change/rotation.h"

#include "provbuild/change/internal.h"
#include "provbuild/fleet/reach.h"

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
want(struct rotation *rotation, struct prov_error *err)
{
    int rc = rotation_apply_sast(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_apply_signer(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_apply_recovery(rotation, err);
    if (rc == PROV_OK)
        rc = rotation_apply_release(rotation, err);
    return rc;
}

int
rotation_prepare(struct rotation *rotation, struct run *run, struct prov_error *err)
{
    const char *archive = run->settings->archive;
    *rotation = (struct rotation){.run = run};
    if (archive == NULL &&
        (run->rotate_sast != NULL || run->rotate_signer != NULL || run->new_recovery != NULL ||
         run->old_sast != NULL || run->release || run->take_back))
        return prov_fail(err, PROV_E_ARGUMENT,
                         "trust lists need an archive of all that were ever published; set archive "
                         "in section paths");
    int rc = archive != NULL ? record_read(archive, &rotation->record, err) : PROV_OK;
    if (rc == PROV_OK && archive != NULL)
        rc = leave_out(rotation, err);
    if (rc == PROV_OK)
        rc = wanted_make(&run->settings->build, &rotation->wanted, err);
    if (rc == PROV_OK)
        rc = rotation_take_orders(rotation, err);
    if (rc == PROV_OK)
        rc = want(rotation, err);
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
    record_release(&rotation->undone);
    phones_release(&rotation->kept.phones);
    *rotation = (struct rotation){0};
}

/* --- what is kept */

/* An order of which nothing passed never began. */
static int
undo_order(struct rotation *rotation, struct prov_error *err)
{
    rotation->undone = rotation->record; /* what is wanted borrows its paths */
    rotation->record = (struct record){0};
    int rc = record_read(rotation->run->settings->archive, &rotation->record, err);
    return rc == PROV_OK ? leave_out(rotation, err) : rc;
}

static bool
is_signed_by(const struct prov_trustlist *list, const struct record_key *key)
{
    size_t signer = 0;
    return prov_trustlist_verify(list, NULL, &signer, NULL) == PROV_OK &&
           key_is_certificate(key, prov_trustlist_at(list, signer)->certificate);
}

/* Whether the key of this SAST of before still signs a bridge that stands. */
static bool
is_needed(const struct rotation *rotation, const struct lists *lists, const struct record_key *old)
{
    const struct settings_build *build = &rotation->run->settings->build;
    bool needed = false;
    for (size_t i = 0; !needed && i < build->list_count; i++)
        needed = build->lists[i].entry_count > 0 &&
                 key_is_file(old, build->lists[i].entries[0].certificate);
    for (size_t i = 0; i < lists->count; i++)
        for (size_t k = 0; !needed && k < lists->at[i].rungs.count; k++)
            needed = is_signed_by(lists->at[i].rungs.at[k], old) ||
                     (old->is == NULL && lists->at[i].rungs.count > 1);
    return needed;
}

/* Phones may hold a list that it signed, and not know the newest signer: whatever leads them on
 * today, an archived bridge or that of the recovery key. As --status has it. Of a certificate that
 * is not known, any may be the list. */
static bool
is_waited_for(const struct reach *reach, const struct record_key *old)
{
    for (size_t i = 0; i < reach->signer_count; i++) {
        const struct reach_signer *signer = &reach->signers[i];
        if (!signer->newest && (signer->phones.count > 0 || reach->fleet->partial) &&
            (old->is == NULL || is_signed_by(signer->list->list, old)))
            return true;
    }
    return false;
}

/* Who is led on by a list of this run is known to the next one. */
static bool
makes_newest(const struct lists *lists)
{
    for (size_t i = 0; i < lists->count; i++)
        for (size_t k = 0; k < lists->at[i].made_count; k++)
            if (lists->at[i].made[k] == lists->at[i].stands)
                return true;
    return false;
}

int
rotation_forget_keys(struct rotation *rotation, const struct lists *lists, struct prov_error *err)
{
    struct record *record = &rotation->record;
    struct reach reach = {0};
    size_t needed = 0;
    while (needed < record->old_count && is_needed(rotation, lists, &record->old[needed]))
        needed++;
    if (needed == record->old_count || makes_newest(lists))
        return PROV_OK;
    int rc = fleet_know(rotation->run, err);
    if (rc == PROV_OK)
        rc = reach_make(rotation->run->fleet, &reach, err);
    for (size_t i = needed; rc == PROV_OK && i < record->old_count;) {
        if (is_needed(rotation, lists, &record->old[i]) || is_waited_for(&reach, &record->old[i])) {
            i++;
            continue;
        }
        report_warning(rotation->run->report, record->old[i].path,
                       "no phone needs this key any more; it may be destroyed");
        record_drop_old(record, i);
    }
    reach_release(&reach);
    return rc;
}

/* The settings name the newest SAST by now, but no list does as they say: if they go back, nobody
 * else knows where its key lies. */
static int
keep_newest(struct rotation *rotation, struct prov_error *err)
{
    struct record before;
    int rc = record_read(rotation->run->settings->archive, &before, err);
    if (rc == PROV_OK && rotation->record.newest.path == NULL) {
        rotation->record.newest = before.newest;
        before.newest = (struct record_key){NULL, NULL};
    }
    record_release(&before);
    return rc;
}

int
rotation_tidy(struct rotation *rotation, struct prov_error *err)
{
    const struct run *run = rotation->run;
    if (run->settings->archive == NULL || run->dry_run)
        return PROV_OK;
    return record_write(run->settings->archive, &rotation->record,
                        run->published->noted[INVENTORY_UNDER_WAY], err);
}

int
rotation_keep(struct rotation *rotation, const struct lists *lists, bool refused,
              struct prov_error *err)
{
    const char *archive = rotation->run->settings->archive;
    int rc = PROV_OK;
    if (archive == NULL)
        return PROV_OK;
    if (refused && rotation->ordered && !lists_any_changed(lists))
        rc = undo_order(rotation, err);
    else if (refused)
        rc = keep_newest(rotation, err);
    rotation->settled = !refused && report_faults(rotation->run->report) == 0;
    return rc == PROV_OK ? rotation_tidy(rotation, err) : rc;
}
