/* SPDX-License-Identifier: MIT */
/* The fleet: every phone with a configuration in the source folder, a section of its own, or a
 * certificate in the devices folder; and what each is proven to hold. Who only asks does not belong
 * to it. */
#ifndef PROVBUILD_FLEET_FLEET_H
#define PROVBUILD_FLEET_FLEET_H

#include "provbuild/fleet/proofs.h"
#include "provbuild/lists/lists.h"
#include "provbuild/run/run.h"

/* What a phone is proven to hold: a list, and when that was known. */
struct fleet_proof {
    const struct past_list *list; /* NULL: it may hold all that was ever published for it */
    enum proof_how how;
    int64_t time; /* seconds since 1970 */
};

/* What came of the newest list of a kind, by the ledger (given.h); zeros: nothing. */
struct fleet_given {
    int64_t first;                         /* delivery */
    int64_t followed;                      /* boots in which a configuration was fetched after it */
    int64_t followed_first, followed_last; /* of those */
};

/* "SEP…, SEP… and 12 more" into `text`: twenty names. */
struct fleet_names {
    size_t count;
    char text[400];
};
void fleet_name(struct fleet_names *names, const struct prov_mac *phone);
void fleet_names_end(struct fleet_names *names);

struct fleet_phone {
    struct prov_mac phone;
    bool section[LIST_KINDS]; /* a section gives it a list of its own */
    struct fleet_proof proof[LIST_KINDS];
    struct fleet_given given[LIST_KINDS];
    size_t may_hold[LIST_KINDS]; /* so many lists (reach.h) */
    bool needs[LIST_KINDS]; /* it may need a bridge (reach.h); false before that is worked out */
    bool forgotten;         /* by --forget, in this run or before */
    bool left_out;          /* named by it in this run, which refuses nothing because of it */
    int64_t seen;           /* newest request, by the ledger (given.h); 0: never */
};

struct fleet {
    size_t count; /* in ascending order */
    struct fleet_phone *at;
    bool partial; /* phones may be missing: the devices folder cannot be read, or the source folder
                     holds no configuration, as one that is not mounted; or: */
    bool open;    /* it holds one for whatever phone has none, so that nobody knows who is served */
    bool ledger;  /* there is one, and it was read (given.h) */
    int64_t heard_since;         /* the oldest request that it knows; 0: none */
    struct fleet_names phantoms; /* who asked and does not belong to it (given.h) */
    const struct published *published;
    struct proofs proofs; /* as they are kept; what holds of them stands beside the phones */
};

/* Reads it once in a run. Belongs to `run`. */
int fleet_know(struct run *run, struct prov_error *err) PROV_CHECKED;
void fleet_free(struct fleet *fleet);

/* The newest list of the archive under the name that the phone asks for: its own, if a section
 * gives it one or it stands, else that for all. NULL without any. */
struct past_list *fleet_newest(const struct fleet *fleet, const struct fleet_phone *phone,
                               enum list_kind kind);

/* Puts its proofs beside its phones and lists, after they changed. */
void fleet_prove(struct fleet *fleet);

/* NULL if it does not belong to the fleet. */
struct fleet_phone *fleet_find(const struct fleet *fleet, const struct prov_mac *phone);

#endif
