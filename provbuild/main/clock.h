/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_MAIN_CLOCK_H
#define PROVBUILD_MAIN_CLOCK_H

#include "provbuild/lists/lists.h"
#include "provbuild/run/run.h"

/* PROV_E_CONTINUITY if the clock is far from the last run's, or behind a list that was published
 * already, which that run did not know to be ahead. A list that is, while the clock agrees with the
 * last run's, is only told. --accept-clock takes it as it is. */
int clock_check(const struct run *run, const struct lists *lists,
                struct prov_error *err) PROV_CHECKED;
/* The clock of this run is that of the last one from now on. */
void clock_note(const struct run *run);

#endif
