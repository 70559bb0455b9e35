/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_PUBLISH_PUBLISH_H
#define PROVBUILD_PUBLISH_PUBLISH_H

#include "provbuild/lists/lists.h"
#include "provbuild/run/run.h"

/* Decides on all lists: those that pass become what stands, as values, and are reported; what is
 * refused is reported, too, and stays as it is. `leaving` are phones whose own lists are about to
 * go. Nothing is written. Fails only where the run must end. */
int publish_decide(struct run *run, struct lists *lists,
                   const struct phones leaving[static LIST_KINDS],
                   struct prov_error *err) PROV_CHECKED;

/* Puts on the disk what was decided, in an order of which each moment is sound. */
int publish_write(struct run *run, const struct lists *lists, struct prov_error *err) PROV_CHECKED;

/* Notes beside the tree what the archive holds by now, where a list is at hand whose signer signs
 * that, too. */
int publish_note_archive(const struct run *run, const struct lists *lists,
                         struct prov_error *err) PROV_CHECKED;

#endif
