/* SPDX-License-Identifier: MIT */
/* Proofs that phones gave to the server by TLS, from the ledger's table `proof`. A row of it says
 * that a phone took, with its own key, a certificate that few lists name. */
#ifndef PROVBUILD_FLEET_SIGNED_H
#define PROVBUILD_FLEET_SIGNED_H

#include "provbuild/fleet/fleet.h"

#include "ledger/ledger.h"

/* Which list the row proves: the oldest of those that were published for the phone and name the
 * certificate for files, since it took the certificate holding any of them. NULL where the row
 * proves nothing: its list was never published for this phone or names no such certificate, or
 * lists of the other kind name it, too. */
struct past_list *signed_shows(const struct published *published, const struct ledger_proof *row);

/* True if that tells more than is known. */
bool signed_tells(const struct fleet_proof *known, const struct past_list *shown, int64_t time);

/* Takes into `fleet->proofs` what rows of the ledger tell of its phones, and reports it, except
 * for --status. Only a phone whose own certificate stands in client-ca can have given a proof. */
int signed_take(const struct run *run, struct fleet *fleet, struct prov_error *err) PROV_CHECKED;

#endif
