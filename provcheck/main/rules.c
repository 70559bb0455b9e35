/* SPDX-License-Identifier: MIT */
/* The dictionary of configurations, and what prov.conf leaves out of reports. */
#include "provcheck/main/rules.h"

#include "cli/program.h"

#include <string.h>

static void
warn_of_ignores(const struct settings *settings)
{
    char id[64];
    for (size_t i = 0; i < settings->ignore_count; i++) {
        const struct settings_ignore *ignore = &settings->ignores[i];
        const char *why = findings_fault_of_ignore(ignore);
        if (why != NULL)
            cli_warn(settings->file, "ignore: %s: %s",
                     prov_printable(ignore->id, strlen(ignore->id), id, sizeof id), why);
    }
}

int
rules_load(const struct settings *settings, bool strict, int64_t now,
           struct dictionary **dictionary, struct findings_filter *filter)
{
    bool configured = settings != NULL;
    const char *own =
        configured && settings->elements != NULL ? settings->elements : DICTIONARY_OWN;
    struct prov_error err;
    *filter = (struct findings_filter){.strict = strict,
                                       .ignore_count = configured ? settings->ignore_count : 0,
                                       .ignores = configured ? settings->ignores : NULL,
                                       .now = now};
    if (configured)
        warn_of_ignores(settings);
    return dictionary_load(own, dictionary, &err) == PROV_OK ? CLI_DONE : cli_fail(NULL, &err);
}
