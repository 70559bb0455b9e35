/* SPDX-License-Identifier: MIT */
/* What the files of this room share: values, the table of options, the parts of reading a file. */
#ifndef SETTINGS_INTERNAL_H
#define SETTINGS_INTERNAL_H

#include "settings/settings.h"

#define SETTINGS_FILE_MAX (1024 * 1024) /* bytes */
#define SETTINGS_VALUES_MAX SETTINGS_NETWORKS_MAX

/* --- value.c: what all kinds of values need */

/* Sets "`format`: " before the sentence of `err`; returns its code. */
int settings__blame(struct prov_error *err, const char *format, ...) PROV_PRINTF(2, 3);

/* `text` fit for a terminal, cut where it is long. */
struct settings_quoted {
    char text[64];
};
struct settings_quoted settings__quoted(const char *text);

int settings__no_memory(struct prov_error *err);

/* A copy of a text that may not be empty. */
int settings__copy_text(const char *text, char **out, struct prov_error *err) PROV_CHECKED;

/* A path as it is kept: one of the file starts at `folder`. */
int settings__copy_path(const char *folder, const char *text, char **out,
                        struct prov_error *err) PROV_CHECKED;

/* The same for a key that signs, which may be in hardware: a URI stays as it is. */
int settings__copy_key(const char *folder, const char *text, char **out,
                       struct prov_error *err) PROV_CHECKED;

/* Frees `*text` and takes `by` over. */
void settings__replace(char **text, char *by);

/* --- option.c: the options as one table */

/* What somebody gave an option. */
struct settings_values {
    const char *folder; /* where relative paths start; NULL: at the working directory */
    const char *const *at;
    size_t count;
    struct settings *settings; /* what all is read into */
};

enum settings_section {
    SETTINGS_PATHS,
    SETTINGS_SERVER,
    SETTINGS_HTTPS,
    SETTINGS_TRUST,
    SETTINGS_CTL,
    SETTINGS_SIGN,
    SETTINGS_HOOKS,
    SETTINGS_CHECK,
    SETTINGS_SECTIONS
};

/* An option of the file: where it stands, what it takes, where its value goes. */
struct settings_option {
    enum settings_section section;
    const char *name;
    const char *override; /* its name on the command line; NULL: none */
    bool list;
    int (*apply)(const struct settings_option *option, void *into,
                 const struct settings_values *values, struct prov_error *err);
    size_t field; /* offset in struct settings or the structure of the section */
    size_t count; /* offset of the number of a list's values */
    unsigned min, max;
};

/* All options, up to one without a name. */
extern const struct settings_option settings__options[];
extern const char *const settings__section_names[SETTINGS_SECTIONS];

/* Replaces what the option holds. On failure the old value stays. */
int settings__apply(const struct settings_option *option, void *into,
                    const struct settings_values *values, struct prov_error *err) PROV_CHECKED;

/* --- scan.c, title.c: what is done to the text before libconfuse sees it */

/* Makes the text fit for libconfuse: blanks out comments, and refuses what it would pass over in
 * silence. `*line` is where the fault lies. */
int settings__scan(char *text, size_t len, unsigned *line, struct prov_error *err) PROV_CHECKED;

/* Gives sections of those that may stand without a title an empty one: libconfuse takes a section
 * either with or without. `*out` is a new string. */
int settings__add_titles(const char *text, size_t len, char **out,
                         struct prov_error *err) PROV_CHECKED;

/* Whether a section has a title, and whether it may do without. */
enum settings_title { SETTINGS_UNTITLED, SETTINGS_TITLED, SETTINGS_MAY_BE_TITLED };
extern const enum settings_title settings__titles[SETTINGS_SECTIONS];

/* --- build.c: sections trust, ctl and sign */

/* The structure that a section with this title is read into ("": without one), made where it is
 * new. */
int settings__build_section(struct settings_build *build, enum settings_section section,
                            const char *title, void **out, struct prov_error *err) PROV_CHECKED;
/* What only shows at the end of a section. */
int settings__check_build_section(struct settings_build *build, enum settings_section section,
                                  const char *title, struct prov_error *err) PROV_CHECKED;
/* What only shows when all is known. */
int settings__check_build(const struct settings_build *build, struct prov_error *err) PROV_CHECKED;
void settings__build_release(const struct settings_build *build);

/* Kinds of values, for the table of options. */
typedef int settings__take(const struct settings_option *option, void *into,
                           const struct settings_values *values, struct prov_error *err);
settings__take settings__take_entries, settings__take_list_version, settings__take_digest,
    settings__take_layout, settings__take_exclude, settings__take_trusted_groups,
    settings__take_encryption, settings__take_devices_ca;

/* --- check.c: section check */

settings__take settings__take_ignore;
void settings__ignores_release(struct settings_ignore *ignores, size_t count);

/* --- parse.c */

/* Reads `path` into `settings`. Its error names file and line. */
int settings__read(const char *path, bool may_be_missing, struct settings *settings,
                   struct prov_error *err) PROV_CHECKED;

/* --- settings.c */

/* settings_load for a default file of another name. */
int settings__load(const char *path, bool may_be_missing, const struct settings_override *overrides,
                   size_t count, const struct settings **out, struct prov_error *err) PROV_CHECKED;

#endif
