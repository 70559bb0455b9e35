/* SPDX-License-Identifier: MIT */
/* --forget: phones that are taken to hold the newest lists from now on, whatever they hold. */
#ifndef PROVBUILD_FLEET_FORGET_H
#define PROVBUILD_FLEET_FORGET_H

#include "provbuild/fleet/fleet.h"

/* True if the rule means this phone: it may need a bridge, and either followed the newest list of
 * each kind for which it does, so often and over so long a time, or has not asked for so long. */
bool forget_means(const struct forget_rule *rule, const struct fleet_phone *phone, int64_t now);

/* Takes the phones that are named, and those that the rule of the command line means, into
 * `fleet->proofs`. How many a rule means, which, and what is risked is reported.
 * Without a ledger a rule cannot be followed: PROV_E_ARGUMENT. */
int forget_take(const struct run *run, struct fleet *fleet, struct prov_error *err) PROV_CHECKED;

#endif
