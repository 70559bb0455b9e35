/* SPDX-License-Identifier: MIT */
/* How far phones have come with the newest lists, by the server's ledger. Others can ask in their
 * names, so it is shown, chooses whom --forget means, and proves nothing. */
#ifndef PROVBUILD_FLEET_GIVEN_H
#define PROVBUILD_FLEET_GIVEN_H

#include "provbuild/fleet/fleet.h"

/* Fills in `given` and `seen` of the phones, and counts those that only asked. Without a ledger, or
 * where it cannot be opened, it does nothing, and `fleet->ledger` stays false. Memory does not grow
 * with the ledger. */
int given_read(const struct run *run, struct fleet *fleet, struct prov_error *err) PROV_CHECKED;

#endif
