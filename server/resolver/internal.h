/* SPDX-License-Identifier: MIT */
/* What the files of this room share: the roots, and opening a file below one of them. */
#ifndef SERVER_RESOLVER_INTERNAL_H
#define SERVER_RESOLVER_INTERNAL_H

#include "server/resolver/content.h"
#include "server/resolver/folder.h"
#include "server/resolver/proven.h"
#include "server/resolver/resolver.h"
#include "server/resolver/scanner.h"
#include "server/resolver/turns.h"

#include <stdatomic.h>

#define RESOLVER__SIGNED ".sgn"
#define RESOLVER__TURNS_TABLE LADDER_FOLDER "/" LADDER_TABLE

/* A root and what is known of it. */
struct root {
    char *path;
    int fd;
    struct folder_index *index;
};

struct resolver {
    struct root public, secure; /* `secure.path` is NULL if there is none */
    bool tells_configured;      /* whether phones are configured */
    size_t search_count;        /* folders of the public one */
    char *const *search;
    struct scanner *scanner;
    struct content_store *store;
    struct turns *turns;
    struct proven *proven;
    atomic_bool secure_open;
    atomic_bool survey_stopped;
};

/* --- open.c: a path below a root */

enum opened {
    OPENED,
    ABSENT,
    UNREADY,  /* there, but not looked through yet */
    WITHHELD, /* there, but never served: said once */
    BROKEN    /* this machine's fault: said once */
};

/* `path` must exist: names that clients make up would fill the log. */
void resolver__say_once(const struct root *root, const char *path, const char *text);
/* The content of the file `path`, which stands there as it is written, or, `stripped`, what stands
 * after its header. */
enum opened resolver__open_exact(struct resolver *resolver, const struct root *root,
                                 const char *path, bool stripped, struct resolver_file **out);
/* The same by a name in letters of any case; the exact name wins. */
enum opened resolver__open_any_case(struct resolver *resolver, const struct root *root,
                                    const char *path, bool stripped, struct resolver_file **out);

/* What is said to those who get no file. */
enum resolver_answer resolver__answer_without_file(enum opened result);

/* --- lists.c: trust lists in turns, as files */

/* The list of its own that a phone asks for, or (`generic`) the one for all that stands in for it.
 */
enum opened resolver__open_in_turns(struct resolver *resolver, const char *path,
                                    const struct name_meaning *meaning, bool generic,
                                    struct resolver_file **out);
bool resolver__is_rung(const struct resolver_file *file);

/* --- stand_in.c */

/* What the public root has for `path`: the file itself, or what stands in for it. */
enum opened resolver__open_public(struct resolver *resolver, const char *path,
                                  const struct name_meaning *meaning, struct resolver_file **out);

/* --- searched.c */

/* What the folders that are searched have for a name without a folder. */
enum opened resolver__open_searched(struct resolver *resolver, const char *asked,
                                    struct resolver_file **out);

/* --- secure.c: the secure root, in which SEP<MAC>.cnf.xml and SEP<MAC>.cnf.xml.sgn are one file */

/* Where the client may read it; RESOLVER_FORBIDDEN where not, whether it exists or not. */
enum resolver_answer resolver__find_secure(struct resolver *resolver,
                                           const struct resolver_request *request, const char *path,
                                           const struct name_meaning *meaning,
                                           struct resolver_file **out);
/* A phone that asks for its clear configuration without TLS, or with a TLS that is too old, gets
 * none; its administrator learns why. */
void resolver__note_secure_attempt(struct resolver *resolver, const char *path,
                                   const struct name_meaning *meaning);

#endif
