/* SPDX-License-Identifier: MIT */
/* Indexes of folders: names in any case, without reading a folder for every request. */
#ifndef SERVER_RESOLVER_FOLDER_H
#define SERVER_RESOLVER_FOLDER_H

#include <prov/error.h>

#include <stdbool.h>
#include <stddef.h>

struct folder_index;

/* For what stands below `root`, which stays the caller's. NULL when memory is short. */
struct folder_index *folder_index_new(int root);
void folder_index_free(struct folder_index *index);

#define FOLDER_CANDIDATES_MAX 16

/* Paths that differ from `path` in the case of ASCII letters at most, in byte order: those that
 * exist, at most FOLDER_CANDIDATES_MAX. Each is as long as `path`. */
struct folder_candidates {
    size_t count;
    char *paths[FOLDER_CANDIDATES_MAX];
};

/* PROV_E_MEMORY, PROV_E_SYSTEM (errno in `sys`). Free with folder_candidates_clear. */
int folder_candidates_find(struct folder_index *index, const char *path,
                           struct folder_candidates *out, struct prov_error *err) PROV_CHECKED;
void folder_candidates_clear(struct folder_candidates *candidates);

/* True if it is known, without a look for the name itself, that there is none such in any case: the
 * folder was read long enough after its last change. False where that is not sure. */
bool folder_index_lacks(struct folder_index *index, const char *path);

/* The same for all names that begin so. */
bool folder_index_lacks_beginning(struct folder_index *index, const char *path);

/* Whether a name at the top begins like one of these, in letters of any case. */
bool folder_index_begins(struct folder_index *index, const char *const *starts, size_t count);

#endif
