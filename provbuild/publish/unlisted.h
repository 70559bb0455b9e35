/* SPDX-License-Identifier: MIT */
/* Lists of single phones that no section describes: their phones ask for them, and are given the
 * list for all only once they are gone. */
#ifndef PROVBUILD_PUBLISH_UNLISTED_H
#define PROVBUILD_PUBLISH_UNLISTED_H

#include "provbuild/fleet/fleet.h"

/* Lets a list of one phone that is to stand again pass the gate, or PROV_E_CONTINUITY. */
typedef int unlisted_pass(void *context, struct list *list, enum list_kind kind,
                          const struct prov_mac *phone, struct prov_error *err);

/* Puts those back, as values, that the tree has lost and that their phones cannot leave for the
 * lists for all, if they pass; what does not is reported. */
int unlisted_bring_back(struct run *run, struct lists *lists, unlisted_pass *pass, void *context,
                        struct prov_error *err) PROV_CHECKED;

#endif
