/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_PUBLISH_PUBLISH_H
#define PROVBUILD_PUBLISH_PUBLISH_H

#include "provbuild/lists/lists.h"
#include "provbuild/run/run.h"

/* Publishes what differs from what is wanted, unless phones would not follow: then it is reported,
 * and the old list stays. Fails only where the run must end. */
int lists_publish(struct run *run, struct lists *lists, struct prov_error *err) PROV_CHECKED;

#endif
