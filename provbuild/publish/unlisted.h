/* SPDX-License-Identifier: MIT */
/* Lists of single phones that no section describes: their phones ask for them, and are given the
 * list for all only once they are gone. */
#ifndef PROVBUILD_PUBLISH_UNLISTED_H
#define PROVBUILD_PUBLISH_UNLISTED_H

#include "provbuild/fleet/fleet.h"

/* Puts those back, as values, that the tree has lost and that their phones cannot leave for the
 * lists for all. */
int unlisted_bring_back(struct run *run, struct lists *lists, struct prov_error *err) PROV_CHECKED;

#endif
