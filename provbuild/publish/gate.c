/* SPDX-License-Identifier: MIT */
/* The gate that every trust list passes on its way to the tree: whether it does anybody worse than
 * what stands, and what to say of that. */
#include "provbuild/publish/gate.h"

#include "ladder/compare.h"
#include "provbuild/publish/old_phones.h"
#include "provbuild/source/abilities.h"
#include "tree/list_rules.h"

#include <string.h>

#define DAY INT64_C(86400)

/* --- the ways to the newest lists */

static int
compare(const struct harms *harms, const struct rungs before[static LIST_KINDS],
        struct ladder_verdict *worse, struct prov_error *err)
{
    const struct rungs *const stood[LIST_KINDS] = {&before[0], &before[1]};
    struct values was, comes = {.room = {NULL}};
    int rc = values_of_rungs(stood, harms->proof, &was, err);
    if (rc == PROV_OK)
        rc = values_of_rungs(harms->rungs, harms->proof, &comes, err);
    if (rc == PROV_OK)
        rc = ladder_compare(&was.lists, &comes.lists, &harms->held->lists, worse, err);
    values_release(&was);
    values_release(&comes);
    return rc;
}

static int64_t
time_of(const struct rungs *rungs)
{
    return rungs->count > 0 ? prov_trustlist_timestamp(rungs->at[rungs->count - 1]) : INT64_MAX;
}

/* The newest lists of that time, where they are newer than what stood. */
static void
lists_at(const struct harms *harms, const struct rungs stood[static LIST_KINDS], int64_t time,
         struct rungs out[static LIST_KINDS])
{
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        const struct list *list = harms->scope->list[kind];
        int64_t latest = time_of(&stood[kind]);
        size_t end = 0,
               first = list != NULL ? published_range(harms->published, list->name, &end) : 0;
        out[kind] = stood[kind];
        for (size_t i = first; i < end; i++) {
            const struct prov_trustlist *past = past_list_read(&harms->published->at[i]);
            if (past == NULL || prov_trustlist_timestamp(past) > time ||
                prov_trustlist_timestamp(past) < latest)
                continue;
            latest = prov_trustlist_timestamp(past);
            out[kind] = (struct rungs){1, {past}};
        }
    }
}

/* With the lists of one kind that came after what stood. */
static int
compare_since(const struct harms *harms, const struct rungs stood[static LIST_KINDS],
              enum list_kind kind, struct ladder_verdict *worse, struct prov_error *err)
{
    const struct rungs *of = &stood[kind];
    size_t end = 0, first = of->count > 0 ? published_range(harms->published,
                                                            harms->scope->list[kind]->name, &end)
                                          : 0;
    int rc = PROV_OK;
    for (size_t i = first; rc == PROV_OK && worse->fault == LADDER_SOUND && i < end; i++) {
        const struct prov_trustlist *past = past_list_read(&harms->published->at[i]);
        struct rungs then[LIST_KINDS];
        if (past == NULL || prov_trustlist_timestamp(past) < time_of(of) ||
            prov_span_equal(prov_trustlist_bytes(past),
                            prov_trustlist_bytes(of->at[of->count - 1])))
            continue;
        lists_at(harms, stood, prov_trustlist_timestamp(past), then);
        rc = compare(harms, then, worse, err);
    }
    return rc;
}

/* A tree that was put back from a backup, or that lost its ladder, says nothing of what phones were
 * given since: whomever the lists of any moment since then led on are to be led on afterwards, too.
 */
int
gate_harms(const struct harms *harms, struct ladder_verdict *worse, struct prov_error *err)
{
    struct rungs stood[LIST_KINDS] = {{0}, {0}};
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        if (harms->scope->list[kind] != NULL)
            stood[kind] = harms->scope->list[kind]->before;
    int rc = compare(harms, stood, worse, err);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        if (rc == PROV_OK && worse->fault == LADDER_SOUND)
            rc = compare_since(harms, stood, kind, worse, err);
    return rc;
}

static int
judge(const struct gate *gate, const struct values *held, struct ladder_verdict *worse,
      struct prov_error *err)
{
    const struct decision *decision = gate->decision;
    const struct harms harms = {decision->scope,
                                decision->run->published,
                                {&decision->next[0], &decision->next[1]},
                                held,
                                decision->proof};
    return gate_harms(&harms, worse, err);
}

/* --- whom */

struct harmed {
    struct fleet_names phones; /* but for those named with --force */
    size_t forced;
    size_t all; /* phones of the scope */
};

/* The newest lists alone do not lead it on. */
static int
needs_bridge(const struct decision *decision, const struct values *held, bool *needs,
             struct prov_error *err)
{
    struct rungs newest[LIST_KINDS] = {{0}, {0}};
    const struct rungs *const rungs[LIST_KINDS] = {&newest[0], &newest[1]};
    const struct ladder_known nobody = {.until = INT64_MIN};
    struct ladder_verdict stuck = {.fault = LADDER_SOUND};
    struct values values;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        const struct rungs *next = &decision->next[kind];
        if (next->count > 0)
            newest[kind] = (struct rungs){1, {next->at[next->count - 1]}};
    }
    int rc = values_of_rungs(rungs, decision->proof, &values, err);
    if (rc == PROV_OK)
        rc = ladder_find_stuck(&values.lists, &nobody, &held->lists, &stuck, err);
    *needs = stuck.fault == LADDER_STUCK;
    values_release(&values);
    return rc;
}

static int
judge_phone(const struct gate *gate, enum ladder_fault fault, const struct prov_mac *phone,
            bool *harmed, struct prov_error *err)
{
    const struct decision *decision = gate->decision;
    struct holdings held[LIST_KINDS] = {{0}, {0}};
    struct values values = {.room = {NULL}};
    struct ladder_verdict worse = {.fault = LADDER_SOUND};
    int rc = PROV_OK;
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++)
        rc = holdings_of(decision->run->published, gate->fleet, kind, phone, &held[kind], err);
    if (rc == PROV_OK)
        rc = values_of_holdings(held, decision->proof, &values, err);
    /* That rungs differ is so whatever is held; it concerns who is given more than the newest for a
     * reason. */
    if (rc == PROV_OK && fault == LADDER_UNEQUAL) {
        rc = needs_bridge(decision, &values, harmed, err);
    } else if (rc == PROV_OK) {
        rc = judge(gate, &values, &worse, err);
        *harmed = worse.fault != LADDER_SOUND;
    }
    values_release(&values);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        holdings_release(&held[kind]);
    return rc;
}

static int
find_harmed(const struct gate *gate, enum ladder_fault fault, struct harmed *out,
            struct prov_error *err)
{
    const struct scope *scope = gate->decision->scope;
    int rc = PROV_OK;
    *out = (struct harmed){.all = scope->own};
    if (scope->own)
        fleet_name(&out->phones, &scope->phone);
    for (size_t i = 0; rc == PROV_OK && !scope->own && i < gate->fleet->count; i++) {
        const struct fleet_phone *phone = &gate->fleet->at[i];
        bool harmed = false;
        if (phone->left_out || !scope_holds(scope, gate->scopes, &phone->phone))
            continue;
        out->all++;
        rc = judge_phone(gate, fault, &phone->phone, &harmed, err);
        if (harmed && phones_hold(&gate->decision->run->forced, &phone->phone))
            out->forced++;
        else if (harmed)
            fleet_name(&out->phones, &phone->phone);
    }
    fleet_names_end(&out->phones);
    return rc;
}

/* --- what to say */

/* The list that the way begins with, of either kind; NULL: a phone without lists. */
static const struct past_list *
begins_with(const struct decision *decision, const struct ladder_verdict *worse,
            enum list_kind *kind)
{
    for (enum list_kind i = 0; i < LIST_KINDS; i++) {
        size_t held = worse->held[ladder_kind_of(i)];
        *kind = i;
        if (held != LADDER_NO_LIST)
            return decision->held[i].at[held];
    }
    return NULL;
}

static const struct prov_trustlist *
stood(const struct decision *decision, enum list_kind kind)
{
    const struct rungs *before = &decision->scope->list[kind]->before;
    return before->count > 0 ? before->at[before->count - 1] : NULL;
}

static const struct prov_trustlist *
newest(const struct decision *decision, enum list_kind kind)
{
    const struct rungs *next = &decision->next[kind];
    return next->count > 0 ? next->at[next->count - 1] : NULL;
}

static void
describe_stuck(const struct decision *decision, const struct ladder_verdict *worse,
               struct prov_error *out)
{
    struct prov_error why = {.code = PROV_OK};
    enum list_kind kind = LIST_ITL;
    const struct past_list *held = begins_with(decision, worse, &kind);
    const struct prov_trustlist *next = newest(decision, kind);
    if (held == NULL) {
        (void)prov_fail(out, PROV_E_CONTINUITY,
                        "a phone without lists takes the CTL or the ITL on faith, and could then "
                        "never take the other: no SAST of the one signed the other");
        return;
    }
    int rc = next != NULL ? prov_trustlist_follows(held->list, next, &why) : PROV_OK;
    (void)prov_fail(out, PROV_E_CONTINUITY, "all phones that hold %s would be locked out: %.700s",
                    held->path,
                    rc != PROV_OK ? why.text
                                  : "they could never hold both the CTL and the ITL: no SAST of "
                                    "the lists that they hold signed the other");
}

static void
describe(const struct decision *decision, const struct ladder_verdict *worse,
         struct prov_error *out)
{
    if (worse->fault == LADDER_STUCK)
        describe_stuck(decision, worse, out);
    else if (worse->fault == LADDER_UNEQUAL)
        (void)prov_fail(out, PROV_E_CONTINUITY,
                        "the lists in turns would differ: phones that may hold an older list are "
                        "led on by one of the archive, since the key that signed it is not at "
                        "hand, and that one says other things: their service would come and go; "
                        "put the key back where it was, say with "
                        "--old-sast FILE where it is, give --recovery-key FILE if it was that one, "
                        "or, if it is lost, "
                        "--rotate-sast with --recovery-key and --new-recovery, or wait until "
                        "phones are proven; one that came only after the key was given up holds "
                        "no such list from here: name it with --forget");
    else if (worse->fault == LADDER_UNSTABLE)
        (void)prov_fail(out, PROV_E_CONTINUITY,
                        "phones would leave the newest lists again, since these name who signs an "
                        "older one that is given in turns");
    else
        (void)prov_fail(out, PROV_E_CONTINUITY,
                        "it is not dated after what its phones hold, and some refuse older lists");
}

static bool
names_signer_of(const struct prov_trustlist *held, const struct prov_trustlist *list)
{
    size_t signer = 0;
    return prov_trustlist_verify(list, NULL, &signer, NULL) == PROV_OK &&
           list_names(held, prov_trustlist_at(list, signer)->certificate, true);
}

/* A rotation helps whom today's signer reaches; an older key, whom that one does; neither, where it
 * is not the signer that they refuse. */
static const char *
way_out_of_stuck(const struct decision *decision, const struct ladder_verdict *worse)
{
    enum list_kind kind = LIST_ITL;
    const struct past_list *held = begins_with(decision, worse, &kind);
    const struct prov_trustlist *next = newest(decision, kind);
    if (held == NULL || next == NULL || prov_trustlist_follows(held->list, next, NULL) == PROV_OK)
        return "let the same certificates stand as sast in the sections trust and ctl, ";
    if (names_signer_of(held->list, next))
        return ""; /* what is said of it names the setting */
    const struct prov_trustlist *before = stood(decision, kind);
    if (decision->run->rotate_sast == NULL && before != NULL && names_signer_of(held->list, before))
        return "rotate with --rotate-sast, ";
    return "say with --old-sast where the key of a SAST that it names lies, ";
}

static const char *
way_out(const struct decision *decision, const struct ladder_verdict *worse)
{
    return worse->fault == LADDER_STUCK ? way_out_of_stuck(decision, worse) : "";
}

/* A list that is given out though no section describes it cannot change with the others. */
static const char *
left_standing(const struct scope *scope)
{
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        if (scope->list[kind] != NULL && scope->list[kind]->wanted == NULL &&
            scope->list[kind]->stands != NULL)
            return scope->list[kind]->path;
    return NULL;
}

static int
refuse(const struct gate *gate, const struct ladder_verdict *worse, const struct harmed *harmed,
       struct prov_error *err)
{
    struct prov_error what;
    const char *path = left_standing(gate->decision->scope);
    describe(gate->decision, worse, &what);
    return prov_fail(
        err, PROV_E_CONTINUITY,
        "%.900s; %s%s%sleave phones out with --forget SEP<MAC>, or give --force%s; %zu "
        "of %zu phones%s%s",
        what.text, path != NULL ? path : "",
        path != NULL ? " stands beside it, and no section describes it: describe it "
                       "in one, or remove it; else "
                     : "",
        way_out(gate->decision, worse),
        worse->fault == LADDER_STUCK ? " and reset them by hand" : "",
        harmed->phones.count + harmed->forced, harmed->all, harmed->phones.count > 0 ? ": " : "",
        harmed->phones.text);
}

int
gate_judge_ways(const struct gate *gate, struct prov_error *warning, struct prov_error *err)
{
    struct ladder_verdict worse;
    struct harmed harmed;
    *warning = (struct prov_error){.code = PROV_OK};
    int rc = judge(gate, &gate->decision->held_values, &worse, err);
    if (rc != PROV_OK || worse.fault == LADDER_SOUND)
        return rc;
    rc = find_harmed(gate, worse.fault, &harmed, err);
    if (rc != PROV_OK)
        return rc;
    if (harmed.phones.count == 0 && harmed.forced > 0) {
        (void)refuse(gate, &worse, &harmed, warning);
        return PROV_OK;
    }
    return refuse(gate, &worse, &harmed, err);
}

/* --- the list itself */

static bool
names_signer(const struct settings_list *wanted)
{
    bool names = false;
    for (size_t i = 0; wanted != NULL && i < wanted->entry_count; i++)
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

/* What stood; where nothing did, whatever may be held that names a certificate for files. */
static const struct prov_trustlist *
held_before(const struct decision *decision, enum list_kind kind)
{
    const struct prov_trustlist *before = stood(decision, kind);
    for (size_t i = 0; before == NULL && i < decision->held[kind].count; i++)
        if (prov_trustlist_signs_files(decision->held[kind].at[i]->list))
            before = decision->held[kind].at[i]->list;
    return before;
}

/* Which rules a list breaks, and what is wrong with it that is not wrong with what stood. */
struct broken {
    bool rules[LIST_RULES];
    const struct broken *before; /* NULL: this is the list of before */
    struct prov_error first;
};

static void
note_broken(void *context, enum list_rule rule, const char *what)
{
    struct broken *broken = context;
    const struct rule_words *words = list_rule_words(rule);
    broken->rules[rule] = true;
    if (broken->before != NULL && !broken->before->rules[rule] && broken->first.code == PROV_OK &&
        strcmp(words->severity, RULE_FAILS) == 0)
        (void)prov_fail(&broken->first, PROV_E_CONTINUITY, "%.500s: %s; %s", what, words->why,
                        words->mend);
}

/* A list that may be held and is dated ahead of the clock can only be followed by one that is, too.
 */
static int64_t
time_ahead(const struct decision *decision, enum list_kind kind)
{
    int64_t ahead = 0;
    for (size_t i = 0; i < decision->held[kind].count; i++) {
        int64_t time = prov_trustlist_timestamp(decision->held[kind].at[i]->list);
        if (time - (int64_t)decision->run->now > ahead)
            ahead = time - (int64_t)decision->run->now;
    }
    return ahead;
}

static int
check_rules(const struct decision *decision, enum list_kind kind, struct prov_error *err)
{
    const char *name = decision->scope->list[kind]->name;
    const struct prov_trustlist *stands = stood(decision, kind);
    int64_t now = decision->run->now, slack = DAY + time_ahead(decision, kind);
    struct broken before = {.before = NULL}, next = {.before = &before};
    if (stands != NULL)
        list_rules_check(stands, name, now, slack, note_broken, &before);
    list_rules_check(newest(decision, kind), name, now, slack, note_broken, &next);
    return next.first.code == PROV_OK ? PROV_OK
                                      : prov_fail(err, next.first.code, "%s", next.first.text);
}

int
gate_judge_list(const struct gate *gate, enum list_kind kind, struct prov_error *err)
{
    const struct decision *decision = gate->decision;
    const struct settings_list *wanted = decision->scope->list[kind]->wanted;
    if (list_release_of(held_before(decision, kind), newest(decision, kind)) == LIST_LETS_GO &&
        !(wanted != NULL && is_released(decision->run, wanted)))
        return prov_fail(
            err, PROV_E_CONTINUITY,
            "it names no certificate as tftp or ccm-tftp any more: phones that take it "
            "accept any file and any list from anybody, and do not get the signed and "
            "encrypted ones of this tree; name the certificate, or let phones go with "
            "--release");
    return check_rules(decision, kind, err);
}

/* --- what old phones cannot verify */

/* Who could not verify what stands either is not helped by keeping it. */
static const char *
new_lack(const struct gate *gate, enum list_kind kind)
{
    const struct prov_trustlist *stands = stood(gate->decision, kind);
    const char *lack = abilities_lack_of(newest(gate->decision, kind));
    bool made = gate->decision->made_count[kind] > 0;
    return made && (stands == NULL || abilities_lack_of(stands) == NULL) ? lack : NULL;
}

int
gate_judge_old(const struct gate *gate, enum list_kind kind, struct prov_error *warning,
               struct prov_error *err)
{
    struct old_phones phones;
    const char *lack = new_lack(gate, kind);
    *warning = (struct prov_error){.code = PROV_OK};
    if (lack == NULL)
        return PROV_OK;
    old_phones_name(gate->decision->run, gate->lists, gate->decision->scope->list[kind], &phones);
    if (phones.old.count > 0)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%zu phones would be locked out, by the loads of their configurations: "
                         "%s: %s, or give --force and reset them by hand",
                         phones.old.count, phones.old.text, lack);
    if (phones.unnamed.count > 0)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%zu phones may be locked out, since their configurations name no load "
                         "and 7900 ones may be meant: %s: %s, name their loads, or give --force",
                         phones.unnamed.count, phones.unnamed.text, lack);
    (void)prov_fail(warning, PROV_E_CONTINUITY, "%s", lack);
    return PROV_OK;
}
