/* SPDX-License-Identifier: MIT */
/* Who else may write to what a run follows: settings, folders, sources, commands. Whoever may,
 * decides what phones run, and, where the run is root's, what root runs. */
#ifndef PROVBUILD_SOURCE_WRITERS_H
#define PROVBUILD_SOURCE_WRITERS_H

#include "provbuild/run/run.h"
#include "provbuild/source/walk.h"

/* Users and groups that may write. */
struct writers {
    uid_t user; /* who runs this; root may always */
    size_t group_count;
    const gid_t *groups; /* besides root's */
    size_t member_count;
    const uid_t *members; /* of those groups */
};

/* Decides over what stat(2) said: who may write to it besides root and `writers`, as words that
 * follow "it"; NULL: nobody. Nobody else writes to the files of a user who runs this without being
 * root but by that user's leave, so only their owner counts then. */
const char *writers_beyond(const struct writers *writers, uid_t owner, gid_t group, mode_t mode);

/* Tells of everything, but for single sources (walk_folder), that others may write to. The file of
 * settings was read from `config`. */
int writers_check(const struct run *run, const char *config, walk_report *report, void *context,
                  struct prov_error *err) PROV_CHECKED;

/* Those whom the settings name for sources, to be released. */
int writers_load(const struct settings *settings, struct writers *out,
                 struct prov_error *err) PROV_CHECKED;
void writers_release(struct writers *writers);

#endif
