/* SPDX-License-Identifier: MIT */
/* What the files of this room share. */
#ifndef SETTINGS_INTERNAL_H
#define SETTINGS_INTERNAL_H

#include "settings.h"

#define SETTINGS_FILE_MAX (1024 * 1024) /* bytes */
#define SETTINGS_VALUES_MAX SETTINGS_NETWORKS_MAX

/* What somebody gave an option. */
struct settings_values {
    const char *folder; /* where relative paths start; NULL: at the working directory */
    const char *const *at;
    size_t count;
};

enum settings_section { SETTINGS_PATHS, SETTINGS_SERVER, SETTINGS_HTTPS, SETTINGS_SECTIONS };

/* An option of the file: where it stands, what it takes, where its value goes. */
struct settings_option {
    enum settings_section section;
    const char *name;
    const char *override; /* its name on the command line; NULL: none */
    bool list;
    int (*apply)(const struct settings_option *option, void *into,
                 const struct settings_values *values, struct prov_error *err);
    size_t field; /* offset in struct settings or struct settings_https */
    size_t count; /* offset of the number of a list's values */
    unsigned min, max;
};

/* All options, up to one without a name. */
extern const struct settings_option settings__options[];
extern const char *const settings__section_names[SETTINGS_SECTIONS];

/* Replaces what the option holds. On failure the old value stays. */
int settings__apply(const struct settings_option *option, void *into,
                    const struct settings_values *values, struct prov_error *err) PROV_CHECKED;

/* Makes the text fit for libconfuse: blanks out comments, and refuses what it would pass over in
 * silence. `*line` is where the fault lies. */
int settings__scan(char *text, size_t len, unsigned *line, struct prov_error *err) PROV_CHECKED;

/* Reads `path` into `settings`. Its error names file and line. */
int settings__read(const char *path, bool may_be_missing, struct settings *settings,
                   struct prov_error *err) PROV_CHECKED;

/* settings_load for a default file of another name. */
int settings__load(const char *path, bool may_be_missing, const struct settings_override *overrides,
                   size_t count, struct settings **out, struct prov_error *err) PROV_CHECKED;

/* Sets "`prefix`: " before the sentence of `err`; returns its code. */
int settings__blame(struct prov_error *err, const char *format, ...) PROV_PRINTF(2, 3);

/* `text` fit for a terminal, cut where it is long. */
struct settings_quoted {
    char text[64];
};
struct settings_quoted settings__quoted(const char *text);

int settings__no_memory(struct prov_error *err);

#endif
