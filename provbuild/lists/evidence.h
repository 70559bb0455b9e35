/* SPDX-License-Identifier: MIT */
/* Whether the archive still says all that it said: what cannot be read is not absent, and what is
 * missing may be held by phones. */
#ifndef PROVBUILD_LISTS_EVIDENCE_H
#define PROVBUILD_LISTS_EVIDENCE_H

#include "provbuild/lists/published.h"
#include "provbuild/run/phones.h"

/* The archive beside the inventory that the tree keeps of it. PROV_E_CONTINUITY if a list is
 * missing, damaged or another one, if a record is missing or older, or if the inventory itself
 * cannot be trusted; `accept` takes all as it is, and a phone of `forgotten` its own lists. The
 * same if a list stands in the tree under a name in other letters than phones use, whatever is
 * accepted. What is damaged and accepted counts no more. `quick` trusts modification times, where
 * all files are older than the inventory. `archive` NULL: there is none. */
int evidence_check(struct published *published, const char *archive, const char *tree,
                   const struct phones *forgotten, bool accept, bool quick,
                   struct prov_error *err) PROV_CHECKED;

#endif
