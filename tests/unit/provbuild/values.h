/* SPDX-License-Identifier: MIT */
/* Values that provbuild's rules decide over, made in memory: lists, what was published, a fleet. */
#ifndef TESTS_UNIT_PROVBUILD_VALUES_H
#define TESTS_UNIT_PROVBUILD_VALUES_H

#include "provbuild/fleet/fleet.h"
#include "tests/unit/support.h"

#include <string.h>

#define ONE "SEP001122334455"
#define TWO "SEP58971ECC97C1"

struct prov_mac phone_of(const char *name);
struct phones phones_of(const char *first, ...);

/* A list with one SAST or two, that signs files with asterisk.pem; `second` may be NULL. */
struct list_wish {
    const char *name; /* of the file */
    const char *signer, *second;
    uint32_t time; /* after VECTOR_TIME */
    enum prov_digest digest;
};
struct prov_trustlist *list_like(struct list_wish wish);

/* A world of lists: what was published, and what is wanted by a run. */
struct world {
    struct run run;
    struct settings settings;
    struct published published;
    struct wanted wanted;
    struct fleet fleet;
    struct lists lists;
};
/* Empty; all that is put into it is freed at the end. */
struct world *world_of_nothing(void);
/* Published once; in the archive alone, or standing in the tree, too. */
void publish_once(struct world *world, struct list_wish wish, bool stands);
/* That one in the archive. */
struct past_list *kept_list(const struct world *world, const struct list_wish *wish);
/* Makes the fleet's index, and lists of what is wanted and stands. After the last of these. */
void settle(struct world *world);
/* A section with these certificates: roles in order, SAST first. */
struct settings_list *want(struct world *world, const char *phone, const char *first_sast,
                           const char *second_sast, const char *signer);
/* A phone of the fleet that is proven to hold the list with this time after VECTOR_TIME; -1: it may
 * hold any. */
struct fleet_phone *phone_holds(struct world *world, const char *name, int64_t time);

#endif
