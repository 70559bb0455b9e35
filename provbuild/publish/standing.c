/* SPDX-License-Identifier: MIT */
/* The lists that stand, judged by themselves: that they are no worse than before is not enough
 * where somebody else put them there. */
#include "provbuild/publish/standing.h"

#include "ladder/compare.h"
#include "provbuild/publish/known_lost.h"

#include <stdio.h>

struct standing {
    struct run *run;
    const struct prov_identity *proof;
    struct scopes scopes;
    struct known_lost known;
    bool noted; /* something is known since this run */
    standing_say *say;
    void *context;
};

/* --- one phone, or all of a scope */

/* Where a way begins that ends before the newest lists. */
struct stuck {
    bool found;
    const struct past_list *held[LIST_KINDS]; /* NULL: none of this kind */
};

static int
value_rungs(const struct standing *standing, const struct scope *scope, struct values *out,
            struct prov_error *err)
{
    const struct rungs *rungs[LIST_KINDS] = {NULL, NULL};
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        if (scope->list[kind] != NULL)
            rungs[kind] = &scope->list[kind]->rungs;
    return values_of_rungs(rungs, standing->proof, out, err);
}

static int
judge(const struct standing *standing, const struct scope *scope, const struct prov_mac *phone,
      const struct holdings held[static LIST_KINDS], struct stuck *out, struct prov_error *err)
{
    struct values rungs, room = {.room = {NULL}}, holdings = {.room = {NULL}};
    struct ladder_verdict verdict = {.fault = LADDER_SOUND};
    struct ladder_known known;
    int rc = value_rungs(standing, scope, &rungs, err);
    if (rc == PROV_OK)
        rc = known_lost_ladder(&standing->known, phone, standing->run->published, standing->proof,
                               &known, &room, err);
    if (rc == PROV_OK)
        rc = values_of_holdings(held, standing->proof, &holdings, err);
    if (rc == PROV_OK)
        rc = ladder_find_stuck(&rungs.lists, &known, &holdings.lists, &verdict, err);
    out->found = rc == PROV_OK && verdict.fault == LADDER_STUCK;
    for (enum list_kind kind = 0; out->found && kind < LIST_KINDS; kind++) {
        size_t at = verdict.held[ladder_kind_of(kind)];
        out->held[kind] = at != LADDER_NO_LIST ? held[kind].at[at] : NULL;
    }
    values_release(&rungs);
    values_release(&room);
    values_release(&holdings);
    return rc;
}

/* `fleet` NULL: by what was published for anybody. */
static int
judge_scope(const struct standing *standing, const struct scope *scope, const struct fleet *fleet,
            struct stuck *out, struct prov_error *err)
{
    struct holdings held[LIST_KINDS] = {{0}, {0}};
    int rc = scope_holdings(scope, standing->run->published, fleet, held, err);
    if (rc == PROV_OK)
        rc = judge(standing, scope, scope->own ? &scope->phone : NULL, held, out, err);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        holdings_release(&held[kind]);
    return rc;
}

static int
judge_phone(const struct standing *standing, const struct scope *scope,
            const struct prov_mac *phone, struct stuck *out, struct prov_error *err)
{
    const struct run *run = standing->run;
    struct holdings held[LIST_KINDS] = {{0}, {0}};
    int rc = PROV_OK;
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++)
        rc = holdings_of(run->published, run->fleet, kind, phone, &held[kind], err);
    if (rc == PROV_OK)
        rc = judge(standing, scope, phone, held, out, err);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        holdings_release(&held[kind]);
    return rc;
}

/* --- what to say of it */

/* The list that the way ends at: the first whose signer none of those that are held names. */
static enum list_kind
refused_kind(const struct scope *scope, const struct stuck *stuck)
{
    for (enum list_kind kind = LIST_KINDS; kind-- > 0;) {
        const struct list *list = scope->list[kind];
        bool follows = false;
        for (enum list_kind i = 0; list != NULL && list->stands != NULL && i < LIST_KINDS; i++)
            follows |= stuck->held[i] != NULL &&
                       prov_trustlist_follows(stuck->held[i]->list, list->stands, NULL) == PROV_OK;
        if (list != NULL && list->stands != NULL && !follows)
            return kind;
    }
    return scope->list[LIST_ITL] != NULL && scope->list[LIST_ITL]->stands != NULL ? LIST_ITL
                                                                                  : LIST_CTL;
}

/* Who holds these would take that one in the place of what stands. */
static bool
would_lead(const struct ladder_lists *stands, const struct stuck *stuck, enum ladder_kind of,
           const struct ladder_list *instead, const struct prov_identity *proof)
{
    struct ladder_lists rungs = *stands;
    struct ladder_list room[LADDER_KINDS];
    struct ladder_pair pair = {{NULL, NULL}};
    struct ladder_verdict verdict;
    rungs.count[of] = 1;
    rungs.at[of] = instead;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        struct ladder_list *value = &room[ladder_kind_of(kind)];
        if (stuck->held[kind] != NULL &&
            ladder_list_of(stuck->held[kind]->list, proof, value, NULL) == PROV_OK)
            pair.list[ladder_kind_of(kind)] = value;
    }
    return ladder_judge_pair(&rungs, &pair, &verdict, NULL) == PROV_OK &&
           verdict.fault != LADDER_STUCK;
}

/* The newest of the archive that would lead them on. */
static int
find_way_back(const struct standing *standing, const struct scope *scope, const struct stuck *stuck,
              enum list_kind kind, const struct past_list **out, struct prov_error *err)
{
    const struct published *published = standing->run->published;
    struct values rungs;
    size_t end = 0;
    int rc = value_rungs(standing, scope, &rungs, err);
    for (size_t i = published_range(published, scope->list[kind]->name, &end);
         rc == PROV_OK && i < end; i++) {
        struct past_list *past = &published->at[i];
        struct ladder_list value;
        if (past->in_tree || past_list_read(past) == NULL ||
            ladder_list_of(past->list, standing->proof, &value, NULL) != PROV_OK ||
            !would_lead(&rungs.lists, stuck, ladder_kind_of(kind), &value, standing->proof))
            continue;
        if (*out == NULL ||
            prov_trustlist_timestamp(past->list) >= prov_trustlist_timestamp((*out)->list))
            *out = past;
    }
    values_release(&rungs);
    return rc;
}

static const struct past_list *
begins_with(const struct stuck *stuck)
{
    return stuck->held[LIST_ITL] != NULL ? stuck->held[LIST_ITL] : stuck->held[LIST_CTL];
}

static void
describe(struct left_behind *behind)
{
    char back[700] = "";
    if (behind->back != NULL)
        snprintf(back, sizeof back, "put %.300s back as %.300s with the settings of its day, ",
                 behind->back->path, behind->list->path);
    else if (behind->both)
        snprintf(back, sizeof back,
                 "let the same certificates stand as sast in the CTL and in the ITL, or remove the "
                 "one that does not belong there, ");
    snprintf(behind->text, sizeof behind->text,
             "nothing that stands leads phones on that hold %.300s, however it came to stand; %zu "
             "of %zu phones%s%s; %sgive --rotate-sast, or --old-sast with the key of who signed "
             "what they hold, leave them out with --forget SEP<MAC>, or reset them by hand and "
             "give --force, which is remembered",
             behind->held != NULL ? behind->held->path : "no list yet", behind->phones.count,
             behind->all, behind->phones.count > 0 ? ": " : "", behind->phones.text, back);
}

static int
tell(struct standing *standing, const struct scope *scope, const struct stuck *stuck,
     struct left_behind *behind, struct prov_error *err)
{
    enum list_kind kind = refused_kind(scope, stuck);
    behind->list = scope->list[kind];
    behind->held = begins_with(stuck);
    behind->both = scope->list[LIST_CTL] != NULL && scope->list[LIST_ITL] != NULL;
    int rc = find_way_back(standing, scope, stuck, kind, &behind->back, err);
    if (rc != PROV_OK)
        return rc;
    describe(behind);
    standing->say(standing->context, behind);
    return PROV_OK;
}

/* --- whom */

/* What --force was given for is known from now on. */
static int
note(struct standing *standing, const struct scope *scope, const struct prov_mac *phone,
     struct prov_error *err)
{
    struct holdings held[LIST_KINDS] = {{0}, {0}};
    struct values rungs, holdings = {.room = {NULL}};
    int rc = value_rungs(standing, scope, &rungs, err);
    if (rc == PROV_OK)
        rc = scope_holdings(scope, standing->run->published, standing->run->fleet, held, err);
    if (rc == PROV_OK)
        rc = values_of_holdings(held, standing->proof, &holdings, err);
    if (rc == PROV_OK)
        rc = known_lost_put(&standing->known, phone, &rungs.lists, &holdings.lists, err);
    standing->noted = true;
    values_release(&rungs);
    values_release(&holdings);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        holdings_release(&held[kind]);
    return rc;
}

static int
look_at_phone(struct standing *standing, const struct scope *scope, const struct prov_mac *phone,
              struct left_behind *behind, struct prov_error *err)
{
    const struct run *run = standing->run;
    struct stuck stuck = {.found = false};
    int rc = judge_phone(standing, scope, phone, &stuck, err);
    if (rc != PROV_OK || !stuck.found)
        return rc;
    if (!run_forces_all(run) && phones_hold(&run->forced, phone))
        return note(standing, scope, phone, err);
    fleet_name(&behind->phones, phone);
    return PROV_OK;
}

static int
look_at_phones(struct standing *standing, const struct scope *scope, struct left_behind *behind,
               struct prov_error *err)
{
    const struct fleet *fleet = standing->run->fleet;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < fleet->count; i++) {
        const struct fleet_phone *phone = &fleet->at[i];
        if (phone->forgotten || phone->left_out ||
            !scope_holds(scope, &standing->scopes, &phone->phone))
            continue;
        behind->all++;
        rc = look_at_phone(standing, scope, &phone->phone, behind, err);
    }
    fleet_names_end(&behind->phones);
    return rc;
}

static int
look_at_scope(struct standing *standing, const struct scope *scope, struct prov_error *err)
{
    struct run *run = standing->run;
    struct left_behind behind = {.forced = run_forces_all(run)};
    struct stuck stuck = {.found = false};
    int rc = judge_scope(standing, scope, run->fleet, &stuck, err);
    if (rc == PROV_OK && stuck.found && run->fleet == NULL) {
        rc = fleet_know(run, err);
        if (rc == PROV_OK)
            rc = judge_scope(standing, scope, run->fleet, &stuck, err);
    }
    if (rc != PROV_OK || !stuck.found)
        return rc;
    rc = look_at_phones(standing, scope, &behind, err);
    bool nobody = behind.phones.count == 0 && (scope->own || !run->fleet->partial);
    if (rc != PROV_OK || nobody)
        return rc;
    if (behind.forced)
        rc = note(standing, scope, scope->own ? &scope->phone : NULL, err);
    return rc == PROV_OK ? tell(standing, scope, &stuck, &behind, err) : rc;
}

/* It gives lists, and this run has not said why they stay as they are. */
static bool
is_quiet(const struct scope *scope)
{
    bool any = false, refused = false;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        const struct list *list = scope->list[kind];
        any = any || (list != NULL && list->rungs.count > 0);
        refused = refused || (list != NULL && list->refused);
    }
    return any && !refused;
}

int
standing_check(struct run *run, const struct lists *lists,
               const struct phones leaving[static LIST_KINDS], const struct prov_identity *proof,
               standing_say *say, void *context, struct prov_error *err)
{
    const char *archive = run->settings->archive;
    struct standing standing = {.run = run, .proof = proof, .say = say, .context = context};
    if (archive == NULL)
        return PROV_OK;
    int rc = scopes_make(lists, leaving, &standing.scopes, err);
    if (rc == PROV_OK)
        rc = known_lost_read(archive, &standing.known, err);
    for (size_t i = 0; rc == PROV_OK && i < standing.scopes.count; i++)
        if (is_quiet(&standing.scopes.at[i]))
            rc = look_at_scope(&standing, &standing.scopes.at[i], err);
    if (rc == PROV_OK && standing.noted && !run->dry_run)
        rc = known_lost_write(archive, &standing.known, err);
    known_lost_release(&standing.known);
    scopes_release(&standing.scopes);
    return rc;
}
