/* SPDX-License-Identifier: MIT */
/* Contents of files, shared by all who send them and kept while they do not change. */
#ifndef SERVER_RESOLVER_CONTENT_H
#define SERVER_RESOLVER_CONTENT_H

#include "server/resolver/resolver.h"

#include <sys/stat.h>

#define CONTENT_HELD_MAX (1024 * 1024) /* bytes: larger files are read as they are sent */

struct content_store;
struct scanner;

/* NULL when memory is short. `budget` is how many bytes of content it may hold; `scanner`, which
 * stays the caller's, looks through what is too large for that. */
struct content_store *content_store_new(size_t budget, struct scanner *scanner);
/* After the last file was given back. */
void content_store_free(struct content_store *store);

/* How a file is named in the store. */
struct content_key {
    int root;         /* its descriptor */
    const char *path; /* below it */
    bool stripped;    /* what stands after a signed file's header */
};

/* Whether a version of the file is in the store, of whatever age. */
bool content_knows(struct content_store *store, const struct content_key *key);

enum content_answer {
    CONTENT_FOUND,
    CONTENT_UNKNOWN,  /* not in the store, or the file has changed: load it */
    CONTENT_WAITING,  /* a large file that was not looked through yet: ask again */
    CONTENT_SECRET,   /* holds a private key */
    CONTENT_UNSIGNED, /* to be stripped, but no signed file */
    CONTENT_FAILED    /* errno */
};

/* The content, if the file is still as it was: `status` says how it is now. */
enum content_answer content_find(struct content_store *store, const struct content_key *key,
                                 const struct stat *status, struct resolver_file **out);
/* Reads the open file `fd`, which it takes over, and looks into all of it: a small file at once, a
 * large one at once only where the caller is `patient`. */
enum content_answer content_load(struct content_store *store, const struct content_key *key, int fd,
                                 bool patient, struct resolver_file **out);

#endif
