/* SPDX-License-Identifier: MIT */
/* Lists of single phones that are behind: the one between, byte for byte as it was for all, so that
 * the ledger shows when they have taken it. */
#include "provbuild/change/rotation.h"
#include "provbuild/lists/keep.h"
#include "provbuild/publish/gate.h"
#include "provbuild/restart/waiting.h"

#include <stdio.h>
#include <stdlib.h>

#define LEFT_OUT "the phone is left out (--forget); it gets the list for all, which it may refuse"

static int
put(const struct rotation *rotation, struct lists *lists, const char *name,
    const struct prov_trustlist *next, const char *reason, struct prov_error *err)
{
    const struct settings *settings = rotation->run->settings;
    const struct list *list = lists_find(lists, name);
    if (list != NULL && list->stands != NULL &&
        prov_span_equal(prov_trustlist_bytes(list->stands), prov_trustlist_bytes(next)))
        return PROV_OK;
    const struct gate gate = {.all = lists, .name = name, .next = next, .released = true};
    int rc = gate_put_back(rotation->run, &gate, err);
    if (rc == PROV_OK)
        rc = lists_put(lists, settings->tftpboot, name, next, err);
    if (rc == PROV_OK)
        report_change(rotation->run->report, REPORT_WROTE, name, reason, NULL);
    return rc;
}

/* The newest list for all that names the new SAST and that another one signed. */
static const struct past_list *
find_between(const struct rotation *rotation, enum list_kind kind)
{
    const struct published *published = rotation->run->published;
    const struct past_list *found = NULL;
    char name[LIST_NAME_SIZE];
    size_t end = 0;
    list_name(kind, NULL, name);
    for (size_t i = published_range(published, name, &end); i < end; i++) {
        const struct prov_trustlist *list = past_list_read(&published->at[i]);
        if (list != NULL && rotation_stage(rotation, list) == STAGE_BETWEEN &&
            (found == NULL ||
             prov_trustlist_timestamp(list) > prov_trustlist_timestamp(found->list)))
            found = &published->at[i];
    }
    return found;
}

/* Their phones are through, or given up. */
static bool
is_done(const struct rotation *rotation, enum list_kind kind, const struct prov_mac *mac)
{
    const struct fleet_phone *phone = fleet_find(rotation->run->fleet, mac);
    return phone != NULL && (phone->forgotten || rotation_is_through(rotation, phone, kind));
}

static int
put_own(const struct rotation *rotation, enum list_kind kind, struct lists *lists,
        struct prov_error *err)
{
    const struct phones *own = &rotation->record.own[kind];
    const struct past_list *between =
        rotation->next != NULL && own->count > 0 ? find_between(rotation, kind) : NULL;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && between != NULL && i < own->count; i++) {
        struct fleet_phone *phone = fleet_find(rotation->run->fleet, &own->at[i]);
        char name[LIST_NAME_SIZE];
        list_name(kind, &own->at[i], name);
        if (!is_done(rotation, kind, &own->at[i]))
            rc = put(rotation, lists, name, between->list, "the phone is behind", err);
        if (phone != NULL)
            phone->own[kind] = true;
    }
    return rc;
}

/* Phones that came back, and took the list for all, count again. */
static void
drop_returned(struct rotation *rotation)
{
    struct phones *forgotten = &rotation->record.forgotten;
    for (size_t i = 0; rotation->run->fleet != NULL && i < forgotten->count;) {
        const struct fleet_phone *phone = fleet_find(rotation->run->fleet, &forgotten->at[i]);
        if (phone == NULL || phone->forgotten)
            i++;
        else
            (void)phones_drop(forgotten, &phone->phone);
    }
}

/* Takes a list away from its phone, which must restart then. */
static int
remove_own(struct rotation *rotation, enum list_kind kind, const struct prov_mac *phone,
           const char *reason, struct prov_error *err)
{
    struct run *run = rotation->run;
    char name[LIST_NAME_SIZE];
    list_name(kind, phone, name);
    char *path = run_path(run->settings->tftpboot, name, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = PROV_OK;
    if (!run->dry_run)
        rc = restarts_note_list(run, name, err);
    if (rc == PROV_OK && !run->dry_run)
        rc = prov_file_remove(path, err);
    free(path);
    if (rc == PROV_OK)
        rc = phones_add(&run->freed, phone, err);
    if (rc == PROV_OK)
        report_change(run->report, REPORT_REMOVED, name, reason, NULL);
    return rc;
}

/* No section, and nothing under way, describes it, and its phone is left out. */
static bool
is_given_up(const struct rotation *rotation, const struct list *list, enum list_kind *kind,
            struct prov_mac *phone)
{
    const struct record *record = &rotation->record;
    return list->wanted == NULL && list->stands != NULL && list_phone_of(list->name, kind, phone) &&
           phones_hold(&rotation->run->left_out, phone) &&
           !phones_hold(&record->own[*kind], phone) &&
           !phones_hold(&record->taken_back[*kind], phone) &&
           wanted_takes_generic(&rotation->wanted, *kind, phone);
}

static int
remove_given_up(struct rotation *rotation, struct lists *lists, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < lists->count; i++) {
        struct list *list = &lists->at[i];
        enum list_kind kind;
        struct prov_mac phone;
        if (!is_given_up(rotation, list, &kind, &phone))
            continue;
        if (!rotation->run->dry_run)
            rc = keep_list(rotation->run->published, rotation->run->settings->archive, list->name,
                           list->stands, err);
        if (rc == PROV_OK)
            rc = remove_own(rotation, kind, &phone, LEFT_OUT, err);
        if (rc == PROV_OK)
            list->stands = NULL;
    }
    return rc;
}

static int
put_frozen(const struct rotation *rotation, struct lists *lists, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < rotation->wanted.frozen_count; i++) {
        char name[LIST_NAME_SIZE];
        list_name_of(&rotation->wanted.frozen[i], name);
        const struct past_list *past = published_newest(rotation->run->published, name);
        if (past != NULL)
            rc = put(rotation, lists, name, past->list, "missing, taken from the archive", err);
    }
    return rc;
}

int
rotation_before_lists(struct rotation *rotation, struct lists *lists, struct prov_error *err)
{
    const char *archive = rotation->run->settings->archive;
    int rc = PROV_OK;
    if (archive == NULL)
        return PROV_OK;
    drop_returned(rotation);
    if (!rotation->run->dry_run)
        rc = record_write(archive, &rotation->record, err);
    if (rc == PROV_OK)
        rc = remove_given_up(rotation, lists, err);
    if (rc == PROV_OK)
        rc = put_frozen(rotation, lists, err);
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++)
        rc = put_own(rotation, kind, lists, err);
    return rc;
}

/* --- afterwards */

static int
take_away(struct rotation *rotation, enum list_kind kind, struct prov_error *err)
{
    struct phones *own = &rotation->record.own[kind];
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < own->count;) {
        const struct prov_mac mac = own->at[i];
        const struct fleet_phone *phone = fleet_find(rotation->run->fleet, &mac);
        if (!is_done(rotation, kind, &mac)) {
            i++;
            continue;
        }
        rc = remove_own(rotation, kind, &mac,
                        rotation_is_through(rotation, phone, kind)
                            ? "the phone is through; it gets the list for all"
                            : LEFT_OUT,
                        err);
        if (rc == PROV_OK)
            (void)phones_drop(own, &mac);
    }
    return rc;
}

/* The list for all was published anew, later than that which released the phone; in a plan, it
 * stands. */
static bool
follows_generic(const struct rotation *rotation, const struct lists *lists, enum list_kind kind,
                const struct list *own)
{
    const struct list *generic = lists_generic(lists, kind);
    return own->stands != NULL && generic != NULL && generic->stands != NULL &&
           (rotation->run->dry_run ||
            prov_trustlist_follows(own->stands, generic->stands, NULL) == PROV_OK);
}

static int
end_release(struct rotation *rotation, const struct lists *lists, enum list_kind kind,
            struct prov_error *err)
{
    struct phones *phones = &rotation->record.taken_back[kind];
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < phones->count;) {
        const struct prov_mac phone = phones->at[i];
        const struct list *own = lists_of(lists, kind, &phone);
        bool gone = own == NULL || (own->stands == NULL && own->doubt == NULL);
        if (!gone && !follows_generic(rotation, lists, kind, own)) {
            i++;
            continue;
        }
        if (!gone)
            rc = remove_own(rotation, kind, &phone,
                            "the phone is taken back; it gets the list for all", err);
        if (rc == PROV_OK)
            (void)phones_drop(phones, &phone);
    }
    return rc;
}

/* A change whose first list could not be published never began. */
static void
undo_begin(struct rotation *rotation, const struct lists *lists)
{
    const struct published *published = rotation->run->published;
    bool signer = rotation->record.change == RECORD_SIGNER, named = false;
    for (size_t i = 0; !named && i < lists->count; i++)
        named = lists->at[i].stands != NULL &&
                rotation_names(lists->at[i].stands, rotation->next, signer);
    for (size_t i = 0; !named && i < published->count; i++) {
        const struct prov_trustlist *list = past_list_read(&published->at[i]);
        named = list != NULL && rotation_names(list, rotation->next, signer);
    }
    if (!named)
        rotation->record.change = RECORD_NONE;
}

int
rotation_after_lists(struct rotation *rotation, const struct lists *lists, struct prov_error *err)
{
    const char *archive = rotation->run->settings->archive;
    bool changing = rotation->next != NULL;
    int rc = PROV_OK;
    if (archive == NULL)
        return PROV_OK;
    drop_returned(rotation);
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++)
        rc = changing ? take_away(rotation, kind, err) : end_release(rotation, lists, kind, err);
    if (rc == PROV_OK && changing && rotation->begun && !rotation->run->dry_run)
        undo_begin(rotation, lists);
    if (rc == PROV_OK && !rotation->run->dry_run)
        rc = record_write(archive, &rotation->record, err);
    return rc;
}
