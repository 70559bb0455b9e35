/* SPDX-License-Identifier: MIT */
/* Lists of single phones that go: those that an earlier version gave in rotations, those that
 * released a phone, and those of phones that are left out. */
#include "provbuild/change/rotation.h"
#include "provbuild/publish/scope.h"

#define LEFT_OUT "the phone is left out (--forget); it gets the list for all, which it may refuse"
#define LED_ON "the list for all leads the phone on"
#define TAKEN_BACK "the phone is taken back; it gets the list for all"

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

/* Why the list of its own may go, now that those for all are what they are; NULL: it may not. */
static const char *
reason_to_go(const struct rotation *rotation, const struct lists *lists, enum list_kind kind,
             const struct prov_mac *phone, const struct list *list)
{
    const struct record *record = &rotation->record;
    bool taken_back = phones_hold(&record->taken_back[kind], phone);
    bool was_given = phones_hold(&record->own[kind], phone);
    if ((taken_back || was_given) && list->stands != NULL && scope_leads(lists, kind, list->stands))
        return taken_back ? TAKEN_BACK : LED_ON;
    return !taken_back && phones_hold(&rotation->run->left_out, phone) ? LEFT_OUT : NULL;
}

static bool
is_unlisted(const struct rotation *rotation, const struct list *list, enum list_kind *kind,
            struct prov_mac *phone)
{
    return list->wanted == NULL && !list->put_back && list_phone_of(list->name, kind, phone) &&
           wanted_takes_generic(&rotation->wanted, *kind, phone);
}

int
rotation_leaving(const struct rotation *rotation, const struct lists *lists,
                 struct phones out[static LIST_KINDS], struct prov_error *err)
{
    const struct record *record = &rotation->record;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < lists->count; i++) {
        enum list_kind kind;
        struct prov_mac phone;
        if (is_unlisted(rotation, &lists->at[i], &kind, &phone) &&
            (phones_hold(&record->own[kind], &phone) ||
             phones_hold(&record->taken_back[kind], &phone) ||
             phones_hold(&rotation->run->left_out, &phone)))
            rc = phones_add(&out[kind], &phone, err);
    }
    return rc;
}

int
rotation_leave(const struct rotation *rotation, struct lists *lists, struct prov_error *err)
{
    struct run *run = rotation->run;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < lists->count; i++) {
        struct list *list = &lists->at[i];
        enum list_kind kind;
        struct prov_mac phone;
        const char *reason = NULL;
        if (is_unlisted(rotation, list, &kind, &phone) && list->stands != NULL)
            reason = reason_to_go(rotation, lists, kind, &phone, list);
        if (reason == NULL)
            continue;
        list->goes = true;
        rc = phones_add(&run->freed, &phone, err);
        report_change(run->report, REPORT_REMOVED, list->name, reason, NULL);
    }
    return rc;
}

/* Those whose list is gone need not be remembered. */
static void
drop_gone(const struct lists *lists, struct phones *phones, enum list_kind kind)
{
    for (size_t i = 0; i < phones->count;) {
        const struct prov_mac phone = phones->at[i];
        const struct list *list = lists_of(lists, kind, &phone);
        if (list == NULL || list->goes || (list->stands == NULL && list->doubt == NULL))
            (void)phones_drop(phones, &phone);
        else
            i++;
    }
}

int
rotation_end(struct rotation *rotation, const struct lists *lists, struct prov_error *err)
{
    struct record *record = &rotation->record;
    const char *archive = rotation->run->settings->archive;
    if (archive == NULL)
        return PROV_OK;
    if (rotation->settled && rotation_forget_keys(rotation, lists, err) != PROV_OK)
        return err->code;
    drop_returned(rotation);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        drop_gone(lists, &record->own[kind], kind);
        drop_gone(lists, &record->taken_back[kind], kind);
    }
    return rotation_tidy(rotation, err);
}
