/* SPDX-License-Identifier: MIT */
/* Publishing trust lists: each that is wanted is decided on, kept in the archive, and then written.
 */
#include "provbuild/publish/publish.h"

#include "provbuild/lists/archive.h"
#include "provbuild/lists/evidence.h"
#include "provbuild/lists/keep.h"
#include "provbuild/publish/abilities.h"
#include "provbuild/publish/decide.h"
#include "provbuild/publish/unlisted.h"
#include "provbuild/restart/waiting.h"

#include <stdlib.h>

static bool
forces(const struct run *run, const struct list *list)
{
    return list->wanted->for_one ? run_forces(run, &list->wanted->phone) : run_forces_all(run);
}

/* Durably in the archive first: once a phone can see a list, nothing may make us forget it. */
static int
publish(const struct run *run, const struct list *list, const struct list_draft *draft,
        const struct prov_trustlist *next, struct prov_error *err)
{
    const char *archive = run->settings->archive;
    if (run->dry_run)
        return PROV_OK;
    int rc = PROV_OK;
    if (list->stands != NULL)
        rc = keep_list(run->published, archive, list->name, list->stands, err);
    if (rc == PROV_OK)
        rc = keep_list(run->published, archive, list->name, next, err);
    if (rc != PROV_OK) {
        struct prov_error why = *err;
        return prov_fail(err, rc, "it cannot be kept in the archive %s: %s", archive, why.text);
    }
    rc = list_draft_note(draft, run, err);
    if (rc == PROV_OK)
        rc = restarts_note_list(run, list->name, err);
    return rc == PROV_OK ? archive_write_list(list->path, next, err) : rc;
}

static void
warn(const struct run *run, const char *place, const struct prov_error *warning)
{
    if (warning->code != PROV_OK)
        report_warning(run->report, place, warning->text);
}

static int
check_phones(struct run *run, const struct decision *decision, const struct prov_trustlist *next,
             struct prov_error *err)
{
    struct prov_error warning = {.code = PROV_OK};
    struct fleet_names old;
    const char *place = NULL;
    int rc = fleet_know(run, err);
    if (rc == PROV_OK)
        rc = decide_phones(decision, run->fleet, next, &warning, &place, err);
    if (rc != PROV_OK)
        return rc;
    warn(run, place != NULL ? place : decision->list->path, &warning);
    if (place != NULL || !decide_needs_old(decision, next))
        return PROV_OK;
    abilities_name_old(run, decision->all, decision->list, &old);
    warning.code = PROV_OK;
    rc = decide_old(decision, next, &old, &warning, err);
    warn(run, decision->list->name, &warning);
    return rc;
}

/* Before a list changes, modification times are not enough. */
static int
check_archive(const struct run *run, struct prov_error *err)
{
    const struct settings *settings = run->settings;
    return run->quick ? evidence_check(run->published, settings->archive, settings->tftpboot,
                                       &run->forgotten, run->accept_archive, false, err)
                      : PROV_OK;
}

/* `next` is that of the archive, or was made by this run, to which it then belongs. */
static int
replace(struct run *run, const struct decision *decision, struct list *list,
        const struct list_draft *draft, const struct prov_trustlist *next, const char *reason,
        struct prov_error *err)
{
    int rc = check_archive(run, err);
    if (rc == PROV_OK)
        rc = check_phones(run, decision, next, err);
    if (rc == PROV_OK)
        rc = publish(run, list, draft, next, err);
    if (rc != PROV_OK)
        return rc;
    report_change(run->report, REPORT_WROTE, list->name, reason, NULL);
    list_draft_warn(draft, run);
    list->stands = next;
    list->changed = true;
    return PROV_OK;
}

static int
make_next(struct run *run, const struct decision *decision, struct list *list,
          const struct list_draft *draft, struct prov_error *err)
{
    struct prov_trustlist *next = NULL;
    struct prov_error warning;
    uint32_t time = 0;
    int rc = list_draft_check_time(draft, run->now, err);
    if (rc == PROV_OK)
        rc = decide_time(decision, &time, &warning, err);
    if (rc == PROV_OK)
        warn(run, list->name, &warning);
    if (rc == PROV_OK)
        rc = list_draft_sign(draft, time, &next, err);
    if (rc == PROV_OK)
        rc = replace(run, decision, list, draft, next, list->stands != NULL ? "content" : "new",
                     err);
    if (rc == PROV_OK)
        list->made = next;
    else
        prov_trustlist_free(next);
    return rc;
}

static int
keep_standing(const struct run *run, const struct list *list, const struct list_draft *draft,
              struct prov_error *err)
{
    if (run->dry_run)
        return PROV_OK;
    int rc = keep_list(run->published, run->settings->archive, list->name, list->stands, err);
    return rc == PROV_OK ? list_draft_note(draft, run, err) : rc;
}

static int
carry_out(struct run *run, struct decision *decision, struct list *list,
          const struct list_draft *draft, struct prov_error *err)
{
    int rc = decide_held(decision, err);
    if (rc == PROV_OK)
        rc = decide_verdict(decision, draft, err);
    if (rc != PROV_OK)
        return rc;
    switch (decision->verdict) {
    case VERDICT_STANDS:
        return keep_standing(run, list, draft, err);
    case VERDICT_AGAIN:
        return replace(run, decision, list, draft, decision->archived,
                       "missing, taken from the archive", err);
    case VERDICT_NEXT:
        break;
    }
    return make_next(run, decision, list, draft, err);
}

static int
doubt(const struct run *run, const struct decision *decision, const char *path, const char *why,
      struct prov_error *err)
{
    int rc = decide_doubt(decision->forced, path, why, err);
    if (rc == PROV_OK)
        report_warning(run->report, path, why);
    return rc;
}

static int
load_archived(const struct run *run, struct decision *decision, struct prov_error *err)
{
    const struct past_list *kept = NULL;
    struct prov_error why = {.code = PROV_OK};
    int rc = published_newest_kept(run->published, decision->list->name, &kept, &why);
    const char *path = kept != NULL ? kept->path : run->settings->archive;
    if (rc != PROV_OK)
        return doubt(run, decision, path, why.text, err);
    decision->archived = kept != NULL ? kept->list : NULL;
    decision->archived_path = path;
    return PROV_OK;
}

static int
decide(struct run *run, const struct lists *all, struct list *list, struct prov_error *err)
{
    struct list_draft *draft = NULL;
    struct decision decision = {.all = all,
                                .list = list,
                                .published = run->published,
                                .forced_phones = &run->forced,
                                .left_out = &run->left_out,
                                .forced = forces(run, list),
                                .now = run->now};
    int rc = load_archived(run, &decision, err);
    list->lost = rc != PROV_OK && list->stands == NULL;
    if (rc == PROV_OK && list->stands == NULL && list->doubt != NULL)
        rc = doubt(run, &decision, list->path, list->doubt, err);
    if (rc == PROV_OK)
        rc = list_draft_new(run, list->wanted, list->name, &draft, err);
    if (rc == PROV_OK)
        rc = carry_out(run, &decision, list, draft, err);
    if (rc != PROV_OK && list->held == NULL)
        list->held = decision.archived; /* phones go by that where nothing stands */
    list_draft_free(draft);
    free(decision.held);
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
        if (decide(run, lists, list, &err) != PROV_OK)
            report_fault(run->report, list->name, err.text);
    }
}

int
lists_publish(struct run *run, struct lists *lists, struct prov_error *err)
{
    if (run->wanted->list_count > 0 && run->settings->archive == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "trust lists need an archive of all that were ever published; set archive "
                         "in section paths");
    int rc = unlisted_bring_back(run, lists, err);
    if (rc != PROV_OK)
        return rc;
    /* A phone that gets its first list of its own holds the generic one as it was. */
    decide_all(run, lists, true);
    decide_all(run, lists, false);
    return PROV_OK;
}
