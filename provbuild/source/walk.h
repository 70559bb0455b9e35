/* SPDX-License-Identifier: MIT */
/* All files below a folder. */
#ifndef PROVBUILD_SOURCE_WALK_H
#define PROVBUILD_SOURCE_WALK_H

#include <prov.h>

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct writers;

struct walk_file {
    char *path; /* below the folder */
    struct timespec modified;
    off_t size;
    bool link;
    const char *beyond; /* who else may write to it (writers_beyond); NULL: nobody, or not asked */
};

struct walk {
    size_t count; /* in ascending order of their paths */
    struct walk_file *files;
};

/* A finding on one file or phone, for people: what is wrong and what to do. */
typedef void walk_report(void *context, const char *place, const char *text);

/* Regular files, and links to such; dot files and dot folders are left out. Links to folders,
 * devices and whatever cannot be looked at are reported (`report` NULL: they are not) and counted
 * in
 * `*faults`. PROV_E_SYSTEM if the folder itself cannot be read. `writers` NULL: nobody asks who may
 * write. */
int walk_folder(const char *folder, const struct writers *writers, walk_report *report,
                void *context, size_t *faults, struct walk *out,
                struct prov_error *err) PROV_CHECKED;
void walk_release(struct walk *walk);

/* Removes what a run that was killed left behind: unfinished files, which nobody is handed. */
void walk_tidy(const char *folder);

/* True if `a` is later than `b`. */
bool walk_later(struct timespec a, struct timespec b);

#endif
