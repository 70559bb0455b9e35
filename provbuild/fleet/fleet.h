/* SPDX-License-Identifier: MIT */
/* Which list each phone holds: the ledger says what was given to it, the archive what that was. The
 * fleet is every phone with a configuration in the source folder or a section of its own, and every
 * one in the ledger. */
#ifndef PROVBUILD_FLEET_FLEET_H
#define PROVBUILD_FLEET_FLEET_H

#include "provbuild/lists/history.h"
#include "provbuild/publish/publish.h"

#include "ledger/ledger.h"

struct fleet_held {
    enum ledger_state state;
    const struct past_list *list; /* LEDGER_HOLDS, and the list is known; else NULL */
    bool unknown;                 /* it holds, or may hold, a list that the archive does not know */
    bool again;     /* an address that asked in its name was given the list a day or more later */
    bool elsewhere; /* another address, however long ago, was last given another list */
    char address[LEDGER_ADDRESS_SIZE]; /* that one */
};

struct fleet_phone {
    struct prov_mac phone;
    bool configured;           /* has a configuration in the source folder, or a section */
    bool forgotten;            /* --forget, and it has not taken the list for all since */
    bool late;                 /* the ledger first heard of it while the rotation was under way */
    int64_t first, seen;       /* oldest and newest request; 0: never */
    struct fleet_held held[2]; /* ITL, CTL */
    bool own[2];               /* a rotation keeps a list of its own for it */
};

struct fleet {
    bool ledger;       /* there is one, and it could be read */
    size_t configured; /* phones with a configuration in the source folder */
    size_t count;      /* in ascending order */
    struct fleet_phone *at;
    struct history history;
};

/* Reads it once in a run. Belongs to `run`. */
int fleet_know(struct run *run, struct prov_error *err) PROV_CHECKED;
void fleet_free(struct fleet *fleet);

/* NULL if it does not belong to the fleet. */
struct fleet_phone *fleet_find(const struct fleet *fleet, const struct prov_mac *phone);

/* True if this phone asks for the list: the one for all is for those without their own. */
bool fleet_gives(const struct lists *all, const struct list *list, const struct fleet_phone *phone);

/* "SEP…, SEP… and 12 more" into `out`. */
struct fleet_names {
    size_t count;
    char text[400];
};
void fleet_name(struct fleet_names *names, const struct prov_mac *phone);
void fleet_names_end(struct fleet_names *names);

/* Who would not take a list, or may not. */
struct fleet_lost {
    struct fleet_names phones;
    size_t unknown; /* of them: those that may hold a list that the archive does not know */
    size_t lists;   /* without a ledger: lists of the archive from which phones would not follow */
    const char *file; /* one of those */
};
/* Phones that would be given `next` as the list `list` and may hold one from which they would not
 * follow, though they would follow `given`, what they are given now (NULL: nothing). Whom that
 * locks out already is not helped by keeping it. Without a ledger each phone may hold every list of
 * the archive. A list taken from the archive (`given` is `next`) may still be older than one that
 * the archive lost. */
int fleet_lose(struct run *run, const struct lists *all, const struct list *list,
               const struct prov_trustlist *given, const struct prov_trustlist *next,
               struct fleet_lost *out, struct prov_error *err) PROV_CHECKED;
/* PROV_E_CONTINUITY if there are any: `*err` says how many and which. */
int fleet_refuse(const struct run *run, const struct fleet_lost *lost,
                 struct prov_error *err) PROV_CHECKED;

#endif
