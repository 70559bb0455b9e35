/* SPDX-License-Identifier: MIT */
/* What the ledger knows of lists in turns, brought back at the start. */
#ifndef SERVER_MAIN_RECALL_H
#define SERVER_MAIN_RECALL_H

#include "server/resolver/resolver.h"
#include "server/transport/given.h"

/* What phones have shown to hold. */
int recall_proofs(const char *ledger, struct resolver *resolver,
                  struct prov_error *err) PROV_CHECKED;
/* Which addresses were given the newest lists, so that those who ask from there may be asked for
 * proof. May take long; what cannot be read is left out: those lists are given again. */
void recall_given(const char *ledger, struct resolver *resolver, struct given *given);

#endif
