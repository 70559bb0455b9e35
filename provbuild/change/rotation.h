/* SPDX-License-Identifier: MIT */
/* Changes of certificates that take several lists, one after the other, and each only when phones
 * hold the one before: what is wanted becomes what is to be published at this stage, so that all
 * else builds and checks it as usual. */
#ifndef PROVBUILD_CHANGE_ROTATION_H
#define PROVBUILD_CHANGE_ROTATION_H

#include "provbuild/change/model.h"

/* Reads what is under way, takes the orders of the command line, and says what is wanted, which
 * `run` has from then on. Fails where the run must end. To be released in any case. */
int rotation_prepare(struct rotation *rotation, struct run *run,
                     struct prov_error *err) PROV_CHECKED;
void rotation_release(struct rotation *rotation);

/* Before lists are published: keeps what is under way, gives phones that are behind a list of
 * their own, and takes lists that no section describes away from phones that are left out. */
int rotation_before_lists(struct rotation *rotation, struct lists *lists,
                          struct prov_error *err) PROV_CHECKED;
/* Afterwards: takes those lists away from phones that are through, and from those that are taken
 * back. */
int rotation_after_lists(struct rotation *rotation, const struct lists *lists,
                         struct prov_error *err) PROV_CHECKED;

#endif
