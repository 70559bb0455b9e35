/* SPDX-License-Identifier: MIT */
/* Deciding on all trust lists: the ladders for all, then those of single phones, each through the
 * gate. */
#include "provbuild/publish/publish.h"

#include "provbuild/fleet/delivered.h"
#include "provbuild/lists/evidence.h"
#include "provbuild/publish/gate.h"
#include "provbuild/publish/standing.h"
#include "provbuild/publish/unlisted.h"

#include <stdio.h>
#include <stdlib.h>

struct publishing {
    struct run *run;
    struct lists *lists;
    struct scopes scopes;
    struct prov_identity *proof; /* NULL: none serves as one */
    bool leaving;                /* lists of single phones are about to go */
    bool checked;                /* the archive, file by file */
    const struct list *refused;  /* of those for all; NULL: none */
};

static struct decision
decision_on(const struct publishing *publishing, const struct scope *scope)
{
    const struct run *run = publishing->run;
    return (struct decision){.run = run,
                             .scope = scope,
                             .proof = publishing->proof,
                             .forced =
                                 scope->own ? run_forces(run, &scope->phone) : run_forces_all(run)};
}

static void
warn(const struct run *run, const char *place, const struct prov_error *warning)
{
    if (warning->code != PROV_OK)
        report_warning(run->report, place, warning->text);
}

/* --- from drafts to lists */

/* An old list that cannot be read may differ from what phones hold. */
static int
check_doubt(const struct decision *decision, struct list *list, struct prov_error *err)
{
    list->lost = list->stands == NULL && list->doubt != NULL && !decision->forced;
    if (list->lost)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%s cannot be trusted (%s), so whether phones would take a new list "
                         "is unknown; put the right one back, or give --force if no phone "
                         "holds it",
                         list->path, list->doubt);
    if (list->stands == NULL && list->doubt != NULL)
        report_warning(decision->run->report, list->path, list->doubt);
    return PROV_OK;
}

/* Where nothing stands, phones go by what the archive has. */
static void
note_held(const struct run *run, struct list *list)
{
    const struct past_list *kept = NULL;
    if (list->stands == NULL &&
        published_newest_kept(run->published, list->name, &kept, NULL) == PROV_OK && kept != NULL)
        list->held = kept->list;
}

/* What cannot be drafted stays as it is, and is told. False if nothing can. */
static bool
draft_all(struct decision *decision)
{
    struct report *report = decision->run->report;
    bool any = false;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        struct list *list = decision->scope->list[kind];
        struct prov_error err = {.code = PROV_OK};
        if (!scope_decides(decision->scope, kind))
            continue;
        int rc = check_doubt(decision, list, &err);
        if (rc == PROV_OK)
            rc = decision_draft(decision, kind, &err);
        list->drafted = rc == PROV_OK;
        any = any || rc == PROV_OK;
        if (rc == PROV_OK)
            continue;
        report_fault(report, list->name, err.text);
        note_held(decision->run, list);
    }
    return any;
}

/* Nothing is in turns, and whoever may hold whatever was published is led on by what stands. */
static bool
is_settled(const struct decision *decision)
{
    const struct ladder_plan *plan = &decision->plan;
    return plan->current && plan->verdict.fault == LADDER_SOUND && plan->count[LADDER_CTL] <= 1 &&
           plan->count[LADDER_ITL] <= 1;
}

/* Before a list changes, modification times are not enough. */
static int
look_closely(struct publishing *publishing, struct prov_error *err)
{
    struct run *run = publishing->run;
    const struct settings *settings = run->settings;
    bool first = !publishing->checked;
    int rc = PROV_OK;
    if (first && run->quick)
        rc = evidence_check(run->published, settings->archive, settings->tftpboot, &run->forgotten,
                            run->accept_archive, false, err);
    publishing->checked = rc == PROV_OK;
    if (rc == PROV_OK)
        rc = fleet_know(run, err);
    return rc == PROV_OK && run->quick && first ? delivered_check(run, err) : rc;
}

static int
make_lists(struct publishing *publishing, struct decision *decision, struct prov_error *err)
{
    int rc = decision_plan(decision, NULL, err);
    if (rc == PROV_OK && (publishing->leaving || !is_settled(decision))) {
        rc = look_closely(publishing, err);
        if (rc == PROV_OK)
            rc = decision_plan(decision, publishing->run->fleet, err);
    }
    return rc == PROV_OK ? decision_sign(decision, err) : rc;
}

/* --- through the gate */

/* By force what the gate refuses is only told. */
static int
pass(const struct decision *decision, const char *name, int rc, const struct prov_error *why,
     const struct prov_error *warning, struct prov_error *err)
{
    if (warning != NULL)
        warn(decision->run, name, warning);
    if (rc == PROV_OK)
        return rc;
    if (rc != PROV_E_CONTINUITY || !decision->forced)
        return prov_fail(err, rc, "%s", why->text);
    warn(decision->run, name, why);
    return PROV_OK;
}

static int
pass_list(const struct gate *gate, enum list_kind kind, struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK}, warning = why;
    const char *name = gate->decision->scope->list[kind]->name;
    int rc = gate_judge_list(gate, kind, &why);
    rc = pass(gate->decision, name, rc, &why, NULL, err);
    if (rc != PROV_OK)
        return rc;
    rc = gate_judge_old(gate, kind, &warning, &why);
    return pass(gate->decision, name, rc, &why, &warning, err);
}

static int
pass_ways(const struct gate *gate, enum list_kind blamed, struct prov_error *err)
{
    const struct decision *decision = gate->decision;
    struct prov_error why = {.code = PROV_OK}, warning = why;
    int rc = gate_judge_ways(gate, &warning, &why);
    return pass(decision, decision->scope->list[blamed]->name, rc, &why, &warning, err);
}

static int
pass_gate(const struct publishing *publishing, const struct decision *decision,
          enum list_kind *blamed, struct prov_error *err)
{
    const struct gate gate = {decision, &publishing->scopes, publishing->lists,
                              publishing->run->fleet};
    bool changes = false;
    int rc = PROV_OK;
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++) {
        if (!decision->changes[kind])
            continue;
        rc = pass_list(&gate, kind, err);
        if (!changes || rc != PROV_OK)
            *blamed = kind;
        changes = true;
    }
    return rc == PROV_OK && changes ? pass_ways(&gate, *blamed, err) : rc;
}

/* What its phone is given of the other kind. */
static struct list *
beside(const struct lists *lists, enum list_kind other, const struct prov_mac *phone)
{
    char name[LIST_NAME_SIZE];
    list_name(other, phone, name);
    struct list *own = lists_find(lists, name);
    if (own != NULL && own->stands != NULL)
        return own;
    list_name(other, NULL, name);
    return lists_find(lists, name);
}

/* One of the archive that is to stand again: by itself beside what its phone was given instead, and
 * its ways beside those of before, when it stood. */
static int
pass_unlisted(void *context, struct list *list, enum list_kind kind, const struct prov_mac *phone,
              struct prov_error *err)
{
    struct publishing *publishing = context;
    enum list_kind other = kind == LIST_ITL ? LIST_CTL : LIST_ITL;
    const struct list *instead = lists_generic(publishing->lists, kind);
    struct scope scope = {.own = true, .phone = *phone};
    scope.list[kind] = list;
    scope.list[other] = beside(publishing->lists, other, phone);
    struct decision decision = decision_on(publishing, &scope);
    const struct gate gate = {&decision, &publishing->scopes, publishing->lists,
                              publishing->run->fleet};
    int rc = decision_hold(&decision, publishing->run->fleet, err);
    decision.next[kind] = list->rungs;
    if (scope.list[other] != NULL)
        decision.next[other] = scope.list[other]->rungs;
    list->before = instead != NULL ? instead->before : (struct rungs){0};
    if (rc == PROV_OK)
        rc = pass_list(&gate, kind, err);
    list->before = list->rungs;
    if (rc == PROV_OK)
        rc = pass_ways(&gate, kind, err);
    decision_release(&decision);
    return rc;
}

/* --- what is said of it */

static const char *
reason_for(const struct decision *decision, enum list_kind kind)
{
    const struct list *list = decision->scope->list[kind];
    const struct rungs *before = &list->before, *next = &decision->next[kind];
    const struct rungs last = {1, {before->count > 0 ? before->at[before->count - 1] : NULL}},
                       newest = {1, {next->at[next->count - 1]}};
    enum ladder_kind of = ladder_kind_of(kind);
    bool stood = list->in_tree != NULL || list->doubt != NULL;
    if (stood && before->count > 0 && rungs_same(&last, &newest))
        return "bridges";
    if (decision->plan.rung[of][decision->plan.count[of] - 1].stands)
        return "missing, taken from the archive";
    return stood ? "content" : "new";
}

static bool
is_among(const struct rungs *rungs, const struct prov_trustlist *list)
{
    for (size_t i = 0; i < rungs->count; i++)
        if (prov_span_equal(prov_trustlist_bytes(rungs->at[i]), prov_trustlist_bytes(list)))
            return true;
    return false;
}

/* Phones of the scope that nobody knows to hold a newer list. */
static void
name_unproven(const struct publishing *publishing, const struct scope *scope, enum list_kind kind,
              struct fleet_names *out)
{
    const struct fleet *fleet = publishing->run->fleet;
    *out = (struct fleet_names){.count = 0};
    for (size_t i = 0; fleet != NULL && i < fleet->count; i++)
        if (fleet->at[i].proof[kind].list == NULL &&
            scope_holds(scope, &publishing->scopes, &fleet->at[i].phone))
            fleet_name(out, &fleet->at[i].phone);
    fleet_names_end(out);
}

/* Lists that nobody has any more were led on by bridges; without them these go. */
static void
tell_accepted(const struct publishing *publishing, const struct decision *decision,
              enum list_kind kind)
{
    const struct list *list = decision->scope->list[kind];
    struct fleet_names phones;
    char text[1024];
    if (!publishing->run->accept_archive)
        return;
    name_unproven(publishing, decision->scope, kind, &phones);
    for (size_t i = 0; i + 1 < list->before.count; i++) {
        const struct prov_trustlist *rung = list->before.at[i];
        if (is_among(&decision->next[kind], rung))
            continue;
        snprintf(text, sizeof text,
                 "with --accept-archive its bridge %s.%lld is given to nobody any more: a phone "
                 "that holds a list which it led on is locked out, and must be reset by hand; %zu "
                 "phones are not proven to hold a later one%s%s",
                 list->name, (long long)prov_trustlist_timestamp(rung), phones.count,
                 phones.count > 0 ? ": " : "", phones.text);
        report_warning(publishing->run->report, list->name, text);
    }
}

static void
report_changes(const struct publishing *publishing, const struct decision *decision)
{
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        size_t bridges = decision->next[kind].count - 1;
        char remark[64];
        if (!decision->changes[kind])
            continue;
        snprintf(remark, sizeof remark, "with %zu bridge%s", bridges, bridges == 1 ? "" : "s");
        report_change(decision->run->report, REPORT_WROTE, decision->scope->list[kind]->name,
                      reason_for(decision, kind), bridges > 0 ? remark : NULL);
        list_draft_warn(decision->newest[kind].draft, decision->run);
        if (decision->expired[kind] != NULL)
            list_draft_warn_expired(decision->expired[kind], decision->run);
        tell_accepted(publishing, decision, kind);
    }
}

static void
refuse(struct publishing *publishing, const struct scope *scope, enum list_kind kind,
       const struct prov_error *why)
{
    report_fault(publishing->run->report, scope->list[kind]->name, why->text);
    if (!scope->own)
        publishing->refused = scope->list[kind];
    for (enum list_kind i = 0; i < LIST_KINDS; i++)
        if (scope_decides(scope, i)) {
            scope->list[i]->refused = true;
            note_held(publishing->run, scope->list[i]);
        }
}

/* --- one phone's lists beside those for all */

/* It would pass, if that became of the lists for all. */
static bool
would_pass(struct publishing *publishing, const struct scope *scope)
{
    struct decision decision = decision_on(publishing, scope);
    enum list_kind blamed = LIST_ITL;
    int rc = PROV_OK;
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++)
        if (scope_decides(scope, kind))
            rc = decision_draft(&decision, kind, NULL);
    if (rc == PROV_OK)
        rc = make_lists(publishing, &decision, NULL);
    if (rc == PROV_OK)
        rc = pass_gate(publishing, &decision, &blamed, NULL);
    decision_release(&decision);
    return rc == PROV_OK;
}

/* With its own lists as they stand it would be worse off. */
static int
is_harmed(const struct publishing *publishing, const struct scope *scope, bool *harmed,
          struct prov_error *err)
{
    const struct run *run = publishing->run;
    struct holdings held[LIST_KINDS] = {{0}, {0}};
    struct values values = {.room = {NULL}};
    struct ladder_verdict worse = {.fault = LADDER_SOUND};
    struct harms harms = {scope, run->published, {NULL, NULL}, &values, publishing->proof};
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        if (scope->list[kind] != NULL)
            harms.rungs[kind] = &scope->list[kind]->rungs;
    int rc = scope_holdings(scope, run->published, run->fleet, held, err);
    if (rc == PROV_OK)
        rc = values_of_holdings(held, publishing->proof, &values, err);
    if (rc == PROV_OK)
        rc = gate_harms(&harms, &worse, err);
    *harmed = worse.fault != LADDER_SOUND;
    values_release(&values);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        holdings_release(&held[kind]);
    return rc;
}

static bool
counts(const struct publishing *publishing, const struct scope *scope)
{
    const struct run *run = publishing->run;
    return (scope->list[LIST_ITL] == publishing->scopes.at[0].list[LIST_ITL]) !=
               (scope->list[LIST_CTL] == publishing->scopes.at[0].list[LIST_CTL]) &&
           !run_forces(run, &scope->phone) && !phones_hold(&run->left_out, &scope->phone);
}

/* Phones that hold one list for all beside one of their own. */
static int
check_beside(struct publishing *publishing, struct prov_error *err)
{
    struct fleet_names phones = {0};
    int rc = PROV_OK;
    for (size_t i = 1; rc == PROV_OK && i < publishing->scopes.count; i++) {
        const struct scope *scope = &publishing->scopes.at[i];
        bool harmed = false;
        if (counts(publishing, scope))
            rc = is_harmed(publishing, scope, &harmed, err);
        if (harmed && !would_pass(publishing, scope))
            fleet_name(&phones, &scope->phone);
    }
    fleet_names_end(&phones);
    if (rc != PROV_OK || phones.count == 0)
        return rc;
    return prov_fail(err, PROV_E_CONTINUITY,
                     "%zu phones with one list of their own could not hold it together with this "
                     "one: %s; change their sections with it, leave them out with --forget "
                     "SEP<MAC>, or give --force and reset them by hand",
                     phones.count, phones.text);
}

/* --- lists of single phones without a section beside those for all */

static bool
names_signer_of(const struct prov_trustlist *list, const struct rungs *rungs)
{
    struct ladder_list value, newest;
    return rungs->count > 0 && ladder_list_of(list, NULL, &value, NULL) == PROV_OK &&
           ladder_list_of(rungs->at[rungs->count - 1], NULL, &newest, NULL) == PROV_OK &&
           ladder_names(&value, &newest.signer);
}

/* It could be left for the list for all, and cannot any more: nothing carries it on. */
static bool
is_left_behind(const struct publishing *publishing, const struct scope *scope, enum list_kind kind)
{
    const struct run *run = publishing->run;
    const struct list *own = scope->list[kind], *all = publishing->scopes.at[0].list[kind];
    if (own == NULL || all == NULL || own == all || own->wanted != NULL || own->stands == NULL ||
        !all->changed || run_forces(run, &scope->phone) ||
        phones_hold(&run->left_out, &scope->phone))
        return false;
    return names_signer_of(own->stands, &all->before) && !names_signer_of(own->stands, &all->rungs);
}

static int
check_left_behind(const struct publishing *publishing, struct prov_error *err)
{
    struct fleet_names phones = {0};
    for (size_t i = 1; i < publishing->scopes.count; i++)
        for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
            if (is_left_behind(publishing, &publishing->scopes.at[i], kind))
                fleet_name(&phones, &publishing->scopes.at[i].phone);
    fleet_names_end(&phones);
    if (phones.count == 0)
        return PROV_OK;
    return prov_fail(err, PROV_E_CONTINUITY,
                     "%zu lists of single phones stand in the tree that no section describes, so "
                     "that they cannot follow this one, which another SAST signs: %s; describe "
                     "them in sections, or remove their files, leave the phones out with --forget "
                     "SEP<MAC>, or give --force",
                     phones.count, phones.text);
}

/* --- scopes */

static enum list_kind
first_decided(const struct decision *decision)
{
    return decision->newest[LIST_ITL].draft != NULL ? LIST_ITL : LIST_CTL;
}

/* Becomes what stands, as a value; but for all only where it suits phones with lists of their own.
 */
static int
take(struct publishing *publishing, struct decision *decision, struct prov_error *err)
{
    struct list *const *lists = decision->scope->list;
    struct prov_error why = {.code = PROV_OK};
    struct rungs stood[LIST_KINDS];
    bool changes = decision->changes[LIST_ITL] || decision->changes[LIST_CTL];
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        stood[kind] = lists[kind] != NULL ? lists[kind]->rungs : (struct rungs){0};
    decision_take(decision);
    if (decision->scope->own || !changes)
        return PROV_OK;
    int rc = check_beside(publishing, &why);
    if (rc == PROV_OK)
        rc = check_left_behind(publishing, &why);
    rc = pass(decision, lists[first_decided(decision)]->name, rc, &why, NULL, err);
    for (enum list_kind kind = 0; rc != PROV_OK && kind < LIST_KINDS; kind++)
        if (lists[kind] != NULL && decision->changes[kind]) {
            list_put(lists[kind], &stood[kind]);
            lists[kind]->changed = false;
        }
    return rc;
}

/* A first list, or one that another SAST signs. */
static bool
begins_anew(const struct decision *decision)
{
    bool anew = false;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        if (!decision->changes[kind] || decision->newest[kind].draft == NULL)
            continue;
        const struct rungs *before = &decision->scope->list[kind]->before;
        anew |= before->count == 0 ||
                !list_draft_is_trusted(decision->newest[kind].draft, before->at[before->count - 1]);
    }
    return anew;
}

/* An edit that is refused for all is taken back, and with it sections of single phones: their lists
 * would stand then, and nothing would carry them on. */
static int
check_together(const struct publishing *publishing, const struct decision *decision,
               struct prov_error *err)
{
    if (publishing->refused == NULL || !decision->scope->own || decision->forced ||
        !begins_anew(decision))
        return PROV_OK;
    return prov_fail(err, PROV_E_CONTINUITY,
                     "%s is refused, so this one, which is new or which another SAST signs, is not "
                     "published without it; mend that first, or give --force SEP%s",
                     publishing->refused->name, decision->scope->phone.text);
}

/* What passes is taken; what does not, is told. */
static void
decide(struct publishing *publishing, const struct scope *scope)
{
    struct decision decision = decision_on(publishing, scope);
    struct prov_error err = {.code = PROV_OK};
    if (draft_all(&decision)) {
        enum list_kind blamed = first_decided(&decision);
        int rc = make_lists(publishing, &decision, &err);
        if (rc == PROV_OK)
            rc = pass_gate(publishing, &decision, &blamed, &err);
        if (rc == PROV_OK)
            rc = check_together(publishing, &decision, &err);
        if (rc == PROV_OK)
            rc = take(publishing, &decision, &err);
        if (rc == PROV_OK)
            report_changes(publishing, &decision);
        else
            refuse(publishing, scope, blamed, &err);
    }
    decision_release(&decision);
}

static void
decide_all(struct publishing *publishing)
{
    for (size_t i = 0; i < publishing->scopes.count && !cli_interrupted(); i++)
        decide(publishing, &publishing->scopes.at[i]);
}

/* What is in the tree is none of its rungs: somebody else put it there, or took one away. */
static bool
is_displaced(const struct list *list)
{
    for (size_t i = 0; i < list->rungs.count; i++)
        if (list->in_tree != NULL && prov_span_equal(prov_trustlist_bytes(list->in_tree),
                                                     prov_trustlist_bytes(list->rungs.at[i])))
            return false;
    return list->rungs.count > 0;
}

static void
find_displaced(struct publishing *publishing)
{
    for (size_t i = 0; i < publishing->lists->count; i++) {
        struct list *list = &publishing->lists->at[i];
        if (list->wanted == NULL || list->changed || !is_displaced(list))
            continue;
        list->changed = true;
        report_change(publishing->run->report, REPORT_WROTE, list->name,
                      "missing, taken from the archive", NULL);
    }
}

/* A list that no section describes stays as it is, unless nobody can read it: its phone is given
 * that instead of the list for all, and takes neither. */
static void
report_unreadable(const struct publishing *publishing)
{
    for (size_t i = 0; i < publishing->lists->count; i++) {
        const struct list *list = &publishing->lists->at[i];
        char text[PROV_ERROR_TEXT_MAX];
        if (list->wanted != NULL || list->goes || list->stands != NULL || list->doubt == NULL)
            continue;
        snprintf(text, sizeof text,
                 "no section describes it, and no phone can read what stands there (%s); put the "
                 "right one back, remove it, or describe it in a section",
                 list->doubt);
        report_fault(publishing->run->report, list->name, text);
    }
}

/* By force it is told once, by the gate or here, and then known. */
static void
say_left_behind(void *context, const struct left_behind *behind)
{
    const struct run *run = context;
    if (!behind->forced)
        report_fault(run->report, behind->list->name, behind->text);
    else if (!behind->list->changed)
        report_warning(run->report, behind->list->name, behind->text);
}

static int
load_proof(struct publishing *publishing, struct prov_error *err)
{
    const struct run *run = publishing->run;
    const char *path = run->settings->proof_certificate;
    if (path == NULL)
        return PROV_OK;
    publishing->proof = cli_identity(&run->common, path, PROV_NEED_CERTIFICATE);
    return publishing->proof != NULL
               ? PROV_OK
               : prov_fail(err, PROV_E_UNFIT, "no trust list is built without %s", path);
}

int
publish_decide(struct run *run, struct lists *lists, const struct phones leaving[static LIST_KINDS],
               struct prov_error *err)
{
    struct publishing publishing = {.run = run,
                                    .lists = lists,
                                    .leaving =
                                        leaving[LIST_ITL].count + leaving[LIST_CTL].count > 0};
    if (run->wanted->list_count > 0 && run->settings->archive == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "trust lists need an archive of all that were ever published; set archive "
                         "in section paths");
    int rc = load_proof(&publishing, err);
    if (rc == PROV_OK)
        rc = scopes_make(lists, leaving, &publishing.scopes, err);
    if (rc == PROV_OK) {
        decide_all(&publishing);
        find_displaced(&publishing);
        report_unreadable(&publishing);
        rc = unlisted_bring_back(run, lists, pass_unlisted, &publishing, err);
    }
    if (rc == PROV_OK && !cli_interrupted())
        rc = standing_check(run, lists, leaving, publishing.proof, say_left_behind, run, err);
    scopes_release(&publishing.scopes);
    prov_identity_free(publishing.proof);
    return rc;
}
