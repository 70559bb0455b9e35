/* SPDX-License-Identifier: MIT */
/* A site: a folder with settings, sources and keys that provbuild builds a tree from, and what may
 * befall all that from outside. */
#ifndef TESTS_ORACLE_SITE_H
#define TESTS_ORACLE_SITE_H

#include "tests/oracle/folder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SITE_FIRST_DAY INT64_C(1900000000) /* no clock of a machine that runs this stands there */
#define SITE_SASTS 12
#define SITE_RECOVERIES 6
#define SITE_SIGNERS 4
#define SITE_SERVICES 2
#define SITE_BACKUPS 3
#define SITE_OWN 2
#define SITE_LISTS_MAX 4096

/* What is shared by all sites: the programs, the library in which their fate stands, keys. */
struct site_tools {
    const char *programs, *fate, *pool;
    const char *older; /* programs of an older version, which run now and then; NULL: none */
};

/* Makes all keys, in a new folder. */
void site_make_pool(const struct site_tools *tools);

/* What prov.conf says. */
struct site_settings {
    int sast;
    char recovery[48]; /* the file of its certificate */
    int signer;
    int signer_too;    /* listed beside it; -1: none */
    unsigned services; /* a bit for each that is listed */
    bool lists[2];     /* of the CTL and the ITL: there is one for all */
    unsigned own[2];   /* and others: a bit for each of those phones */
    bool ledger;
};

enum site_part { SITE_ARCHIVE, SITE_TREE, SITE_LEDGER, SITE_PARTS };

struct site {
    const struct site_tools *tools;
    char folder[PATH_SIZE];
    bool verbose;
    int64_t now;
    const char *own[SITE_OWN];             /* phones that may have lists of their own, "SEP<MAC>" */
    struct site_settings wanted, accepted; /* what stands in prov.conf; when a run last took it */
    /* Lists that were ever published, by a digest, and how many of them each part knows. */
    size_t list_count, known[SITE_PARTS];
    uint64_t lists[SITE_LISTS_MAX];
    struct {
        bool made;
        struct site_settings settings; /* which a run had taken */
        size_t known[SITE_PARTS];
    } backups[SITE_BACKUPS];
    unsigned made_recoveries;
    char damaged[PATH_SIZE]; /* the last file that somebody's hand was on; "": none */
    bool older;              /* the next run is one of the older programs */
    char said[16384];        /* by the last run */
};

enum site_outcome { SITE_DONE, SITE_REFUSED, SITE_KILLED, SITE_BROKEN };

void site_begin(struct site *site, const struct site_tools *tools, const char *folder);
void site_add_phone(const struct site *site, const char *name);

/* Keys: laid into the site, taken out of it. */
void site_lay_key(const struct site *site, const char *kind, int number);
void site_take_key(const struct site *site, const char *kind, int number);
bool site_has_key(const struct site *site, const char *kind, int number);

void site_write_settings(const struct site *site);
/* Removes lists of single phones of which the settings say nothing any more. True if one stood. */
bool site_drop_own_lists(const struct site *site);
/* Removes what was damaged, and whatever is no folder in the place of `.ladder`. */
void site_mend(struct site *site);
/* Runs provbuild with these options, up to a NULL; `clock` is what it takes for the time, and
 * before which call of its it is killed, 0: before none. */
enum site_outcome site_run(struct site *site, int64_t clock, int kill_before,
                           const char *const *options);

/* Somebody's hand in the tree: a file of it is gone, or cut off, or `.ladder` leads elsewhere.
 * Which, `lot` says. */
void site_damage(struct site *site, uint64_t lot);

/* An older list of the archive, which `lot` chooses, stands in the tree again; in other letters
 * than phones use, if `respelt`. False if there is none. */
bool site_put_older(struct site *site, uint64_t lot, bool respelt);
/* The file of the archive is gone; false if there was none. */
bool site_lose_record(struct site *site, const char *file);
/* What provbuild keeps beside the tree is gone. */
void site_lose_ladder(struct site *site);
/* The ledger says that a phone was given a list that neither the archive nor the tree has. */
bool site_ledger_knows_more(const struct site *site);

void site_back_up(struct site *site, int number);
/* A part becomes what it was then, or (-1) is lost. */
void site_set_back(struct site *site, enum site_part part, int number);

#endif
