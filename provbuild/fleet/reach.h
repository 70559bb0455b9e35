/* SPDX-License-Identifier: MIT */
/* Whether phones reach the newest lists from all that they may hold, or may need a bridge, and then
 * whose key: that of an older SAST which signed lists once. */
#ifndef PROVBUILD_FLEET_REACH_H
#define PROVBUILD_FLEET_REACH_H

#include "provbuild/fleet/holdings.h"

#include "ladder/list.h"

/* Who signed lists that were published, each once. */
struct reach_signer {
    struct ladder_signer id;
    struct past_list *list;    /* one that it signed */
    bool newest;               /* it signs a newest list */
    struct fleet_names phones; /* that may need a bridge which it signs */
};

struct reach {
    const struct fleet *fleet;
    struct ladder_list *values; /* as `published->at`; time 0 and no SAST: not readable */
    size_t signer_count;
    struct reach_signer *signers;
};

/* Works out all signers and all phones of the fleet, which then say in `needs` of what kind they
 * may need a bridge. To be released in any case. */
int reach_make(struct fleet *fleet, struct reach *out, struct prov_error *err) PROV_CHECKED;
void reach_release(struct reach *reach);

/* How far a phone has come; the last three may need a bridge. */
enum reach_state {
    REACH_READY,     /* all that was ever published for it leads on */
    REACH_PROVEN,    /* what it is proven to hold does */
    REACH_FORGOTTEN, /* the same, but by --forget */
    REACH_FOLLOWED,  /* it was given the newest list, and fetched its configuration after it */
    REACH_GIVEN,     /* it was given it */
    REACH_SILENT,    /* neither */
    REACH_STATES
};
enum reach_state reach_state(const struct fleet_phone *phone);

#endif
