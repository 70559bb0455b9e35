/* SPDX-License-Identifier: MIT */
/* What is to be published: trust lists with their entries, and who signs files. It begins as the
 * settings say it, and a change that is under way puts its own in their place; from then on nothing
 * alters it. Paths of certificates are borrowed, from the settings or from what changes them. */
#ifndef PROVBUILD_LISTS_WANTED_H
#define PROVBUILD_LISTS_WANTED_H

#include "settings/settings.h"

struct wanted {
    size_t list_count; /* in the order of the settings */
    struct settings_list *lists;
    size_t sign_count; /* as in struct settings_build */
    struct settings_sign *signs;
    size_t
        key_count; /* certificates with keys that sign bridges; which are at hand is seen later */
    const char **keys;
};

/* As the settings have it. To be released, also after a failure. */
int wanted_make(const struct settings_build *settings, struct wanted *out,
                struct prov_error *err) PROV_CHECKED;
void wanted_release(struct wanted *wanted);

/* The section of this phone, or with NULL that for all; NULL without one. */
struct settings_list *wanted_find(const struct wanted *wanted, enum list_kind kind,
                                  const struct prov_mac *phone);
/* True if the phone takes the list for all: it has none of its own. */
bool wanted_takes_generic(const struct wanted *wanted, enum list_kind kind,
                          const struct prov_mac *phone);

/* Puts a copy of these entries in the place of the old ones. */
int wanted_set_entries(struct settings_list *list, const struct settings_entry *entries,
                       size_t count, struct prov_error *err) PROV_CHECKED;
/* A list of this phone's own, as the one for all; nothing without that, or where there is one. */
int wanted_add_own(struct wanted *wanted, enum list_kind kind, const struct prov_mac *phone,
                   struct prov_error *err) PROV_CHECKED;
/* One more key for bridges; one that is there already is not added again. */
int wanted_add_key(struct wanted *wanted, const char *path, struct prov_error *err) PROV_CHECKED;

#endif
