/* SPDX-License-Identifier: MIT */
/* Which list each phone holds: the ledger says what was given to it, the archive what that was. The
 * fleet is every phone with a configuration in the source folder or a section of its own, and every
 * one in the ledger. */
#ifndef PROVBUILD_FLEET_FLEET_H
#define PROVBUILD_FLEET_FLEET_H

#include "provbuild/lists/lists.h"
#include "provbuild/run/run.h"

#include "ledger/ledger.h"

struct fleet_held {
    enum ledger_state state;
    const struct past_list *list; /* LEDGER_HOLDS, and the list is known; else NULL */
    bool unknown;                 /* it holds, or may hold, a list that the archive does not know */
    bool again;     /* an address that asked in its name was given the list a day or more later */
    bool elsewhere; /* another address, however long ago, was last given another list */
    char address[LEDGER_ADDRESS_SIZE]; /* that one */
};

/* What a phone is proven to hold: a list, and when that was known. */
struct fleet_proof {
    const struct past_list *list; /* NULL: it may hold all that was ever published for it */
    int64_t time;                 /* seconds since 1970 */
};

struct fleet_phone {
    struct prov_mac phone;
    bool configured;          /* has a configuration in the source folder, or a section */
    bool section[LIST_KINDS]; /* a section gives it a list of its own */
    struct fleet_proof proof[LIST_KINDS];
    bool forgotten;      /* --forget, and it has not taken the list for all since */
    bool late;           /* the ledger first heard of it while the rotation was under way */
    int64_t first, seen; /* oldest and newest request; 0: never */
    struct fleet_held held[LIST_KINDS];
    bool own[LIST_KINDS]; /* a rotation keeps a list of its own for it */
};

struct fleet {
    bool ledger;       /* there is one, and it could be read */
    size_t configured; /* phones with a configuration in the source folder */
    size_t count;      /* in ascending order */
    struct fleet_phone *at;
    const struct published *published;
};

/* PROV_E_FORMAT if the ledger is none that the server made. That it cannot be opened is told to who
 * asks for what it knows. */
int fleet_check_ledger(const struct run *run, struct prov_error *err) PROV_CHECKED;
/* Reads it once in a run. Belongs to `run`. */
int fleet_know(struct run *run, struct prov_error *err) PROV_CHECKED;
void fleet_free(struct fleet *fleet);

/* NULL if it does not belong to the fleet. */
struct fleet_phone *fleet_find(const struct fleet *fleet, const struct prov_mac *phone);

/* "SEP…, SEP… and 12 more" into `out`. */
struct fleet_names {
    size_t count;
    char text[400];
};
void fleet_name(struct fleet_names *names, const struct prov_mac *phone);
void fleet_names_end(struct fleet_names *names);

#endif
