/* SPDX-License-Identifier: MIT */
/* All that phones may hold of a kind: every list that was published under the names they ask for,
 * in the tree or the archive. For a proven phone: the list it is proven to hold and what was
 * published after it; of the other kind, too, since that list leads it on. */
#ifndef PROVBUILD_FLEET_HOLDINGS_H
#define PROVBUILD_FLEET_HOLDINGS_H

#include "provbuild/fleet/fleet.h"

struct holdings {
    size_t count;
    struct past_list **at; /* those that can be read, in the order of `published` */
};

/* Of one phone, whether or not it belongs to the fleet. `phone` NULL: of all phones of the fleet
 * together that have no list of their own by a section and are not left out; and of anybody, where
 * phones may be missing from it, or it is NULL: not known yet. To be released by the caller. */
int holdings_of(const struct published *published, const struct fleet *fleet, enum list_kind kind,
                const struct prov_mac *phone, struct holdings *out,
                struct prov_error *err) PROV_CHECKED;
/* The same of one phone of the fleet, by proofs of this very kind alone: that a list of the other
 * kind leads it on says nothing of what its own names besides. */
int holdings_proven(const struct published *published, const struct fleet_phone *phone,
                    enum list_kind kind, struct holdings *out, struct prov_error *err) PROV_CHECKED;
void holdings_release(struct holdings *holdings);

#endif
