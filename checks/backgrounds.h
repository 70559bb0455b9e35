/* SPDX-License-Identifier: MIT */
/* Backgrounds: Desktops/WxHxD/List.xml, and the pictures that it names. */
#ifndef CHECKS_BACKGROUNDS_H
#define CHECKS_BACKGROUNDS_H

#include "checks/finding.h"
#include "checks/served.h"

#include <prov.h>

/* True for the path of such a list: Desktops/…/List.xml in any case. */
bool backgrounds_is_path(const char *path);

/* Reports what phones would not show; `path` tells the display. Pictures that are not there are for
 * `files` to tell; XML that is not well-formed is passed over. */
void backgrounds_check(struct prov_span xml, const char *path, const struct served_files *files,
                       check_report *report, void *context);

#endif
