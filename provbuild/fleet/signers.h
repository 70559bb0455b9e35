/* SPDX-License-Identifier: MIT */
/* Whose files an older signer keeps while the one that signs files is changed: those of phones that
 * may hold a list which names the older one alone. */
#ifndef PROVBUILD_FLEET_SIGNERS_H
#define PROVBUILD_FLEET_SIGNERS_H

#include "provbuild/fleet/holdings.h"
#include "provbuild/source/signing.h"

/* Sets `out->phones` and `out->common`, which stands for all files but configurations: it is kept
 * as long as anybody's is, or phones may be missing from the fleet. `out` is to be released in any
 * case.
 */
int signers_keep(const struct fleet *fleet, const struct prov_identity *from,
                 const struct prov_identity *to, struct signings_kept *out,
                 struct prov_error *err) PROV_CHECKED;

#endif
