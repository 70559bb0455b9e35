/* SPDX-License-Identifier: MIT */
/* Lists of single phones that are behind: the one between, byte for byte as it was for all, so that
 * the ledger shows when they have taken it. */
#include "provbuild/change/rotation.h"
#include "provbuild/lists/archive.h"
#include "provbuild/restart/waiting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PUBLIC_MODE 0644
#define LEFT_OUT "the phone is left out (--forget); it gets the list for all, which it may refuse"

static int
put(const struct rotation *rotation, const char *name, const struct prov_trustlist *list,
    const char *reason, struct prov_error *err)
{
    const struct settings *settings = rotation->settings;
    struct prov_span bytes = prov_trustlist_bytes(list);
    struct prov_trustlist *stands = NULL;
    char *path = run_path(settings->tftpboot, name, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    bool current = archive_read_list(path, &stands, NULL) == PROV_OK &&
                   prov_span_equal(prov_trustlist_bytes(stands), bytes);
    prov_trustlist_free(stands);
    int rc = PROV_OK;
    if (!current && !rotation->run->dry_run) {
        struct prov_batch *batch = prov_batch_new();
        rc = archive_keep(settings->archive, name, list, err);
        if (rc == PROV_OK && batch == NULL)
            rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
        if (rc == PROV_OK)
            rc = prov_batch_put(batch, path, PUBLIC_MODE, bytes.data, bytes.len, err);
        if (rc == PROV_OK)
            rc = prov_batch_commit(batch, err);
        prov_batch_free(batch);
    }
    if (rc == PROV_OK && !current)
        report_change(rotation->run->report, REPORT_WROTE, name, reason, NULL);
    free(path);
    return rc;
}

/* The newest list for all that names the new SAST and that another one signed. */
static const struct past_list *
find_between(const struct rotation *rotation, bool ctl)
{
    const struct history *history = &rotation->run->fleet->history;
    const struct past_list *found = NULL;
    for (size_t i = 0; i < history->count; i++) {
        const struct past_list *past = &history->at[i];
        if (strcmp(past->name, ctl ? "CTLFile.tlv" : "ITLFile.tlv") == 0 &&
            rotation_stage(rotation, past->list) == STAGE_BETWEEN &&
            (found == NULL || history_time(past->list) > history_time(found->list)))
            found = past;
    }
    return found;
}

/* Their phones are through, or given up. */
static bool
is_done(const struct rotation *rotation, const char *name)
{
    struct prov_mac mac;
    bool ctl = false;
    if (!lists_phone_of(name, &ctl, &mac))
        return false;
    const struct fleet_phone *phone = fleet_find(rotation->run->fleet, &mac);
    return phone != NULL && (phone->forgotten || rotation_is_through(rotation, phone, ctl));
}

static void
note_own(const struct rotation *rotation, const char *name)
{
    struct prov_mac mac;
    bool ctl = false;
    if (!lists_phone_of(name, &ctl, &mac))
        return;
    struct fleet_phone *phone = fleet_find(rotation->run->fleet, &mac);
    if (phone != NULL)
        phone->own[ctl] = true;
}

static int
put_own(const struct rotation *rotation, struct prov_error *err)
{
    const struct record_names *own = &rotation->record.own;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && rotation->new != NULL &&i < own->count; i++) {
        const struct past_list *between =
            find_between(rotation, strncmp(own->at[i], "CTL", 3) == 0);
        if (between != NULL && !is_done(rotation, own->at[i]))
            rc = put(rotation, own->at[i], between->list, "the phone is behind", err);
        if (between != NULL)
            note_own(rotation, own->at[i]);
    }
    return rc;
}

/* Phones that came back, and took the list for all, count again. */
static void
drop_returned(struct rotation *rotation)
{
    struct record_names *names = &rotation->record.forgotten;
    for (size_t i = 0; rotation->run->fleet != NULL && i < names->count;) {
        struct prov_mac mac;
        const struct fleet_phone *phone = prov_mac_of_file(names->at[i], "", "", &mac)
                                              ? fleet_find(rotation->run->fleet, &mac)
                                              : NULL;
        if (phone != NULL && !phone->forgotten)
            record_drop(names, names->at[i]);
        else
            i++;
    }
}

/* No section, and nothing under way, describes it, and its phone is left out. */
static bool
is_given_up(const struct rotation *rotation, const struct list *list)
{
    const struct record *record = &rotation->record;
    struct prov_mac mac;
    bool ctl = false;
    return list->wanted == NULL && list->stands != NULL && lists_phone_of(list->name, &ctl, &mac) &&
           phones_hold(&rotation->run->left_out, &mac) && !record_has(&record->own, list->name) &&
           !record_has(&record->taken_back, list->name) &&
           !record_has(&rotation->frozen, list->name);
}

static int
remove_given_up(struct rotation *rotation, struct lists *lists, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < lists->count; i++) {
        struct list *list = &lists->at[i];
        if (!is_given_up(rotation, list))
            continue;
        if (!rotation->run->dry_run)
            rc = archive_keep(rotation->settings->archive, list->name, list->stands, err);
        if (rc == PROV_OK)
            rc = rotation_remove_own(rotation, list->name, LEFT_OUT, err);
        if (rc != PROV_OK)
            break;
        prov_trustlist_free(list->stands);
        list->stands = NULL;
    }
    return rc;
}

int
rotation_before_lists(struct rotation *rotation, struct lists *lists, struct prov_error *err)
{
    int rc = PROV_OK;
    if (rotation->settings->archive == NULL)
        return PROV_OK;
    drop_returned(rotation);
    if (!rotation->run->dry_run)
        rc = record_write(rotation->settings->archive, &rotation->record, err);
    if (rc == PROV_OK)
        rc = remove_given_up(rotation, lists, err);
    for (size_t i = 0; rc == PROV_OK && i < rotation->frozen.count; i++) {
        const struct past_list *past =
            history_newest(&rotation->run->fleet->history, rotation->frozen.at[i]);
        if (past != NULL)
            rc = put(rotation, past->name, past->list, "missing, taken from the archive", err);
    }
    return rc == PROV_OK ? put_own(rotation, err) : rc;
}

/* --- afterwards */

static int
note_freed(struct run *run, const char *name, struct prov_error *err)
{
    struct prov_mac mac;
    bool ctl = false;
    if (!lists_phone_of(name, &ctl, &mac))
        return PROV_OK;
    struct prov_mac *at = reallocarray(run->freed.at, run->freed.count + 1, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    run->freed.at = at;
    at[run->freed.count++] = mac;
    return PROV_OK;
}

int
rotation_remove_own(struct rotation *rotation, const char *name, const char *reason,
                    struct prov_error *err)
{
    char *path = run_path(rotation->settings->tftpboot, name, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = PROV_OK;
    if (!rotation->run->dry_run)
        rc = pending_note_list(rotation->run, name, err);
    if (rc == PROV_OK && !rotation->run->dry_run)
        rc = prov_file_remove(path, err);
    free(path);
    if (rc == PROV_OK)
        rc = note_freed(rotation->run, name, err);
    if (rc == PROV_OK)
        report_change(rotation->run->report, REPORT_REMOVED, name, reason, NULL);
    return rc;
}

static const char *
why_done(const struct rotation *rotation, const char *name)
{
    struct prov_mac mac;
    bool ctl = false;
    const struct fleet_phone *phone =
        lists_phone_of(name, &ctl, &mac) ? fleet_find(rotation->run->fleet, &mac) : NULL;
    return phone != NULL && rotation_is_through(rotation, phone, ctl)
               ? "the phone is through; it gets the list for all"
               : LEFT_OUT;
}

static int
take_away(struct rotation *rotation, struct prov_error *err)
{
    struct record_names *own = &rotation->record.own;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < own->count;) {
        if (!is_done(rotation, own->at[i])) {
            i++;
            continue;
        }
        rc = rotation_remove_own(rotation, own->at[i], why_done(rotation, own->at[i]), err);
        if (rc == PROV_OK)
            record_drop(own, own->at[i]);
    }
    return rc;
}

/* A change whose first list could not be published never began. */
static int
undo_begin(struct rotation *rotation, struct prov_error *err)
{
    struct history history;
    bool stands = false;
    int rc = history_read(rotation->settings->archive, rotation->settings->tftpboot, &history, err);
    for (size_t i = 0; rc == PROV_OK && i < history.count; i++)
        stands |= rotation_names(history.at[i].list, rotation->new,
                                 rotation->record.change == RECORD_SIGNER);
    history_release(&history);
    if (rc != PROV_OK || stands)
        return rc;
    rotation->record.change = RECORD_NONE;
    return PROV_OK;
}

int
rotation_after_lists(struct rotation *rotation, struct prov_error *err)
{
    int rc = PROV_OK;
    bool changing = rotation->new != NULL;
    if (rotation->settings->archive == NULL)
        return PROV_OK;
    drop_returned(rotation);
    rc = changing ? take_away(rotation, err) : rotation_end_release(rotation, err);
    if (rc == PROV_OK && changing && rotation->begun && !rotation->run->dry_run)
        rc = undo_begin(rotation, err);
    if (rc == PROV_OK && !rotation->run->dry_run)
        rc = record_write(rotation->settings->archive, &rotation->record, err);
    return rc;
}
