/* SPDX-License-Identifier: MIT */
/* What findings are judged by, and which are shown: the same for every verb that has findings. */
#ifndef PROVCHECK_MAIN_RULES_H
#define PROVCHECK_MAIN_RULES_H

#include "families/dictionary.h"
#include "provcheck/tree/findings.h"

/* The dictionary, which the caller frees, and the filter, which points into `settings` (NULL:
 * none). An exit code, other than CLI_DONE after a message. */
int rules_load(const struct settings *settings, bool strict, int64_t now,
               struct dictionary **dictionary, struct findings_filter *filter);

#endif
