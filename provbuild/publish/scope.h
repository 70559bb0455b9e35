/* SPDX-License-Identifier: MIT */
/* Who is given which lists. All phones without lists of their own are one scope; each phone that
 * has one, of either kind, is another. The CTL and the ITL of a scope are held together. */
#ifndef PROVBUILD_PUBLISH_SCOPE_H
#define PROVBUILD_PUBLISH_SCOPE_H

#include "provbuild/fleet/fleet.h"
#include "provbuild/fleet/holdings.h"

struct scope {
    bool own; /* of one phone */
    struct prov_mac phone;
    struct list *list[LIST_KINDS]; /* what its phones are given; NULL: nothing of this kind */
};

struct scopes {
    size_t count; /* that of all first */
    struct scope *at;
};
/* `leaving`: phones whose own lists are about to go, which are as if they did not stand. To be
 * released, also after a failure. */
int scopes_make(const struct lists *lists, const struct phones leaving[static LIST_KINDS],
                struct scopes *out, struct prov_error *err) PROV_CHECKED;
void scopes_release(struct scopes *scopes);

/* It is this scope's to say what the list is to be: it is wanted, and no other one's. */
bool scope_decides(const struct scope *scope, enum list_kind kind);
/* The phone of the fleet is given the lists of this scope. */
bool scope_holds(const struct scope *scope, const struct scopes *all, const struct prov_mac *phone);

/* What its phones may hold: `fleet` NULL: by what was published for anybody. Each is to be released
 * by the caller, also after a failure. */
int scope_holdings(const struct scope *scope, const struct published *published,
                   const struct fleet *fleet, struct holdings out[static LIST_KINDS],
                   struct prov_error *err) PROV_CHECKED;
/* True if whoever holds this list of his own, and no other or the newest one for all of the other
 * kind, comes to hold the lists for all. */
bool scope_leads(const struct lists *lists, enum list_kind kind, const struct prov_trustlist *own);

/* What a trust list is called in the ladder's room. */
enum ladder_kind ladder_kind_of(enum list_kind kind);

/* Lists as values. */
struct values {
    struct ladder_lists lists; /* what stands below */
    struct ladder_list *room[LADDER_KINDS];
};
/* All of both kinds. To be released, also after a failure; released once is empty. */
int values_of_holdings(const struct holdings held[static LIST_KINDS],
                       const struct prov_identity *proof, struct values *out,
                       struct prov_error *err) PROV_CHECKED;
/* NULL: none of this kind. */
int values_of_rungs(const struct rungs *const rungs[static LIST_KINDS],
                    const struct prov_identity *proof, struct values *out,
                    struct prov_error *err) PROV_CHECKED;
void values_release(struct values *values);

#endif
