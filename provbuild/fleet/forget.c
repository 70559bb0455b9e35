/* SPDX-License-Identifier: MIT */
/* Whom --forget means, and what follows: the lists of today end what such a phone may hold. */
#include "provbuild/fleet/forget.h"

#include "provbuild/fleet/given.h"
#include "provbuild/fleet/reach.h"

#include <stdio.h>
#include <string.h>

#define RISK                                                                                       \
    "each counts from now on as if it held the newest lists; one that does not hold them is "      \
    "given "                                                                                       \
    "no bridge any more, may refuse all lists and files, and must be reset by hand then"

static bool
followed(const struct forget_rule *rule, const struct fleet_given *given)
{
    return given->followed >= rule->followed &&
           given->followed_last - given->followed_first >= rule->seconds;
}

bool
forget_means(const struct forget_rule *rule, const struct fleet_phone *phone, int64_t now)
{
    bool needs = false, followed_all = true;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        needs |= phone->needs[kind];
        followed_all &= !phone->needs[kind] || followed(rule, &phone->given[kind]);
    }
    if (!needs)
        return false;
    return rule->silent ? now - phone->seen >= rule->seconds : followed_all;
}

static int
forget(const struct run *run, struct fleet *fleet, const struct prov_mac *mac,
       struct prov_error *err)
{
    struct fleet_phone *phone = fleet_find(fleet, mac);
    int rc = PROV_OK;
    for (enum list_kind kind = 0; phone != NULL && rc == PROV_OK && kind < LIST_KINDS; kind++) {
        struct proof proof = {
            .phone = *mac, .kind = kind, .how = PROOF_FORGOTTEN, .time = run->now};
        struct past_list *newest = fleet_newest(fleet, phone, kind);
        const uint8_t *sha256 = newest != NULL ? past_list_sha256(newest) : NULL;
        if (sha256 == NULL)
            continue;
        snprintf(proof.file, sizeof proof.file, "%s", newest->file);
        memcpy(proof.sha256, sha256, sizeof proof.sha256);
        rc = proofs_put(&fleet->proofs, &proof, err);
    }
    return rc;
}

/* A ledger that is younger than that knows nobody who was silent so long. */
static int
check_age(const struct run *run, const struct fleet *fleet, struct prov_error *err)
{
    bool young = fleet->heard_since == 0 || run->now - fleet->heard_since < run->forget.seconds;
    return !run->forget.silent || !young
               ? PROV_OK
               : prov_fail(err, PROV_E_ARGUMENT,
                           "the ledger does not reach back so far, so nobody knows which phones "
                           "were silent so long; give a shorter time with --for, or name them");
}

/* Works out who may need a bridge, and what the ledger says of them. */
static int
look(const struct run *run, struct fleet *fleet, struct prov_error *err)
{
    struct reach reach;
    int rc = reach_make(fleet, &reach, err);
    reach_release(&reach);
    if (rc == PROV_OK)
        rc = given_read(run, fleet, err);
    if (rc == PROV_OK && !fleet->ledger)
        rc = prov_fail(err, PROV_E_ARGUMENT,
                       "which phones followed or were silent only the ledger knows; set ledger in "
                       "section paths, and see whether provd runs with it");
    return rc == PROV_OK ? check_age(run, fleet, err) : rc;
}

static void
report_names(const struct run *run, const struct fleet *fleet, struct fleet_names *names)
{
    char count[64];
    fleet_names_end(names);
    snprintf(count, sizeof count, "%zu of %zu phones", names->count, fleet->count);
    report_change(run->report, REPORT_FORGOT, count,
                  names->count > 0 ? names->text : "none is meant", names->count > 0 ? RISK : NULL);
}

static int
follow_rule(const struct run *run, struct fleet *fleet, struct prov_error *err)
{
    struct fleet_names names = {.count = 0};
    int rc = look(run, fleet, err);
    for (size_t i = 0; rc == PROV_OK && i < fleet->count; i++) {
        const struct fleet_phone *phone = &fleet->at[i];
        if (!forget_means(&run->forget, phone, run->now))
            continue;
        fleet_name(&names, &phone->phone);
        rc = forget(run, fleet, &phone->phone, err);
    }
    if (rc == PROV_OK)
        report_names(run, fleet, &names);
    return rc;
}

/* Those that are none of the fleet are not waited for anyway; what is forgotten is that they had
 * lists of their own. */
static int
follow_names(const struct run *run, struct fleet *fleet, struct prov_error *err)
{
    struct fleet_names names = {.count = 0}, others = names;
    char count[64];
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < run->forgotten.count; i++) {
        struct fleet_phone *phone = fleet_find(fleet, &run->forgotten.at[i]);
        fleet_name(phone != NULL ? &names : &others, &run->forgotten.at[i]);
        if (phone != NULL)
            phone->left_out = true;
        rc = forget(run, fleet, &run->forgotten.at[i], err);
    }
    if (rc != PROV_OK)
        return rc;
    if (names.count > 0)
        report_names(run, fleet, &names);
    fleet_names_end(&others);
    snprintf(count, sizeof count, "%zu phone%s", others.count, others.count == 1 ? "" : "s");
    if (others.count > 0)
        report_change(run->report, REPORT_FORGOT, count, others.text,
                      "none of the fleet: lists of their own go, and one that comes back with such "
                      "a list may refuse all others, and must be reset by hand then");
    return PROV_OK;
}

int
forget_take(const struct run *run, struct fleet *fleet, struct prov_error *err)
{
    int rc = run->forgotten.count > 0 ? follow_names(run, fleet, err) : PROV_OK;
    if (rc == PROV_OK && run->forget.given)
        rc = follow_rule(run, fleet, err);
    fleet_prove(fleet);
    return rc;
}
