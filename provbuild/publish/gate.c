/* SPDX-License-Identifier: MIT */
/* The gate that every trust list passes on its way to the tree: whether phones could hold it beside
 * the list of the other kind, and the order in which it is kept and written. */
#include "provbuild/publish/gate.h"

#include "ladder/judge.h"
#include "provbuild/fleet/follow.h"
#include "provbuild/lists/archive.h"
#include "provbuild/lists/keep.h"
#include "provbuild/restart/waiting.h"

#include <stdio.h>
#include <stdlib.h>

static const enum ladder_kind ladder_kinds[LIST_KINDS] = {
    [LIST_ITL] = LADDER_ITL, [LIST_CTL] = LADDER_CTL};

/* The list that comes, what it is to be, and for whom. */
struct coming {
    const struct gate *gate;
    enum list_kind kind, other;
    bool own; /* of one phone */
    struct prov_mac phone;
    const struct prov_trustlist *stands; /* in its place; NULL: nothing */
};

static struct coming
coming_of(const struct gate *gate)
{
    struct coming coming = {.gate = gate};
    const struct list *list = lists_find(gate->all, gate->name);
    coming.own = list_phone_of(gate->name, &coming.kind, &coming.phone);
    coming.other = coming.kind == LIST_ITL ? LIST_CTL : LIST_ITL;
    coming.stands = list != NULL ? list->stands : NULL;
    return coming;
}

static const struct prov_trustlist *
stands_for(const struct lists *all, enum list_kind kind, const struct prov_mac *phone)
{
    const struct list *list = phone != NULL ? lists_of(all, kind, phone) : NULL;
    if (list == NULL || list->stands == NULL)
        list = lists_generic(all, kind);
    return list != NULL ? list->stands : NULL;
}

/* --- with the list of the other kind */

/* What phones may hold: of this kind what stands and what they held before, of the other one what
 * they are given; and what comes in the place of both. */
struct pairs {
    struct ladder_list *held, other, stands, next, beside;
    size_t count;
    bool has_other, has_stands, has_beside;
};

static int
read_pairs(const struct coming *coming, const struct prov_trustlist *other,
           const struct prov_trustlist *beside, struct pairs *out, struct prov_error *err)
{
    const struct gate *gate = coming->gate;
    *out = (struct pairs){.held = calloc(gate->held_count + 1, sizeof *out->held),
                          .has_other = other != NULL,
                          .has_beside = beside != NULL,
                          .has_stands = coming->stands != NULL};
    if (out->held == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = ladder_list_of(gate->next, NULL, &out->next, err);
    if (rc == PROV_OK && other != NULL)
        rc = ladder_list_of(other, NULL, &out->other, err);
    if (rc == PROV_OK && beside != NULL)
        rc = ladder_list_of(beside, NULL, &out->beside, err);
    if (rc == PROV_OK && coming->stands != NULL)
        rc = ladder_list_of(coming->stands, NULL, &out->stands, err);
    if (rc == PROV_OK && coming->stands != NULL)
        out->held[out->count++] = out->stands;
    for (size_t i = 0; rc == PROV_OK && i < gate->held_count; i++)
        rc = ladder_list_of(gate->held[i], NULL, &out->held[out->count++], err);
    return rc;
}

static int
judge(const struct coming *coming, const struct pairs *pairs, const struct ladder_list *rung,
      struct ladder_verdict *verdict, struct prov_error *err)
{
    enum ladder_kind kind = ladder_kinds[coming->kind], other = ladder_kinds[coming->other];
    struct ladder_lists rungs = {.count = {[LADDER_CTL] = 0}}, held = rungs;
    rungs.count[kind] = 1;
    rungs.at[kind] = rung;
    held.count[other] = pairs->has_other;
    held.at[other] = &pairs->other;
    rungs.count[other] = pairs->has_other || pairs->has_beside;
    rungs.at[other] = pairs->has_beside ? &pairs->beside : &pairs->other;
    held.count[kind] = pairs->count;
    held.at[kind] = pairs->held;
    return ladder_judge(&rungs, &held, verdict, err);
}

static int
refuse_pair(const struct ladder_verdict *verdict, struct prov_error *err)
{
    bool first =
        verdict->held[LADDER_CTL] == LADDER_NO_LIST && verdict->held[LADDER_ITL] == LADDER_NO_LIST;
    if (verdict->fault == LADDER_DATES)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "it is not dated after what its phones hold, and some refuse older lists");
    if (first)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "a phone without lists takes the CTL or the ITL on faith, and could then "
                         "never take the other: no SAST of the one signed the other");
    return prov_fail(err, PROV_E_CONTINUITY,
                     "a phone that holds the CTL or the ITL as they stand could never hold both: "
                     "no SAST of the lists that it holds signed the other");
}

/* Whom what stands locks out already is not helped by keeping it. */
static int
judge_beside(const struct coming *coming, const struct prov_trustlist *other,
             const struct prov_trustlist *beside, struct prov_error *err)
{
    struct pairs pairs = {.held = NULL};
    struct ladder_verdict verdict = {.fault = LADDER_SOUND}, before = verdict;
    int rc = read_pairs(coming, other, beside, &pairs, err);
    if (rc == PROV_OK)
        rc = judge(coming, &pairs, &pairs.next, &verdict, err);
    if (rc == PROV_OK && verdict.fault != LADDER_SOUND && pairs.has_stands)
        rc = judge(coming, &pairs, &pairs.stands, &before, err);
    if (rc == PROV_OK && verdict.fault != LADDER_SOUND && before.fault != verdict.fault)
        rc = refuse_pair(&verdict, err);
    free(pairs.held);
    return rc;
}

/* Phones with a list of the other kind of their own may take this one, the one for all. */
static int
judge_pairs(const struct coming *coming, struct prov_error *err)
{
    const struct lists *all = coming->gate->all;
    const struct prov_trustlist *other =
        stands_for(all, coming->other, coming->own ? &coming->phone : NULL);
    int rc = judge_beside(coming, other, coming->gate->beside, err);
    for (size_t i = 0; rc == PROV_OK && !coming->own && i < all->count; i++) {
        enum list_kind kind;
        struct prov_mac phone;
        const struct list *own = &all->at[i];
        const struct list *instead = NULL;
        if (own->stands == NULL || !list_phone_of(own->name, &kind, &phone) ||
            kind != coming->other)
            continue;
        instead = lists_of(all, coming->kind, &phone);
        if (instead == NULL || instead->stands == NULL)
            rc = judge_beside(coming, own->stands, NULL, err);
    }
    return rc;
}

/* --- by itself */

static bool
had_signer(const struct coming *coming)
{
    bool had = coming->stands != NULL && prov_trustlist_signs_files(coming->stands);
    for (size_t i = 0; !had && i < coming->gate->held_count; i++)
        had = prov_trustlist_signs_files(coming->gate->held[i]);
    return had;
}

/* It names more than one SAST, and its signer alone is one that phones verify. */
static bool
lacks_recovery(const struct prov_trustlist *list)
{
    size_t sasts = 0, fit = 0;
    for (size_t i = 0; list != NULL && i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        sasts += record->role == PROV_ROLE_SAST;
        fit += record->role == PROV_ROLE_SAST && record->certificate != NULL &&
               prov_identity_key_type(record->certificate) == PROV_KEY_RSA;
    }
    return sasts > 1 && fit < 2;
}

static int
judge_list(const struct coming *coming, struct prov_error *err)
{
    const struct prov_trustlist *next = coming->gate->next;
    if (!prov_trustlist_signs_files(next) && had_signer(coming) && !coming->gate->released)
        return prov_fail(
            err, PROV_E_CONTINUITY,
            "it names no certificate as tftp or ccm-tftp any more: phones that take it "
            "accept any file and any list from anybody, and do not get the signed and "
            "encrypted ones of this tree; name the certificate, or let phones go with "
            "--release");
    if (lacks_recovery(next) && !lacks_recovery(coming->stands))
        return prov_fail(
            err, PROV_E_CONTINUITY,
            "its second SAST holds no RSA key, and phones verify lists with RSA alone: "
            "once the first key is lost, every phone must be reset by hand; make the "
            "recovery certificate with an RSA key of 2048 bits");
    return PROV_OK;
}

/* --- the gate */

static void
name_phones(const struct coming *coming, const struct fleet *fleet, struct fleet_names *out)
{
    const struct list *list = lists_find(coming->gate->all, coming->gate->name);
    *out = (struct fleet_names){0};
    if (coming->own)
        fleet_name(out, &coming->phone);
    bool known = !coming->own && list != NULL && list->wanted != NULL && fleet != NULL;
    for (size_t i = 0; known && i < fleet->count; i++)
        if (!fleet->at[i].forgotten && fleet_gives(coming->gate->all, list, &fleet->at[i]))
            fleet_name(out, &fleet->at[i].phone);
    fleet_names_end(out);
}

int
gate_judge(const struct gate *gate, const struct fleet *fleet, struct prov_error *err)
{
    struct coming coming = coming_of(gate);
    struct prov_error why = {.code = PROV_OK};
    struct fleet_names phones;
    int rc = judge_list(&coming, &why);
    if (rc == PROV_OK)
        rc = judge_pairs(&coming, &why);
    if (rc != PROV_E_CONTINUITY)
        return rc == PROV_OK ? rc : prov_fail(err, rc, "%s", why.text);
    name_phones(&coming, fleet, &phones);
    return prov_fail(err, rc, "%.600s (phones that are given it: %zu%s%s)", why.text, phones.count,
                     phones.count > 0 ? ": " : "", phones.text);
}

/* Durably in the archive first: once a phone can see a list, nothing may make us forget it. */
static int
keep(const struct run *run, const struct coming *coming, struct prov_error *err)
{
    const char *archive = run->settings->archive, *name = coming->gate->name;
    int rc = PROV_OK;
    if (coming->stands != NULL)
        rc = keep_list(run->published, archive, name, coming->stands, err);
    if (rc == PROV_OK)
        rc = keep_list(run->published, archive, name, coming->gate->next, err);
    if (rc == PROV_OK)
        return rc;
    struct prov_error why = *err;
    return prov_fail(err, rc, "it cannot be kept in the archive %s: %s", archive, why.text);
}

int
gate_publish(const struct run *run, const struct gate *gate, const struct list_draft *draft,
             struct prov_error *err)
{
    struct coming coming = coming_of(gate);
    if (run->dry_run)
        return PROV_OK;
    char *path = run_path(run->settings->tftpboot, gate->name, "");
    int rc =
        path != NULL ? keep(run, &coming, err) : prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK && draft != NULL)
        rc = list_draft_note(draft, run, err);
    if (rc == PROV_OK)
        rc = restarts_note_list(run, gate->name, err);
    if (rc == PROV_OK)
        rc = archive_write_list(path, gate->next, err);
    free(path);
    return rc;
}

int
gate_put_back(const struct run *run, const struct gate *gate, struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK};
    int rc = gate_judge(gate, run->fleet, &why);
    if (rc == PROV_E_CONTINUITY)
        report_warning(run->report, gate->name, why.text);
    else if (rc != PROV_OK)
        return prov_fail(err, rc, "%s", why.text);
    return gate_publish(run, gate, NULL, err);
}
