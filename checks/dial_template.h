/* SPDX-License-Identifier: MIT */
/* Dial templates: which digits are dialled when. */
#ifndef CHECKS_DIAL_TEMPLATE_H
#define CHECKS_DIAL_TEMPLATE_H

#include "checks/finding.h"

#include <prov.h>

/* Reports what would make phones drop the template; XML that is not well-formed is passed over. */
void dial_template_check(struct prov_span xml, check_report *report, void *context);

#endif
