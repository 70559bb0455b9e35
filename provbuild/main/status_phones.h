/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_MAIN_STATUS_PHONES_H
#define PROVBUILD_MAIN_STATUS_PHONES_H

#include "cli/report.h"
#include "provbuild/change/record.h"
#include "provbuild/fleet/reach.h"

/* Says which SASTs sign lists, which older ones may be needed by how many phones, how many phones
 * have come how far, what each may hold, and who else only asked. */
void status_phones(struct cli_report *out, const struct fleet *fleet, const struct reach *reach,
                   const struct record *record);

#endif
