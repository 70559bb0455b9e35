/* SPDX-License-Identifier: MIT */
/* Which phones a list would lock out, by what they hold: decided over values alone. */
#ifndef PROVBUILD_FLEET_FOLLOW_H
#define PROVBUILD_FLEET_FOLLOW_H

#include "provbuild/fleet/fleet.h"

/* True if this phone asks for the list: the one for all is for those without their own. */
bool fleet_gives(const struct lists *all, const struct list *list, const struct fleet_phone *phone);

/* True if a phone that holds `own` takes a list for all that was ever published, and so may hold
 * that instead once `own` does not stand any more. */
bool fleet_may_leave(const struct published *published, const struct prov_trustlist *own,
                     enum list_kind kind);

/* Who would not take a list, or may not. */
struct fleet_locked_out {
    struct fleet_names phones;
    size_t unknown; /* of them: those that may hold a list that the archive does not know */
    size_t lists;   /* without a ledger: lists of the archive from which phones would not follow */
    const char *file; /* one of those */
};
/* Phones that would be given `next` as the list `list` and may hold one from which they would not
 * follow, though they would follow `given`, what they are given now (NULL: nothing). Whom that
 * locks out already is not helped by keeping it; nor are those of `left_out` counted, where the
 * list is for all. Without a ledger each phone may hold every list of the archive. A list taken
 * from the archive (`given` is `next`) may still be older than one that the archive lost. */
int fleet_lock_out(const struct fleet *fleet, const struct phones *left_out,
                   const struct lists *all, const struct list *list,
                   const struct prov_trustlist *given, const struct prov_trustlist *next,
                   struct fleet_locked_out *out, struct prov_error *err) PROV_CHECKED;
/* PROV_E_CONTINUITY if there are any: `*err` says how many and which. */
int fleet_refuse(const struct fleet *fleet, const struct fleet_locked_out *locked_out,
                 struct prov_error *err) PROV_CHECKED;

#endif
