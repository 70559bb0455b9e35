/* SPDX-License-Identifier: MIT */
/* Which lists are held together, by whom, and what they are to phones. */
#include "provbuild/publish/scope.h"

#include "cli/array.h"

#include <stdlib.h>
#include <string.h>

/* --- scopes */

static int
add(struct scopes *scopes, const struct scope *scope, struct prov_error *err)
{
    struct scope *at = array_room(scopes->at, scopes->count, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    scopes->at = at;
    at[scopes->count++] = *scope;
    return PROV_OK;
}

static bool
is_given(const struct list *list)
{
    return list != NULL && (list->wanted != NULL || list->stands != NULL);
}

/* Of its own, or else the one for all. */
static struct list *
given_list(const struct lists *lists, const struct phones leaving[static LIST_KINDS],
           enum list_kind kind, const struct prov_mac *phone)
{
    char name[LIST_NAME_SIZE];
    if (phone != NULL && !phones_hold(&leaving[kind], phone)) {
        list_name(kind, phone, name);
        struct list *own = lists_find(lists, name);
        if (is_given(own))
            return own;
    }
    list_name(kind, NULL, name);
    struct list *generic = lists_find(lists, name);
    return is_given(generic) ? generic : NULL;
}

/* Each phone once, by the first list that is its own. */
static int
add_own(const struct lists *lists, size_t index, const struct phones leaving[static LIST_KINDS],
        struct scopes *out, struct prov_error *err)
{
    struct scope scope = {.own = true};
    enum list_kind kind, other;
    if (!list_phone_of(lists->at[index].name, &kind, &scope.phone))
        return PROV_OK;
    other = kind == LIST_ITL ? LIST_CTL : LIST_ITL;
    scope.list[kind] = given_list(lists, leaving, kind, &scope.phone);
    scope.list[other] = given_list(lists, leaving, other, &scope.phone);
    const struct list *beside = lists_of(lists, other, &scope.phone);
    bool again = beside != NULL && beside == scope.list[other] && beside < &lists->at[index];
    return scope.list[kind] == &lists->at[index] && !again ? add(out, &scope, err) : PROV_OK;
}

int
scopes_make(const struct lists *lists, const struct phones leaving[static LIST_KINDS],
            struct scopes *out, struct prov_error *err)
{
    struct scope all = {.own = false};
    *out = (struct scopes){0};
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        all.list[kind] = given_list(lists, leaving, kind, NULL);
    int rc = add(out, &all, err);
    for (size_t i = 0; rc == PROV_OK && i < lists->count; i++)
        rc = add_own(lists, i, leaving, out, err);
    return rc;
}

void
scopes_release(struct scopes *scopes)
{
    free(scopes->at);
    *scopes = (struct scopes){0};
}

bool
scope_decides(const struct scope *scope, enum list_kind kind)
{
    const struct list *list = scope->list[kind];
    return list != NULL && list->wanted != NULL && list->wanted->for_one == scope->own;
}

bool
scope_holds(const struct scope *scope, const struct scopes *all, const struct prov_mac *phone)
{
    if (scope->own)
        return phone_same(&scope->phone, phone);
    for (size_t i = 1; i < all->count; i++)
        if (phone_same(&all->at[i].phone, phone))
            return false;
    return true;
}

/* --- what its phones may hold */

/* As long as its own list stood, a phone was given none for all that came later. */
static void
leave_out_later(const struct scope *scope, enum list_kind kind, struct holdings *held)
{
    const struct list *list = scope->list[kind];
    bool own = scope->own && list != NULL && list->rungs.count > 0;
    enum list_kind of;
    struct prov_mac phone;
    if (!own || !list_phone_of(list->name, &of, &phone))
        return;
    int64_t since = prov_trustlist_timestamp(list->stands);
    size_t kept = 0;
    for (size_t i = 0; i < held->count; i++) {
        struct past_list *past = held->at[i];
        bool generic = strncmp(past->file, list->name, past->name_len) != 0;
        if (!generic || prov_trustlist_timestamp(past->list) < since)
            held->at[kept++] = past;
    }
    held->count = kept;
}

int
scope_holdings(const struct scope *scope, const struct published *published,
               const struct fleet *fleet, struct holdings out[static LIST_KINDS],
               struct prov_error *err)
{
    int rc = PROV_OK;
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++) {
        rc =
            holdings_of(published, fleet, kind, scope->own ? &scope->phone : NULL, &out[kind], err);
        if (rc == PROV_OK)
            leave_out_later(scope, kind, &out[kind]);
    }
    return rc;
}

/* --- values */

enum ladder_kind
ladder_kind_of(enum list_kind kind)
{
    return kind == LIST_CTL ? LADDER_CTL : LADDER_ITL;
}

static int
make_room(struct values *values, enum ladder_kind kind, size_t count, struct prov_error *err)
{
    values->room[kind] = calloc(count + 1, sizeof *values->room[kind]);
    values->lists.at[kind] = values->room[kind];
    return values->room[kind] != NULL ? PROV_OK : prov_fail(err, PROV_E_MEMORY, "out of memory");
}

int
values_of_holdings(const struct holdings held[static LIST_KINDS], const struct prov_identity *proof,
                   struct values *out, struct prov_error *err)
{
    int rc = PROV_OK;
    *out = (struct values){.room = {NULL}};
    for (enum list_kind i = 0; rc == PROV_OK && i < LIST_KINDS; i++) {
        enum ladder_kind kind = ladder_kind_of(i);
        rc = make_room(out, kind, held[i].count, err);
        for (size_t k = 0; rc == PROV_OK && k < held[i].count; k++) {
            const struct ladder_list *value = NULL;
            rc = past_list_value(held[i].at[k], proof, &value, err);
            if (rc == PROV_OK)
                out->room[kind][out->lists.count[kind]++] = *value;
        }
    }
    return rc;
}

int
values_of_rungs(const struct rungs *const rungs[static LIST_KINDS],
                const struct prov_identity *proof, struct values *out, struct prov_error *err)
{
    int rc = PROV_OK;
    *out = (struct values){.room = {NULL}};
    for (enum list_kind i = 0; rc == PROV_OK && i < LIST_KINDS; i++) {
        enum ladder_kind kind = ladder_kind_of(i);
        size_t count = rungs[i] != NULL ? rungs[i]->count : 0;
        rc = make_room(out, kind, count, err);
        for (size_t k = 0; rc == PROV_OK && k < count; k++) {
            size_t at = out->lists.count[kind];
            rc = ladder_list_of(rungs[i]->at[k], proof, &out->room[kind][at], err);
            out->lists.count[kind] += rc == PROV_OK;
        }
    }
    return rc;
}

void
values_release(struct values *values)
{
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        free(values->room[kind]);
    *values = (struct values){.room = {NULL}};
}

/* --- lists of single phones beside those for all */

static bool
leads(const struct ladder_lists *rungs, const struct ladder_pair *pair)
{
    struct ladder_verdict verdict;
    return ladder_judge_pair(rungs, pair, &verdict, NULL) == PROV_OK &&
           verdict.fault != LADDER_STUCK;
}

bool
scope_leads(const struct lists *lists, enum list_kind kind, const struct prov_trustlist *own)
{
    const struct rungs *rungs[LIST_KINDS] = {NULL, NULL};
    enum ladder_kind of = ladder_kind_of(kind), other = of == LADDER_ITL ? LADDER_CTL : LADDER_ITL;
    struct ladder_pair pair = {{NULL, NULL}};
    struct ladder_list value;
    struct values values;
    for (enum list_kind i = 0; i < LIST_KINDS; i++) {
        const struct list *list = lists_generic(lists, i);
        rungs[i] = list != NULL ? &list->rungs : NULL;
    }
    bool led = values_of_rungs(rungs, NULL, &values, NULL) == PROV_OK &&
               values.lists.count[of] > 0 && ladder_list_of(own, NULL, &value, NULL) == PROV_OK;
    pair.list[of] = &value;
    led = led && leads(&values.lists, &pair);
    if (led && values.lists.count[other] > 0) {
        pair.list[other] = &values.lists.at[other][values.lists.count[other] - 1];
        led = leads(&values.lists, &pair);
    }
    values_release(&values);
    return led;
}
