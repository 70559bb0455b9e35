/* SPDX-License-Identifier: MIT */
/* Publishing trust lists. What phones hold is taken to be the list in the tree and the newest in
 * the archive: whatever is in doubt about those refuses a new list, and --force is the only way
 * around. */
#include "provbuild/lists.h"

#include "provbuild/archive.h"
#include "provbuild/fleet.h"
#include "provbuild/list_build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC_MODE 0644

/* A list that phones may hold; borrowed. */
struct holding {
    const struct prov_trustlist *list;
    const char *place;
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
};

static bool
forces(const struct run *run, const struct list *list)
{
    return list->wanted->for_one ? run_forces(run, &list->wanted->phone) : run_forces_all(run);
}

/* --- what phones hold */

static int
add_held(struct held *held, const struct prov_trustlist *list, const char *place,
         struct prov_error *err)
{
    if (list == NULL)
        return PROV_OK;
    struct holding *at = reallocarray(held->at, held->count + 1, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    held->at = at;
    at[held->count++] = (struct holding){list, place};
    return PROV_OK;
}

/* A list without a section, of a phone that the generic one is for once its own is gone. */
static bool
is_orphan(const struct list *list, bool ctl)
{
    return list->wanted == NULL && strncmp(list->name, ctl ? "CTLSEP" : "ITLSEP", 6) == 0;
}

static int
gather_held(struct decision *decision, struct prov_error *err)
{
    struct list *list = decision->list;
    struct held *held = &decision->held;
    bool ctl = list->wanted->ctl;
    int rc = add_held(held, list->stands, list->path, err);
    if (rc == PROV_OK)
        rc = add_held(held, decision->archived, decision->archived_path, err);
    const struct list *generic = lists_generic(decision->all, ctl);
    if (rc == PROV_OK && list->wanted->for_one && held->count == 0 && generic != NULL)
        rc = add_held(held, generic->stands, generic->path, err);
    for (size_t i = 0; rc == PROV_OK && !list->wanted->for_one && i < decision->all->count; i++)
        if (is_orphan(&decision->all->at[i], ctl))
            rc = add_held(held, decision->all->at[i].stands, decision->all->at[i].path, err);
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
follows_all(const struct held *held, const struct prov_trustlist *list)
{
    for (size_t i = 0; i < held->count; i++)
        if (prov_trustlist_follows(held->at[i].list, list, NULL) != PROV_OK)
            return false;
    return true;
}

/* What phones that ask for this list are given without the next one; that itself where it comes
 * back from the archive, or nothing was ever given. */
static const struct prov_trustlist *
given_now(const struct decision *decision, const struct prov_trustlist *next)
{
    const struct list *list = decision->list;
    const struct list *generic = lists_generic(decision->all, list->wanted->ctl);
    if (list->stands != NULL)
        return list->stands;
    if (decision->archived != NULL)
        return decision->archived;
    return list->wanted->for_one && generic != NULL && generic->stands != NULL ? generic->stands
                                                                               : next;
}

static int
check_phones(struct decision *decision, const struct prov_trustlist *next, struct prov_error *err)
{
    const struct held *held = &decision->held;
    struct prov_error why = {.code = PROV_OK};
    const char *place = decision->list->path;
    int rc = prov_trustlist_check_limits(next, decision->run->now, &why);
    for (size_t i = 0; rc == PROV_OK && i < held->count; i++) {
        place = held->at[i].place;
        rc = prov_trustlist_follows(held->at[i].list, next, &why);
    }
    if (rc != PROV_OK && !decision->forced)
        return prov_fail(err, rc,
                         "all phones that hold %s would be locked out: %s; or give --force, and "
                         "reset each of them by hand",
                         place, why.text);
    if (rc == PROV_OK) {
        rc = fleet_check(decision->run, decision->all, decision->list, given_now(decision, next),
                         next, &why);
        if (rc != PROV_OK && !decision->forced)
            return prov_fail(err, rc, "%s", why.text);
    }
    if (rc == PROV_OK)
        return rc;
    report_warning(decision->run->report, place, why.text);
    return PROV_OK;
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
    return put(list->path, next, err);
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
later_than_held(const struct held *held, int64_t clock, int64_t now, uint32_t *out,
                struct prov_error *err)
{
    int rc = prov_trustlist_next_timestamp(NULL, 0, clock, now, out, err);
    for (size_t i = 0; rc == PROV_OK && i < held->count; i++)
        rc = prov_trustlist_next_timestamp(&held->at[i].list, 1, *out, now, out, err);
    return rc;
}

static int
next_time(struct decision *decision, uint32_t *out, struct prov_error *err)
{
    const struct run *run = decision->run;
    int rc = later_than_held(&decision->held, run->now, run->now, out, err);
    if (rc != PROV_E_CONTINUITY || !decision->forced)
        return rc;
    report_warning(run->report, decision->list->name, err->text);
    return later_than_held(&decision->held, run->now, UINT32_MAX, out, err);
}

/* A list that the archive holds is published as it is: phones that took it once have it already. */
static int
republish(struct decision *decision, const struct list_draft *draft, struct prov_error *err)
{
    struct prov_trustlist *again = decision->archived;
    decision->archived = NULL;
    return replace(decision, draft, again, "missing, taken from the archive", err);
}

static int
compare(struct decision *decision, const struct list_draft *draft, struct prov_error *err)
{
    struct prov_trustlist *next = NULL;
    struct list *list = decision->list;
    uint32_t time = 0;
    int rc = gather_held(decision, err);
    if (rc == PROV_OK)
        rc = list_draft_sign(draft, decision->run->now, &next, err);
    if (rc != PROV_OK)
        return rc;
    bool stands = list->stands != NULL && prov_trustlist_same(list->stands, next) &&
                  follows_all(&decision->held, list->stands);
    bool archived = decision->archived != NULL && prov_trustlist_same(decision->archived, next) &&
                    follows_all(&decision->held, decision->archived);
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
    /* A phone that gets its first list of its own holds the generic one as it was. */
    decide_all(run, lists, true);
    decide_all(run, lists, false);
    return PROV_OK;
}
