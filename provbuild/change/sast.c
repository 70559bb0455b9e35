/* SPDX-License-Identifier: MIT */
/* OLD+RECOVERY, then OLD+NEW signed by OLD, then NEW+RECOVERY signed by NEW. With OLD lost:
 * RECOVERY+NEW signed by RECOVERY is the list between. */
#include "provbuild/change/rotation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE ((int64_t)7 * 24 * 60 * 60) /* seconds that a few wait for the many */

int
rotation_find_entry(const struct record *record, const struct settings_list *wanted)
{
    for (size_t i = 0; i < wanted->entry_count; i++)
        if (wanted->entries[i].role == PROV_ROLE_SAST &&
            (rotation_same_path(record->old, wanted->entries[i].certificate) ||
             rotation_same_path(record->new, wanted->entries[i].certificate)))
            return (int)i;
    return -1;
}

/* The SAST that is neither the old nor the new one; NULL without one. */
static const char *
find_recovery(const struct record *record, const struct settings_list *wanted)
{
    for (size_t i = 0; i < wanted->entry_count; i++) {
        const char *path = wanted->entries[i].certificate;
        if (wanted->entries[i].role == PROV_ROLE_SAST && !rotation_same_path(record->old, path) &&
            !rotation_same_path(record->new, path))
            return path;
    }
    return NULL;
}

/* --- the entries of each stage */

static int
set_sast(struct settings_list *wanted, const char *first, const char *second,
         struct prov_error *err)
{
    struct settings_entry *entries = calloc(wanted->entry_count + 2, sizeof *entries);
    size_t count = 0;
    if (entries == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    entries[count++] = (struct settings_entry){PROV_ROLE_SAST, (char *)first};
    if (second != NULL)
        entries[count++] = (struct settings_entry){PROV_ROLE_SAST, (char *)second};
    for (size_t i = 0; i < wanted->entry_count; i++)
        if (wanted->entries[i].role != PROV_ROLE_SAST)
            entries[count++] = wanted->entries[i];
    int rc = rotation_set_entries(wanted, entries, count, err);
    free(entries);
    return rc;
}

static void
report_lack(const struct rotation *rotation, const char *name)
{
    char text[PROV_ERROR_TEXT_MAX];
    snprintf(text, sizeof text,
             "the key of %s is lost, so the recovery key must sign the list that names %s: give "
             "--rotate-sast %s --recovery-key FILE (once more)",
             rotation->record.old, rotation->record.new, rotation->record.new);
    report_fault(rotation->run->report, name, text);
}

/* --- when to move on */

static bool
may_move_on(const struct rotation *rotation, const struct settings_list *wanted,
            const struct past_list *between)
{
    struct rotation_count count;
    rotation_count(rotation, wanted, &count);
    if (!rotation->run->fleet->ledger)
        return false;
    if (wanted->for_one)
        return count.all == count.through;
    /* A source folder without any configuration may be one that is not mounted. */
    if (rotation->run->fleet->configured == 0 || count.given == 0)
        return false;
    /* Those of whom it is not certain get a list of their own all the same. */
    return 2 * count.given >= count.all ||
           rotation->run->now > history_time(between->list) + PATIENCE;
}

/* At the moment when the others move on, everybody who is behind; later only those who never got
 * anything: what happens in a phone's name then changes nothing. */
static int
keep_behind(struct rotation *rotation, const struct settings_list *wanted, bool moves,
            struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < rotation->run->fleet->count; i++) {
        const struct fleet_phone *phone = &rotation->run->fleet->at[i];
        char name[LISTS_NAME_SIZE];
        bool behind = !rotation_is_through(rotation, phone, wanted->ctl);
        bool never = phone->held[wanted->ctl].state == LEDGER_NOTHING && phone->configured;
        if (phone->forgotten || !behind || !(moves || (rotation->run->fleet->ledger && never)) ||
            !rotation_takes_generic(rotation, wanted->ctl, &phone->phone))
            continue;
        struct settings_list own = {.ctl = wanted->ctl, .for_one = true, .phone = phone->phone};
        rotation_list_name(&own, name);
        rc = record_add(&rotation->record.own, name, err);
    }
    return rc;
}

static int
apply_to(struct rotation *rotation, size_t index, bool *frozen, struct prov_error *err)
{
    const struct record *record = &rotation->record;
    struct settings_list *wanted = &rotation->settings->build.lists[index];
    char name[LISTS_NAME_SIZE];
    rotation_list_name(wanted, name);
    const struct past_list *past = history_newest(&rotation->run->fleet->history, name);
    enum rotation_stage stage = past != NULL ? rotation_stage(rotation, past->list) : STAGE_OLD;
    bool moves = stage == STAGE_BETWEEN && may_move_on(rotation, wanted, past);
    char *recovery = NULL;
    const char *found = find_recovery(record, wanted);
    int rc = PROV_OK;
    if (found != NULL && (recovery = strdup(found)) == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (moves || stage == STAGE_NEW) {
        if (!wanted->for_one)
            rc = keep_behind(rotation, wanted, moves, err);
        if (rc == PROV_OK)
            rc = set_sast(wanted, record->new, recovery, err);
    } else {
        const char *key = rotation->run->recovery_key;
        const char *signer = !record->via_recovery ? record->old : key != NULL ? key : recovery;
        bool lacks_key = signer == NULL || rotation_lacks_key(signer);
        *frozen = lacks_key && (stage == STAGE_BETWEEN || (record->via_recovery && signer != NULL));
        if (*frozen && stage == STAGE_OLD)
            report_lack(rotation, name);
        if (*frozen)
            rc = rotation_freeze(rotation, index, err);
        else if (signer == NULL)
            rc = prov_fail(err, PROV_E_ARGUMENT,
                           "%s names no second SAST, so without the key of %s no phone would take "
                           "another list",
                           name, record->old);
        else
            rc = set_sast(wanted, signer, record->new, err);
    }
    free(recovery);
    return rc;
}

int
rotation_apply_sast(struct rotation *rotation, struct prov_error *err)
{
    struct settings_build *build = &rotation->settings->build;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < build->list_count;) {
        bool frozen = false;
        if (rotation_find_entry(&rotation->record, &build->lists[i]) >= 0)
            rc = apply_to(rotation, i, &frozen, err);
        i += frozen ? 0 : 1;
    }
    return rc;
}
