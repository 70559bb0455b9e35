/* SPDX-License-Identifier: MIT */
/* Lists of rings: Ringlist.xml, Ringlist-wb.xml and DistinctiveRingList.xml, as phones ask for them
 * in the top folder. */
#ifndef CHECKS_RING_LIST_H
#define CHECKS_RING_LIST_H

#include "checks/finding.h"
#include "checks/served.h"

#include <prov.h>

/* True for the name of such a list; `*wide`: it is the one of 7800 and 8800 phones. */
bool ring_list_is_name(const char *file, bool *wide);

/* Reports what phones would not offer or play. Tones that are not there are for `files` to tell;
 * XML that is not well-formed is passed over. */
void ring_list_check(struct prov_span xml, bool wide, const struct served_files *files,
                     check_report *report, void *context);

#endif
