/* SPDX-License-Identifier: MIT */
/* Which files phones parse as XML, and whose a configuration is, by their names. */
#ifndef CHECKS_PARSED_H
#define CHECKS_PARSED_H

#include "checks/config.h"
#include "checks/finding.h"

#include <prov/bytes.h>

/* True for XML that phones parse. `path` may end in .sgn, and stands below the tree's root. */
bool parsed_by_phones(const char *path);

/* Whose configuration a file of this name is, whatever folder it is in. */
enum config_owner parsed_owner(const char *path);

/* Reports what is not well-formed. */
void parsed_check(struct prov_span xml, check_report *report, void *context);
/* The same as an error with line and column, of PROV_E_FORMAT. */
int parsed_read(struct prov_span xml, struct prov_error *err) PROV_CHECKED;

#endif
