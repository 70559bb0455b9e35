/* SPDX-License-Identifier: MIT */
/* Who may need a bridge: a phone that may hold a list which does not name the signers of the newest
 * ones. */
#include "provbuild/fleet/reach.h"

#include <stdlib.h>

static const struct ladder_list *
value_of(const struct reach *reach, const struct past_list *past)
{
    return &reach->values[past - reach->fleet->published->at];
}

/* A phone that holds the list takes the newest ones of both kinds. */
static bool
leads(const struct reach *reach, const struct past_list *past,
      const struct past_list *const newest[static LIST_KINDS])
{
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        if (newest[kind] != NULL &&
            !ladder_names(value_of(reach, past), &value_of(reach, newest[kind])->signer))
            return false;
    return true;
}

static bool
all_lead(const struct reach *reach, const struct holdings *held,
         const struct past_list *const newest[static LIST_KINDS])
{
    for (size_t i = 0; i < held->count; i++)
        if (!leads(reach, held->at[i], newest))
            return false;
    return true;
}

/* --- signers */

static int
add_signer(struct reach *reach, struct past_list *past, struct prov_error *err)
{
    const struct ladder_signer *id = &value_of(reach, past)->signer;
    for (size_t i = 0; i < reach->signer_count; i++)
        if (ladder_signer_equal(&reach->signers[i].id, id))
            return PROV_OK;
    struct reach_signer *at = reallocarray(reach->signers, reach->signer_count + 1, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    reach->signers = at;
    at[reach->signer_count++] = (struct reach_signer){.id = *id, .list = past};
    return PROV_OK;
}

static int
read_lists(struct reach *reach, struct prov_error *err)
{
    const struct published *published = reach->fleet->published;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < published->count; i++) {
        struct past_list *past = &published->at[i];
        if (past_list_read(past) != NULL &&
            ladder_list_of(past->list, NULL, &reach->values[i], NULL) == PROV_OK)
            rc = add_signer(reach, past, err);
    }
    return rc;
}

/* --- phones */

static void
note_newest(struct reach *reach, const struct past_list *newest)
{
    for (size_t i = 0; newest != NULL && i < reach->signer_count; i++)
        reach->signers[i].newest |=
            ladder_signer_equal(&reach->signers[i].id, &value_of(reach, newest)->signer);
}

/* Its bridge is signed by a SAST of the list that signed lists before. */
static void
note_need(struct reach *reach, const struct holdings held[static LIST_KINDS],
          const struct fleet_phone *phone, const struct past_list *const newest[static LIST_KINDS])
{
    for (size_t i = 0; i < reach->signer_count; i++) {
        struct reach_signer *signer = &reach->signers[i];
        bool needed = false;
        for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
            for (size_t k = 0; phone->needs[kind] && !needed && k < held[kind].count; k++)
                needed = !leads(reach, held[kind].at[k], newest) &&
                         ladder_names(value_of(reach, held[kind].at[k]), &signer->id);
        if (needed)
            fleet_name(&signer->phones, &phone->phone);
    }
}

static void
judge(struct reach *reach, struct fleet_phone *phone, const struct holdings held[static LIST_KINDS])
{
    const struct past_list *newest[LIST_KINDS];
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        phone->may_hold[kind] = held[kind].count;
        newest[kind] = fleet_newest(reach->fleet, phone, kind);
        note_newest(reach, newest[kind]);
    }
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        phone->needs[kind] = !all_lead(reach, &held[kind], newest);
    if (phone->needs[LIST_ITL] || phone->needs[LIST_CTL])
        note_need(reach, held, phone, newest);
}

static int
judge_phone(struct reach *reach, struct fleet_phone *phone, struct prov_error *err)
{
    struct holdings held[LIST_KINDS] = {{0}};
    int rc = PROV_OK;
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++)
        rc = holdings_of(reach->fleet->published, reach->fleet, kind, &phone->phone, &held[kind],
                         err);
    if (rc == PROV_OK)
        judge(reach, phone, held);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        holdings_release(&held[kind]);
    return rc;
}

enum reach_state
reach_state(const struct fleet_phone *phone)
{
    bool needs = false, proven = false, forgotten = false, followed = false, given = false;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        const struct fleet_proof *proof = &phone->proof[kind];
        needs |= phone->needs[kind];
        proven |= proof->list != NULL && proof->how != PROOF_FORGOTTEN;
        forgotten |= proof->list != NULL && proof->how == PROOF_FORGOTTEN;
        followed |= phone->given[kind].followed > 0;
        given |= phone->given[kind].first > 0;
    }
    if (!needs)
        return proven ? REACH_PROVEN : forgotten ? REACH_FORGOTTEN : REACH_READY;
    return followed ? REACH_FOLLOWED : given ? REACH_GIVEN : REACH_SILENT;
}

int
reach_make(struct fleet *fleet, struct reach *out, struct prov_error *err)
{
    *out = (struct reach){.fleet = fleet,
                          .values = calloc(fleet->published->count + 1, sizeof *out->values)};
    if (out->values == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    const struct fleet_phone nobody = {.seen = 0}; /* who has no list of his own */
    int rc = read_lists(out, err);
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++)
        note_newest(out, fleet_newest(fleet, &nobody, kind));
    for (size_t i = 0; rc == PROV_OK && i < fleet->count; i++)
        rc = judge_phone(out, &fleet->at[i], err);
    for (size_t i = 0; i < out->signer_count; i++)
        fleet_names_end(&out->signers[i].phones);
    return rc;
}

void
reach_release(struct reach *reach)
{
    free(reach->values);
    free(reach->signers);
    *reach = (struct reach){0};
}
