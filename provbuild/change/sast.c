/* SPDX-License-Identifier: MIT */
/* OLD+RECOVERY, then OLD+NEW signed by OLD, then NEW+RECOVERY signed by NEW. With OLD lost:
 * RECOVERY+NEW signed by RECOVERY is the list between. */
#include "provbuild/change/internal.h"

#include <stdio.h>
#include <stdlib.h>

#define PATIENCE ((int64_t)7 * 24 * 60 * 60) /* seconds that a few wait for the many */

/* The SAST that is neither the old nor the new one; NULL without one. */
static const char *
find_recovery(const struct record *record, const struct settings_list *wanted)
{
    for (size_t i = 0; i < wanted->entry_count; i++) {
        const char *path = wanted->entries[i].certificate;
        if (wanted->entries[i].role == PROV_ROLE_SAST && !rotation_is(record->from, path) &&
            !rotation_is(record->to, path))
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
    int rc = wanted_set_entries(wanted, entries, count, err);
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
             rotation->record.from, rotation->record.to, rotation->record.to);
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
           rotation->run->now > prov_trustlist_timestamp(between->list) + PATIENCE;
}

/* At the moment when the others move on, everybody who is behind; later only those who never got
 * anything: what happens in a phone's name then changes nothing. */
static int
keep_behind(struct rotation *rotation, enum list_kind kind, bool moves, struct prov_error *err)
{
    const struct fleet *fleet = rotation->run->fleet;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < fleet->count; i++) {
        const struct fleet_phone *phone = &fleet->at[i];
        bool behind = !rotation_is_through(rotation, phone, kind);
        bool never = phone->held[kind].state == LEDGER_NOTHING && phone->configured;
        if (!phone->forgotten && behind && (moves || (fleet->ledger && never)) &&
            wanted_takes_generic(&rotation->wanted, kind, &phone->phone))
            rc = phones_add(&rotation->record.own[kind], &phone->phone, err);
    }
    return rc;
}

/* The list between: the new SAST is named, and the old one, or the recovery key, signs. */
static int
want_between(struct rotation *rotation, size_t index, enum rotation_stage stage, bool *frozen,
             struct prov_error *err)
{
    const struct record *record = &rotation->record;
    struct settings_list *wanted = &rotation->wanted.lists[index];
    const char *recovery = find_recovery(record, wanted), *key = rotation->run->recovery_key;
    const char *signer = !record->via_recovery ? record->from : key != NULL ? key : recovery;
    const struct change_file *file = signer != NULL ? rotation_file(rotation, signer) : NULL;
    bool lacks_key = file == NULL || file->lacks_key;
    char name[LIST_NAME_SIZE];
    list_name_of(wanted, name);
    *frozen = lacks_key && (stage == STAGE_BETWEEN || (record->via_recovery && signer != NULL));
    if (*frozen && stage == STAGE_OLD)
        report_lack(rotation, name);
    if (*frozen)
        return wanted_freeze(&rotation->wanted, index, err);
    if (signer != NULL)
        return set_sast(wanted, signer, record->to, err);
    return prov_fail(err, PROV_E_ARGUMENT,
                     "%s names no second SAST, so without the key of %s no phone would take "
                     "another list",
                     name, record->from);
}

static int
apply_to(struct rotation *rotation, size_t index, bool *frozen, struct prov_error *err)
{
    const struct record *record = &rotation->record;
    struct settings_list *wanted = &rotation->wanted.lists[index];
    enum rotation_stage stage = rotation_stage_of(rotation, wanted);
    bool moves =
        stage == STAGE_BETWEEN && may_move_on(rotation, wanted, rotation_newest(rotation, wanted));
    int rc = PROV_OK;
    if (!moves && stage != STAGE_NEW)
        return want_between(rotation, index, stage, frozen, err);
    if (!wanted->for_one)
        rc = keep_behind(rotation, wanted->kind, moves, err);
    return rc == PROV_OK ? set_sast(wanted, record->to, find_recovery(record, wanted), err) : rc;
}

int
rotation_apply_sast(struct rotation *rotation, struct prov_error *err)
{
    const struct wanted *wanted = &rotation->wanted;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < wanted->list_count;) {
        bool frozen = false;
        if (rotation_find_entry(&rotation->record, &wanted->lists[i]) >= 0)
            rc = apply_to(rotation, i, &frozen, err);
        i += frozen ? 0 : 1;
    }
    return rc;
}
