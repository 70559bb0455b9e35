/* SPDX-License-Identifier: MIT */
/* Lists of single phones that no section describes: their phones ask for them, and are given the
 * list for all only once they are gone. */
#ifndef PROVBUILD_PUBLISH_UNLISTED_H
#define PROVBUILD_PUBLISH_UNLISTED_H

#include "provbuild/fleet/fleet.h"

bool strays_is(const struct list *list, bool ctl);

/* True if a phone that holds `own` takes a list for all that was ever published, and so may hold
 * that instead once `own` does not stand any more. */
bool strays_may_leave(const struct history *history, const struct prov_trustlist *own, bool ctl);

/* Puts those back that the tree has lost and that their phones cannot leave. */
int strays_bring_back(struct run *run, struct lists *lists, struct prov_error *err) PROV_CHECKED;

#endif
