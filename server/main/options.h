/* SPDX-License-Identifier: MIT */
/* The command line of provd. */
#ifndef SERVER_MAIN_OPTIONS_H
#define SERVER_MAIN_OPTIONS_H

#include "settings/settings.h"

#include <stdbool.h>

#define OPTIONS_OVERRIDES_MAX 256

struct options {
    const char *config; /* NULL: the default file, which may be missing */
    bool check_config;
    bool json;
    bool force;
    /* What replaces the file's settings, now and at each reload. */
    struct settings_override overrides[OPTIONS_OVERRIDES_MAX];
    size_t override_count;
};

/* False where the program is to end at once with `*status`. */
bool options_parse(int argc, char **argv, struct options *options, int *status);

/* The settings as file and command line say. The error is fit to be printed. */
int options_load(const struct options *options, const struct settings **out,
                 struct prov_error *err) PROV_CHECKED;

#endif
