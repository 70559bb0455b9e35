/* SPDX-License-Identifier: MIT */
/* Publishing trust lists: each that is wanted is decided on, kept in the archive, and then written.
 */
#include "provbuild/publish/publish.h"

#include "provbuild/lists/evidence.h"
#include "provbuild/lists/keep.h"
#include "provbuild/publish/abilities.h"
#include "provbuild/publish/decide.h"
#include "provbuild/publish/gate.h"
#include "provbuild/publish/unlisted.h"

#include <stdlib.h>

static bool
forces(const struct run *run, const struct list *list)
{
    return list->wanted->for_one ? run_forces(run, &list->wanted->phone) : run_forces_all(run);
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
    struct abilities_names phones;
    const char *place = NULL;
    int rc = fleet_know(run, err);
    if (rc == PROV_OK)
        rc = decide_phones(decision, run->fleet, next, &warning, &place, err);
    if (rc != PROV_OK)
        return rc;
    warn(run, place != NULL ? place : decision->list->path, &warning);
    if (place != NULL || !decide_needs_old(decision, next))
        return PROV_OK;
    abilities_name(run, decision->all, decision->list, &phones);
    warning.code = PROV_OK;
    rc = decide_old(decision, next, &phones, &warning, err);
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

static bool
names_signer(const struct settings_list *wanted)
{
    bool names = false;
    for (size_t i = 0; i < wanted->entry_count; i++)
        names |= list_role_signs(wanted->entries[i].role);
    return names;
}

/* The section of the list, or that for all where it has none, names a certificate for files, and
 * the list is to name none: it lets phones go. */
static bool
is_released(const struct run *run, const struct settings_list *wanted)
{
    const struct settings_build *build = &run->settings->build;
    const struct settings_list *section = NULL;
    for (size_t i = 0; i < build->list_count; i++) {
        const struct settings_list *list = &build->lists[i];
        bool own = wanted->for_one && list->for_one && phone_same(&list->phone, &wanted->phone);
        if (list->kind == wanted->kind && (own || (!list->for_one && section == NULL)))
            section = list;
    }
    return section != NULL && names_signer(section) && !names_signer(wanted);
}

/* The list of the other kind that goes with this one, if this run may publish it anew after it. */
static const struct list *
find_beside(const struct decision *decision)
{
    const struct settings_list *wanted = decision->list->wanted;
    enum list_kind other = wanted->kind == LIST_ITL ? LIST_CTL : LIST_ITL;
    const struct list *beside =
        wanted->for_one ? lists_of(decision->all, other, &wanted->phone) : NULL;
    if (beside == NULL)
        beside = lists_generic(decision->all, other);
    return beside != NULL && beside->wanted != NULL && !beside->changed ? beside : NULL;
}

/* As it would be signed now; `*out` NULL where there is none. */
static int
draft_beside(const struct run *run, const struct decision *decision, struct prov_trustlist **out,
             struct prov_error *err)
{
    const struct list *list = find_beside(decision);
    struct list_draft *draft = NULL;
    uint32_t time = run->now;
    *out = NULL;
    if (list == NULL)
        return PROV_OK;
    int rc = list_draft_new(run, list->wanted, list->name, &draft, err);
    if (rc == PROV_OK && list->stands != NULL)
        rc = prov_trustlist_next_timestamp(&list->stands, 1, run->now, run->now, &time, err);
    if (rc == PROV_OK)
        rc = list_draft_sign(draft, time, out, err);
    list_draft_free(draft);
    return rc;
}

/* Both kinds may change in one run, and this list need only fit what comes next. */
static bool
fits_together(const struct run *run, const struct decision *decision, struct gate gate)
{
    struct prov_trustlist *beside = NULL;
    bool fits = draft_beside(run, decision, &beside, NULL) == PROV_OK && beside != NULL;
    gate.beside = beside;
    fits = fits && gate_judge(&gate, run->fleet, NULL) == PROV_OK;
    prov_trustlist_free(beside);
    return fits;
}

/* By force what the gate refuses is only told. */
static int
pass_gate(const struct run *run, const struct decision *decision, const struct gate *gate,
          struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK};
    int rc = gate_judge(gate, run->fleet, &why);
    if (rc == PROV_E_CONTINUITY && fits_together(run, decision, *gate))
        return PROV_OK;
    if (rc == PROV_E_CONTINUITY && decision->forced) {
        warn(run, gate->name, &why);
        return PROV_OK;
    }
    return rc == PROV_OK ? rc : prov_fail(err, rc, "%s", why.text);
}

static int
publish(struct run *run, const struct decision *decision, const struct list_draft *draft,
        const struct prov_trustlist *next, struct prov_error *err)
{
    const struct prov_trustlist **held = calloc(decision->held_count + 1, sizeof(void *));
    struct gate gate = {.all = decision->all,
                        .name = decision->list->name,
                        .next = next,
                        .held = held,
                        .released = is_released(run, decision->list->wanted)};
    if (held == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; i < decision->held_count; i++)
        if (!decision->held[i].unlisted)
            held[gate.held_count++] = decision->held[i].list;
    int rc = pass_gate(run, decision, &gate, err);
    if (rc == PROV_OK)
        rc = gate_publish(run, &gate, draft, err);
    free(held);
    return rc;
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
        rc = publish(run, decision, draft, next, err);
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
