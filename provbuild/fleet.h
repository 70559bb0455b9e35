/* SPDX-License-Identifier: MIT */
/* Which list each phone holds: the ledger says what was given to it, the archive what that was. The
 * fleet is every phone with a configuration in the source folder, and every one in the ledger. */
#ifndef PROVBUILD_FLEET_H
#define PROVBUILD_FLEET_H

#include "provbuild/history.h"
#include "provbuild/lists.h"

#include <ledger/ledger.h>

struct fleet_held {
    enum ledger_state state;
    const struct past_list *list; /* LEDGER_HOLDS, and the list is known; else NULL */
    bool elsewhere; /* another address, however long ago, was last given another list */
    char address[LEDGER_ADDRESS_SIZE]; /* that one */
};

struct fleet_phone {
    struct prov_mac phone;
    bool configured;           /* has a configuration in the source folder */
    bool forgotten;            /* --forget */
    int64_t seen;              /* newest request; 0: never */
    struct fleet_held held[2]; /* ITL, CTL */
    bool own[2];               /* a rotation keeps a list of its own for it */
};

struct fleet {
    bool ledger;       /* there is one, and it could be read */
    size_t configured; /* phones with a configuration */
    size_t count;      /* in ascending order */
    struct fleet_phone *at;
    struct history history;
};

/* Reads it once in a run. Belongs to `run`. */
int fleet_know(struct run *run, struct prov_error *err) PROV_CHECKED;
void fleet_free(struct fleet *fleet);

/* NULL if it does not belong to the fleet. */
struct fleet_phone *fleet_find(const struct fleet *fleet, const struct prov_mac *phone);

/* PROV_E_CONTINUITY if phones that would be given `next` as the list `list` may hold one from which
 * they would not follow, though they would follow `stands` (NULL: nothing does): `*err` says how
 * many and which. Whom what stands locks out already is not helped by keeping it. Without a ledger
 * nothing is known, and nothing refused. */
int fleet_check(struct run *run, const struct lists *all, const struct list *list,
                const struct prov_trustlist *stands, const struct prov_trustlist *next,
                struct prov_error *err) PROV_CHECKED;

/* "SEP…, SEP… and 12 more" into `out`. */
struct fleet_names {
    size_t count;
    char text[400];
};
void fleet_name(struct fleet_names *names, const struct prov_mac *phone);
void fleet_names_end(struct fleet_names *names);

#endif
