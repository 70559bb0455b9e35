/* SPDX-License-Identifier: MIT */
/* --seen: which list a phone holds by the checksum that it shows. */
#ifndef PROVBUILD_FLEET_SEEN_H
#define PROVBUILD_FLEET_SEEN_H

#include "provbuild/fleet/fleet.h"
#include "provbuild/run/checksums.h"

/* Takes all of them into `fleet->proofs`, and says what they prove; none where one of them names a
 * phone that does not belong to the fleet, or no list that was published for it: each such is
 * reported, then PROV_E_ARGUMENT. The latest look at a phone counts, whatever was known before. */
int seen_take(const struct run *run, struct fleet *fleet, const struct checksums *checksums,
              struct prov_error *err) PROV_CHECKED;

#endif
