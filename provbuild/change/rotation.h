/* SPDX-License-Identifier: MIT */
/* Changes of certificates: what earlier runs began, what this one is told, and what is wanted then,
 * so that all else builds and checks it as usual. */
#ifndef PROVBUILD_CHANGE_ROTATION_H
#define PROVBUILD_CHANGE_ROTATION_H

#include "provbuild/change/record.h"
#include "provbuild/fleet/fleet.h"
#include "provbuild/source/signing.h"

struct rotation {
    struct run *run;
    struct record record;
    bool ordered;              /* this run is told to change the SAST, or the signer of files */
    struct record undone;      /* with that order, once its lists were refused */
    struct signings_kept kept; /* files that the old signer keeps, while it is changed */
    bool settled;              /* all lists became what is wanted */
    bool old_lost;             /* its key is gone, so that nothing is kept */
    /* Begins as the settings have it, but for paths: what means a file of the record is that very
     * path. */
    struct wanted wanted;
};

/* Reads what is under way, takes the orders of the command line, and says what is wanted, which
 * `run` has from then on. Fails where the run must end. To be released in any case. */
int rotation_prepare(struct rotation *rotation, struct run *run,
                     struct prov_error *err) PROV_CHECKED;
void rotation_release(struct rotation *rotation);

/* Adds the phones whose lists of their own are about to go. */
int rotation_leaving(const struct rotation *rotation, const struct lists *lists,
                     struct phones out[static LIST_KINDS], struct prov_error *err) PROV_CHECKED;
/* Once lists are decided on: which lists go from phones that are led on without them. */
int rotation_leave(const struct rotation *rotation, struct lists *lists,
                   struct prov_error *err) PROV_CHECKED;
/* Before they are written: keeps what is under way.
 * `refused`: not all lists became what is wanted. Then an order of which nothing passed is not
 * kept, and what earlier runs kept is not forgotten. */
int rotation_keep(struct rotation *rotation, const struct lists *lists, bool refused,
                  struct prov_error *err) PROV_CHECKED;
/* Older SASTs whose keys nobody needs any more are told, and forgotten. */
int rotation_forget_keys(struct rotation *rotation, const struct lists *lists,
                         struct prov_error *err) PROV_CHECKED;
/* Once they are written, since a run that is killed before needs all of it: forgets what is done.
 */
int rotation_end(struct rotation *rotation, const struct lists *lists,
                 struct prov_error *err) PROV_CHECKED;

/* Once the inventory was written: the record goes, if it says nothing any more. */
int rotation_tidy(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;

#endif
