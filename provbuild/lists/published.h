/* SPDX-License-Identifier: MIT */
/* Trust lists that were ever published: those that stand in the tree, and all in the archive, where
 * each is kept as NAME.TIMESTAMP. Both folders are looked through once in a run; what a
 * file holds is read when it is asked for, and once. */
#ifndef PROVBUILD_LISTS_PUBLISHED_H
#define PROVBUILD_LISTS_PUBLISHED_H

#include "provbuild/lists/inventory.h"
#include "provbuild/lists/name.h"

#include "ladder/rungs.h"

#include <prov.h>

#define LIST_SHA256_LEN 32

struct past_list {
    char *path;
    const char *file; /* its base name: in the archive, or the list's own where it stands alone */
    size_t name_len;  /* of `file`: ITLFile.tlv, CTLSEP<MAC>.tlv, … */
    bool in_tree;
    bool stamped;                     /* named NAME.TIMESTAMP, or NAME.TIMESTAMP.COUNT */
    unsigned long timestamp, counter; /* of that */
    int64_t again; /* when it was published once more after newer ones, seconds since 1970; or 0 */
    bool read;     /* what follows is known */
    struct prov_trustlist *list; /* NULL: it cannot be read */
    char *why;                   /* why not; NULL: the file is not there, or memory is short */
    bool denied;                 /* it may not be read, and may be sound */
    bool hashed;
    uint8_t sha256[LIST_SHA256_LEN];
    struct ladder_list *value; /* what it is to phones; NULL: not asked for yet */
};

struct published {
    size_t count;         /* in the order of their files' names: all of a list stand together */
    struct past_list *at; /* what is read of them fills in; else nothing changes */
    size_t hash_count;    /* readable ones, in the order of their digests */
    struct past_list **by_hash;
    char misspelt[LIST_NAME_SIZE];   /* a file of the tree that servers take for a list and nobody
                                        else   does, by its letters; "": none */
    struct prov_error archive_error; /* why the archive cannot be read; else PROV_OK */
    struct inventory inventory;      /* of the archive, with what this run adds */
    bool inventory_stands;           /* it stands like this beside the tree */
    bool noted[INVENTORY_RECORDS];   /* which of the archive's records the one that stands knows */
    struct ladder_table table;       /* of the lists in turns; empty if it cannot be read */
    bool table_lost;                 /* it is missing, or cannot be read */
};

/* Looks through the tree, its lists in turns, and the archive. `archive` may be NULL; that it
 * cannot be read is told to who asks for what it holds. To be released, also after a failure. */
int published_read(const char *archive, const char *tree, struct published *out,
                   struct prov_error *err) PROV_CHECKED;
void published_release(struct published *published);
/* Adds the file at `path`, if its name is a list's. With `list` not NULL, which it takes over, that
 * is what it holds; published_sort() comes after the last. */
int published_add(struct published *published, const char *path, bool in_tree,
                  struct prov_trustlist *list, struct prov_error *err) PROV_CHECKED;
void published_sort(struct published *published);
/* So that published_find() finds them: digests all of them, once. */
int published_index(struct published *published, struct prov_error *err) PROV_CHECKED;

/* What it holds; NULL if that cannot be read: a phone that holds it holds nothing known. */
const struct prov_trustlist *past_list_read(struct past_list *past);
/* What it is to phones, where it can be read. `proof` (may be NULL) is as for ladder_list_of, and
 * the same in each call. */
int past_list_value(struct past_list *past, const struct prov_identity *proof,
                    const struct ladder_list **out, struct prov_error *err) PROV_CHECKED;
/* SHA-256 of its file; NULL if that cannot be read. */
const uint8_t *past_list_sha256(struct past_list *past);
/* The same list of the tree as the archive keeps it; NULL if it does not. */
struct past_list *published_kept(const struct published *published, const struct past_list *past);

/* Those that were published under this name, from the one that is returned to before `*end`. */
size_t published_range(const struct published *published, const char *name, size_t *end);
/* The list that has this digest; NULL if none is known. One that was published under several names
 * goes by that for all. */
const struct past_list *published_find(const struct published *published,
                                       const uint8_t sha256[LIST_SHA256_LEN]);
/* Some file has this digest, whether or not it can be read as a list; after published_index(). */
bool published_knows(const struct published *published, const uint8_t sha256[LIST_SHA256_LEN]);
/* The file of this very name, wherever it is; NULL without one. */
struct past_list *published_file(const struct published *published, const char *file);
/* The one that stands under its name; NULL without a file. */
struct past_list *published_in_tree(const struct published *published, const char *name);
/* The newest by what they say; NULL if there is none. */
const struct past_list *published_newest(const struct published *published, const char *name);
/* The newest of the archive by the names of its files; `*out` NULL if there is none. Fails if it
 * cannot be read, or the archive cannot. */
int published_newest_kept(const struct published *published, const char *name,
                          const struct past_list **out, struct prov_error *err) PROV_CHECKED;

#endif
