/* SPDX-License-Identifier: MIT */
/* Publishing trust lists. What phones hold is taken to be the list in the tree and the newest in
 * the archive: whatever is in doubt about those refuses a new list, and --force is the only way
 * around. */
#include "provbuild/publish/publish.h"

#include "provbuild/fleet/fleet.h"
#include "provbuild/lists/archive.h"
#include "provbuild/lists/build.h"
#include "provbuild/publish/abilities.h"
#include "provbuild/publish/unlisted.h"
#include "provbuild/restart/waiting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC_MODE 0644

/* A list that phones may hold; borrowed. */
struct holding {
    const struct prov_trustlist *list;
    const char *place;
    bool stray; /* of a phone that is not given the list at hand as long as its own stands */
};

/* All those that are to take the list at hand. */
struct held {
    size_t count;
    struct holding *at;
};

/* A list that is being decided on. */
struct decision {
    struct run *run;
    struct lists *all;
    struct list *list;
    struct prov_trustlist *archived; /* the newest there; NULL: none */
    char *archived_path;
    struct held held;
    bool forced;
    bool again;  /* what was published last is published as it was */
    bool renews; /* what stands is published with a later timestamp */
};

static bool
forces(const struct run *run, const struct list *list)
{
    return list->wanted->for_one ? run_forces(run, &list->wanted->phone) : run_forces_all(run);
}

/* --- what phones hold */

static int
add_held(struct held *held, const struct prov_trustlist *list, const char *place, bool stray,
         struct prov_error *err)
{
    if (list == NULL)
        return PROV_OK;
    struct holding *at = reallocarray(held->at, held->count + 1, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    held->at = at;
    at[held->count++] = (struct holding){list, place, stray};
    return PROV_OK;
}

/* With its own list gone, a phone is given the generic one, and may have taken it, or a later one.
 */
static int
add_generic(struct decision *decision, struct prov_error *err)
{
    const struct list *list = decision->list;
    const struct list *generic = lists_generic(decision->all, list->wanted->ctl);
    if (list->stands != NULL || generic == NULL || generic->stands == NULL)
        return PROV_OK;
    int rc = decision->archived != NULL ? fleet_know(decision->run, err) : PROV_OK;
    if (rc != PROV_OK)
        return rc;
    if (decision->archived != NULL &&
        !strays_may_leave(&decision->run->fleet->history, decision->archived, list->wanted->ctl))
        return PROV_OK;
    return add_held(&decision->held, generic->stands, generic->path, false, err);
}

static bool
is_left_out(const struct run *run, const char *name)
{
    struct prov_mac phone;
    bool ctl = false;
    return lists_phone_of(name, &ctl, &phone) && phones_hold(&run->left_out, &phone);
}

static int
gather_held(struct decision *decision, struct prov_error *err)
{
    struct list *list = decision->list;
    struct held *held = &decision->held;
    bool ctl = list->wanted->ctl;
    int rc = add_held(held, list->stands, list->path, false, err);
    if (rc == PROV_OK)
        rc = add_held(held, decision->archived, decision->archived_path, false, err);
    if (rc == PROV_OK && list->wanted->for_one)
        rc = add_generic(decision, err);
    for (size_t i = 0; rc == PROV_OK && !list->wanted->for_one && i < decision->all->count; i++)
        if (strays_is(&decision->all->at[i], ctl) &&
            !is_left_out(decision->run, decision->all->at[i].name))
            rc = add_held(held, decision->all->at[i].stands, decision->all->at[i].path, true, err);
    return rc;
}

/* An old list that cannot be read may differ from what phones hold. */
static int
doubt(struct decision *decision, const char *path, const struct prov_error *why,
      struct prov_error *err)
{
    if (decision->forced) {
        report_warning(decision->run->report, path, why->text);
        return PROV_OK;
    }
    return prov_fail(
        err, PROV_E_CONTINUITY,
        "%s cannot be trusted (%s), so whether phones would take a new list is unknown; "
        "put the right one back, or give --force if no phone holds it",
        path, why->text);
}

static int
load_archived(struct decision *decision, struct prov_error *err)
{
    const char *folder = decision->run->settings->archive;
    struct prov_error why = {.code = PROV_OK};
    if (archive_newest(folder, decision->list->name, &decision->archived, &decision->archived_path,
                       &why) == PROV_OK)
        return PROV_OK;
    return doubt(decision, decision->archived_path != NULL ? decision->archived_path : folder, &why,
                 err);
}

/* --- whether they follow */

static bool
follows_all(const struct held *held, const struct prov_trustlist *list, bool strays)
{
    for (size_t i = 0; i < held->count; i++)
        if ((strays || !held->at[i].stray) &&
            prov_trustlist_follows(held->at[i].list, list, NULL) != PROV_OK)
            return false;
    return true;
}

/* What a phone is given as long as its own list does not stand: it may hold that instead of the
 * one in the archive. */
static const struct prov_trustlist *
given_instead(const struct decision *decision)
{
    const struct list *list = decision->list;
    const struct list *generic = lists_generic(decision->all, list->wanted->ctl);
    return list->wanted->for_one && list->stands == NULL && generic != NULL ? generic->stands
                                                                            : NULL;
}

/* What phones that ask for this list are given without the next one; after the tree was emptied,
 * what they were given. NULL: nothing. */
static const struct prov_trustlist *
given_now(const struct decision *decision)
{
    const struct prov_trustlist *instead = given_instead(decision);
    if (decision->list->stands != NULL)
        return decision->list->stands;
    return instead != NULL ? instead : decision->archived;
}

static int
check_held(const struct decision *decision, const struct prov_trustlist *next,
           struct holding *refuses, struct prov_error *why)
{
    const struct held *held = &decision->held;
    int rc = prov_trustlist_check_limits(next, decision->run->now, why);
    for (size_t i = 0; rc == PROV_OK && i < held->count; i++) {
        if ((decision->again || decision->renews) && held->at[i].stray)
            continue;
        *refuses = held->at[i];
        rc = prov_trustlist_follows(held->at[i].list, next, why);
    }
    return rc;
}

static int
refuse_held(const struct decision *decision, const struct holding *refuses,
            const struct fleet_lost *lost, const struct prov_error *why, struct prov_error *err)
{
    char names[512] = "", text[PROV_ERROR_TEXT_MAX];
    if (lost->phones.count > 0)
        snprintf(names, sizeof names, "; %zu of %zu phones: %s", lost->phones.count,
                 decision->run->fleet->count, lost->phones.text);
    if (decision->forced) {
        snprintf(text, sizeof text, "%.1000s%s", why->text, names);
        report_warning(decision->run->report, refuses->place, text);
        return PROV_OK;
    }
    return prov_fail(
        err, why->code,
        "all phones that hold %s would be locked out: %s%s; or give --force, and "
        "reset each of them by hand%s",
        refuses->place, why->text,
        refuses->stray ? "; leave that phone out with --forget SEP<MAC> if it is gone" : "", names);
}

/* Who could not follow what stands either is not helped by keeping it. */
static int
check_abilities(const struct decision *decision, const struct prov_trustlist *next,
                struct prov_error *err)
{
    const struct list *list = decision->list;
    const char *lack = abilities_lack_of(next);
    struct fleet_names old;
    char text[PROV_ERROR_TEXT_MAX];
    if (lack == NULL || decision->again ||
        (list->stands != NULL && abilities_lack_of(list->stands) != NULL))
        return PROV_OK;
    int rc = abilities_name_old(decision->run, decision->all, list, &old, err);
    if (rc != PROV_OK)
        return rc;
    if (old.count > 0 && !decision->forced)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%zu phones would be locked out, by the loads of their configurations: "
                         "%s: %s, or give --force and reset them by hand",
                         old.count, old.text, lack);
    snprintf(text, sizeof text, "%s%s%s", lack, old.count > 0 ? ": " : "", old.text);
    report_warning(decision->run->report, list->name, text);
    return PROV_OK;
}

static int
check_phones(struct decision *decision, const struct prov_trustlist *next, struct prov_error *err)
{
    struct fleet_lost lost = {0};
    struct prov_error why = {.code = PROV_OK};
    struct holding refuses = {.place = decision->list->path};
    const struct prov_trustlist *given = decision->again ? next : given_now(decision);
    bool held = check_held(decision, next, &refuses, &why) == PROV_OK;
    int rc = fleet_lose(decision->run, decision->all, decision->list, given, next, &lost, err);
    if (rc != PROV_OK)
        return rc;
    if (!held)
        return refuse_held(decision, &refuses, &lost, &why, err);
    rc = fleet_refuse(decision->run, &lost, &why);
    if (rc != PROV_OK && !decision->forced)
        return prov_fail(err, rc, "%s", why.text);
    if (rc != PROV_OK)
        report_warning(decision->run->report, refuses.place, why.text);
    return check_abilities(decision, next, err);
}

/* --- publishing */

static int
put(const char *path, const struct prov_trustlist *list, struct prov_error *err)
{
    struct prov_span bytes = prov_trustlist_bytes(list);
    struct prov_batch *batch = prov_batch_new();
    int rc = batch != NULL ? prov_batch_put(batch, path, PUBLIC_MODE, bytes.data, bytes.len, err)
                           : prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, err);
    prov_batch_free(batch);
    return rc;
}

/* Durably in the archive first: once a phone can see a list, nothing may make us forget it. */
static int
publish(struct decision *decision, const struct prov_trustlist *next, struct prov_error *err)
{
    struct list *list = decision->list;
    const char *archive = decision->run->settings->archive;
    if (decision->run->dry_run)
        return PROV_OK;
    int rc = PROV_OK;
    if (list->stands != NULL)
        rc = archive_keep(archive, list->name, list->stands, err);
    if (rc == PROV_OK)
        rc = archive_keep(archive, list->name, next, err);
    if (rc != PROV_OK) {
        struct prov_error why = *err;
        return prov_fail(err, rc, "it cannot be kept in the archive %s: %s", archive, why.text);
    }
    rc = pending_note_list(decision->run, list->name, err);
    return rc == PROV_OK ? put(list->path, next, err) : rc;
}

static int
replace(struct decision *decision, const struct list_draft *draft, struct prov_trustlist *next,
        const char *reason, struct prov_error *err)
{
    struct list *list = decision->list;
    int rc = check_phones(decision, next, err);
    if (rc == PROV_OK)
        rc = publish(decision, next, err);
    if (rc != PROV_OK) {
        prov_trustlist_free(next);
        return rc;
    }
    report_change(decision->run->report, REPORT_WROTE, list->name, reason, NULL);
    list_draft_warn(draft, decision->run);
    prov_trustlist_free(list->stands);
    list->stands = next;
    list->changed = true;
    return PROV_OK;
}

static int
is_current(struct decision *decision, struct prov_error *err)
{
    const struct run *run = decision->run;
    if (run->dry_run)
        return PROV_OK;
    return archive_keep(run->settings->archive, decision->list->name, decision->list->stands, err);
}

/* Later than every list that is held. */
static int
later_than_held(const struct decision *decision, int64_t now, uint32_t *out, struct prov_error *err)
{
    const struct held *held = &decision->held;
    const struct prov_trustlist *instead = given_instead(decision);
    int rc = prov_trustlist_next_timestamp(NULL, 0, decision->run->now, now, out, err);
    for (size_t i = 0; rc == PROV_OK && i < held->count; i++)
        rc = prov_trustlist_next_timestamp(&held->at[i].list, 1, *out, now, out, err);
    if (rc == PROV_OK && instead != NULL)
        rc = prov_trustlist_next_timestamp(&instead, 1, *out, now, out, err);
    return rc;
}

static int
next_time(struct decision *decision, uint32_t *out, struct prov_error *err)
{
    const struct run *run = decision->run;
    int rc = later_than_held(decision, run->now, out, err);
    if (rc != PROV_E_CONTINUITY || !decision->forced)
        return rc;
    report_warning(run->report, decision->list->name, err->text);
    return later_than_held(decision, UINT32_MAX, out, err);
}

/* A list that the archive holds is published as it is: phones that took it once have it already. */
static int
republish(struct decision *decision, const struct list_draft *draft, struct prov_error *err)
{
    struct prov_trustlist *again = decision->archived;
    decision->archived = NULL;
    decision->again = true;
    return replace(decision, draft, again, "missing, taken from the archive", err);
}

/* A stray list is left for one with a later timestamp. */
static bool
renewal_helps(struct decision *decision, const struct list_draft *draft)
{
    const struct held *held = &decision->held;
    const struct prov_trustlist *stands = decision->list->stands;
    struct prov_trustlist *later = NULL;
    uint32_t time = 0;
    bool helps = false;
    if (follows_all(held, stands, true) ||
        later_than_held(decision, decision->run->now, &time, NULL) != PROV_OK ||
        list_draft_sign(draft, time, &later, NULL) != PROV_OK)
        return false;
    for (size_t i = 0; !helps && i < held->count; i++)
        helps = prov_trustlist_follows(held->at[i].list, stands, NULL) != PROV_OK &&
                prov_trustlist_follows(held->at[i].list, later, NULL) == PROV_OK;
    prov_trustlist_free(later);
    return helps;
}

static int
compare(struct decision *decision, const struct list_draft *draft, struct prov_error *err)
{
    struct prov_trustlist *next = NULL;
    struct list *list = decision->list;
    const struct prov_trustlist *instead = given_instead(decision);
    uint32_t time = 0;
    int rc = gather_held(decision, err);
    if (rc == PROV_OK)
        rc = list_draft_sign(draft, decision->run->now, &next, err);
    if (rc != PROV_OK)
        return rc;
    decision->renews = list->stands != NULL && prov_trustlist_same(list->stands, next);
    bool stands = decision->renews && follows_all(&decision->held, list->stands, false) &&
                  !renewal_helps(decision, draft);
    bool archived = decision->archived != NULL && prov_trustlist_same(decision->archived, next) &&
                    follows_all(&decision->held, decision->archived, list->stands != NULL) &&
                    (instead == NULL || history_time(decision->archived) > history_time(instead));
    prov_trustlist_free(next);
    if (stands)
        return is_current(decision, err);
    if (archived)
        return republish(decision, draft, err);
    rc = list_draft_check_time(draft, decision->run->now, err);
    if (rc == PROV_OK)
        rc = next_time(decision, &time, err);
    if (rc == PROV_OK)
        rc = list_draft_sign(draft, time, &next, err);
    return rc == PROV_OK
               ? replace(decision, draft, next, list->stands != NULL ? "content" : "new", err)
               : rc;
}

static int
decide(struct decision *decision, struct prov_error *err)
{
    struct list_draft *draft = NULL;
    int rc = load_archived(decision, err);
    decision->list->lost = rc != PROV_OK && decision->list->stands == NULL;
    if (rc == PROV_OK && decision->list->stands == NULL && decision->list->doubt[0] != '\0') {
        struct prov_error why;
        prov_fail(&why, PROV_E_FORMAT, "%s", decision->list->doubt);
        rc = doubt(decision, decision->list->path, &why, err);
    }
    if (rc == PROV_OK)
        rc = list_draft_new(decision->run, decision->list->wanted, decision->list->name, &draft,
                            err);
    if (rc == PROV_OK)
        rc = compare(decision, draft, err);
    list_draft_free(draft);
    free(decision->held.at);
    if (rc != PROV_OK && decision->list->held == NULL) {
        decision->list->held = decision->archived; /* phones go by that where nothing stands */
        decision->archived = NULL;
    }
    prov_trustlist_free(decision->archived);
    free(decision->archived_path);
    return rc;
}

static void
decide_all(struct run *run, struct lists *lists, bool for_one)
{
    for (size_t i = 0; i < lists->count && !cli_interrupted(); i++) {
        struct list *list = &lists->at[i];
        struct prov_error err = {.code = PROV_OK};
        if (list->wanted == NULL || list->wanted->for_one != for_one)
            continue;
        struct decision decision = {
            .run = run, .all = lists, .list = list, .forced = forces(run, list)};
        if (decide(&decision, &err) != PROV_OK)
            report_fault(run->report, list->name, err.text);
    }
}

int
lists_publish(struct run *run, struct lists *lists, struct prov_error *err)
{
    if (run->settings->build.list_count > 0 && run->settings->archive == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "trust lists need an archive of all that were ever published; set archive "
                         "in section paths");
    int rc = strays_bring_back(run, lists, err);
    if (rc != PROV_OK)
        return rc;
    /* A phone that gets its first list of its own holds the generic one as it was. */
    decide_all(run, lists, true);
    decide_all(run, lists, false);
    return PROV_OK;
}
