/* SPDX-License-Identifier: MIT */
/* A scope's ladder as a decision: drafts and holdings become a plan, and the plan becomes lists. */
#include "provbuild/publish/decide.h"

#include <stdlib.h>
#include <unistd.h>

/* --- drafts */

static int
draft(const struct decision *decision, enum list_kind kind, const char *key, struct drafted *out,
      struct prov_error *err)
{
    const struct list *list = decision->scope->list[kind];
    int rc = list_draft_new(decision->run, list->wanted, list->name, key, &out->draft, err);
    if (rc == PROV_OK)
        rc = list_draft_value(out->draft, decision->proof, &out->value, err);
    if (rc != PROV_OK) {
        list_draft_free(out->draft);
        out->draft = NULL;
    }
    return rc;
}

/* Asks for no passphrase, and says nothing. */
static bool
lacks_key(const char *path)
{
    struct prov_identity *identity = NULL;
    int rc = prov_identity_load(path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY, NULL, NULL, &identity,
                                NULL);
    prov_identity_free(identity);
    return rc == PROV_E_FORMAT || (!prov_identity_is_uri(path) && access(path, R_OK) != 0);
}

/* One that signs the newest list already makes none. One whose certificate has run out does: a
 * phone that minds that is no worse off than without the bridge. */
static int
draft_bridge(struct decision *decision, enum list_kind kind, const char *key,
             struct prov_error *err)
{
    struct drafted *bridge = &decision->bridges[kind][decision->bridge_count[kind]];
    if (lacks_key(key) || decision->bridge_count[kind] == LADDER_RUNGS_MAX)
        return PROV_OK;
    int rc = draft(decision, kind, key, bridge, err);
    if (rc == PROV_E_ARGUMENT)
        return PROV_OK;
    if (rc != PROV_OK)
        return rc;
    if (list_draft_expired(bridge->draft, decision->run->now) ||
        list_draft_check_time(bridge->draft, decision->run->now, NULL) == PROV_OK) {
        decision->bridge_count[kind]++;
        return PROV_OK;
    }
    list_draft_free(bridge->draft);
    bridge->draft = NULL;
    return PROV_OK;
}

int
decision_draft(struct decision *decision, enum list_kind kind, struct prov_error *err)
{
    const struct wanted *wanted = decision->run->wanted;
    int rc = draft(decision, kind, NULL, &decision->newest[kind], err);
    for (size_t i = 0; rc == PROV_OK && i < wanted->key_count; i++)
        rc = draft_bridge(decision, kind, wanted->keys[i], err);
    return rc;
}

/* --- the plan */

static void
put_wish(const struct decision *decision, enum list_kind kind, const struct ladder_lists *stands,
         struct ladder_wish *wish)
{
    enum ladder_kind of = ladder_kind_of(kind);
    size_t count = stands->count[of];
    wish->given = decision->newest[kind].draft == NULL;
    wish->wanted = !wish->given || count > 0;
    if (!wish->given)
        wish->content = decision->newest[kind].value;
    else if (count > 0)
        wish->content = stands->at[of][count - 1];
}

static size_t
put_keys(const struct decision *decision, struct ladder_signer *out)
{
    size_t count = 0;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        if (decision->newest[kind].draft != NULL)
            out[count++] = decision->newest[kind].value.signer;
        for (size_t i = 0; i < decision->bridge_count[kind]; i++)
            out[count++] = decision->bridges[kind][i].value.signer;
    }
    return count;
}

static const struct rungs *
standing(const struct scope *scope, enum list_kind kind)
{
    return scope->list[kind] != NULL ? &scope->list[kind]->rungs : NULL;
}

int
decision_hold(struct decision *decision, const struct fleet *fleet, struct prov_error *err)
{
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        holdings_release(&decision->held[kind]);
    values_release(&decision->held_values);
    int rc = scope_holdings(decision->scope, decision->run->published, fleet, decision->held, err);
    return rc == PROV_OK
               ? values_of_holdings(decision->held, decision->proof, &decision->held_values, err)
               : rc;
}

int
decision_plan(struct decision *decision, const struct fleet *fleet, struct prov_error *err)
{
    const struct rungs *const rungs[LIST_KINDS] = {standing(decision->scope, 0),
                                                   standing(decision->scope, 1)};
    struct ladder_signer keys[LIST_KINDS * (LADDER_RUNGS_MAX + 1)];
    struct values stands;
    int rc = decision_hold(decision, fleet, err);
    if (rc != PROV_OK)
        return rc;
    rc = values_of_rungs(rungs, decision->proof, &stands, err);
    struct ladder_problem problem = {.held = decision->held_values.lists,
                                     .stands = stands.lists,
                                     .key_count = put_keys(decision, keys),
                                     .keys = keys,
                                     .now = decision->run->now};
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++)
        put_wish(decision, kind, &stands.lists, &problem.wish[ladder_kind_of(kind)]);
    if (rc == PROV_OK)
        rc = ladder_make_plan(&problem, &decision->plan, err);
    values_release(&stands);
    return rc;
}

/* --- its lists */

static const struct list_draft *
draft_for(const struct decision *decision, enum list_kind kind, const struct ladder_rung *rung,
          bool newest)
{
    for (size_t i = 0; !newest && i < decision->bridge_count[kind]; i++)
        if (ladder_signer_equal(&decision->bridges[kind][i].value.signer, &rung->list.signer))
            return decision->bridges[kind][i].draft;
    return decision->newest[kind].draft;
}

static int
sign(struct decision *decision, enum list_kind kind, const struct ladder_rung *rung, bool newest,
     const struct prov_trustlist **out, struct prov_error *err)
{
    const struct list_draft *draft = draft_for(decision, kind, rung, newest);
    struct prov_trustlist *list = NULL;
    bool bridge = draft != decision->newest[kind].draft;
    int rc = bridge && list_draft_expired(draft, decision->run->now)
                 ? PROV_OK
                 : list_draft_check_time(draft, decision->run->now, err);
    if (rc == PROV_OK)
        rc = list_draft_sign(draft, (uint32_t)rung->list.time, &list, err);
    if (rc == PROV_OK)
        *out = decision->made[kind][decision->made_count[kind]++] = list;
    if (rc == PROV_OK && bridge && list_draft_expired(draft, decision->run->now))
        decision->expired[kind] = draft;
    return rc;
}

/* What is held was published; else it stands, and nobody of the fleet is without it. */
static const struct prov_trustlist *
find_known(const struct decision *decision, enum list_kind kind, const struct ladder_rung *rung)
{
    const struct rungs *stands = &decision->scope->list[kind]->rungs;
    struct ladder_list value;
    if (rung->held != LADDER_NO_LIST)
        return decision->held[kind].at[rung->held]->list;
    for (size_t i = 0; i < stands->count; i++)
        if (ladder_list_of(stands->at[i], decision->proof, &value, NULL) == PROV_OK &&
            ladder_list_equal(&value, &rung->list))
            return stands->at[i];
    return NULL;
}

static int
make_rungs(struct decision *decision, enum list_kind kind, struct prov_error *err)
{
    enum ladder_kind of = ladder_kind_of(kind);
    struct rungs *next = &decision->next[kind];
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < decision->plan.count[of]; i++) {
        const struct ladder_rung *rung = &decision->plan.rung[of][i];
        const struct prov_trustlist *list = NULL;
        if (rung->stands)
            list = find_known(decision, kind, rung);
        else
            rc = sign(decision, kind, rung, i + 1 == decision->plan.count[of], &list, err);
        if (list != NULL)
            next->at[next->count++] = list;
    }
    return rc;
}

int
decision_sign(struct decision *decision, struct prov_error *err)
{
    int rc = PROV_OK;
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++) {
        const struct list *list = decision->scope->list[kind];
        if (decision->newest[kind].draft != NULL)
            rc = make_rungs(decision, kind, err);
        else if (list != NULL)
            decision->next[kind] = list->rungs;
        decision->changes[kind] = list != NULL && !rungs_same(&decision->next[kind], &list->rungs);
    }
    return rc;
}

void
decision_take(struct decision *decision)
{
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        struct list *list = decision->scope->list[kind];
        if (!decision->changes[kind])
            continue;
        list_put(list, &decision->next[kind]);
        list->changed = true;
        for (size_t i = 0; i < decision->made_count[kind]; i++)
            list->made[list->made_count++] = decision->made[kind][i];
        decision->made_count[kind] = 0;
    }
}

void
decision_release(struct decision *decision)
{
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        list_draft_free(decision->newest[kind].draft);
        for (size_t i = 0; i < decision->bridge_count[kind]; i++)
            list_draft_free(decision->bridges[kind][i].draft);
        for (size_t i = 0; i < decision->made_count[kind]; i++)
            prov_trustlist_free(decision->made[kind][i]);
        holdings_release(&decision->held[kind]);
    }
    values_release(&decision->held_values);
}
