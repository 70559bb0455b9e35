/* SPDX-License-Identifier: MIT */
/* Files of languages and tones: those that a phone of this load asks for. */
#ifndef CHECKS_LOCALE_H
#define CHECKS_LOCALE_H

#include "checks/finding.h"
#include "checks/served.h"
#include "families/load.h"

/* What a configuration says. Texts that it does not give are empty. */
struct locale {
    const struct load *load;  /* NULL: not known */
    const char *user;         /* userLocale/name */
    const char *network;      /* networkLocale */
    const char *network_info; /* networkLocaleInfo/name, which newer loads read */
};

/* True for languages and tones that come with the firmware. */
bool locale_is_built_in(const char *folder);

/* Reports an archive or tones that are not there; nothing where the load does not tell which. */
void locale_check(const struct locale *locale, const struct served_files *files,
                  check_report *report, void *context);

#endif
