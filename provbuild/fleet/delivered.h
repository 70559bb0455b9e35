/* SPDX-License-Identifier: MIT */
/* Lists that phones of the fleet were given, or are proven to hold, and that nobody has any more:
 * tree and archive were put back together to before them, or both are lost. Nothing else remembers
 * them but the ledger and the file of proofs. Somebody else may have written these, so they can
 * stop a run, and that is all that is concluded from them. */
#ifndef PROVBUILD_FLEET_DELIVERED_H
#define PROVBUILD_FLEET_DELIVERED_H

#include "provbuild/fleet/fleet.h"

/* After evidence_check(). PROV_E_CONTINUITY if there is such a list, and --accept-archive did not
 * take it: now, which is kept in the archive, or before. PROV_E_FORMAT if the ledger is none that
 * the server made. A ledger that cannot be opened is told to who asks for what it knows; without an
 * archive nothing is looked at but whether it is one. A quick run looks at proofs where
 * `run->fleet` is known. */
int delivered_check(struct run *run, struct prov_error *err) PROV_CHECKED;

#endif
