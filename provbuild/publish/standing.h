/* SPDX-License-Identifier: MIT */
/* Whether the lists that stand lead every phone on from whatever it may hold, however they came to
 * stand: who is left behind is told, with the way out. */
#ifndef PROVBUILD_PUBLISH_STANDING_H
#define PROVBUILD_PUBLISH_STANDING_H

#include "provbuild/publish/scope.h"

struct left_behind {
    const struct list *list;      /* that they are given, and cannot take */
    const struct past_list *held; /* that they may hold; NULL: none at all */
    const struct past_list *back; /* of the archive, leads them on if put back; NULL: none */
    bool both;                    /* they are given a CTL and an ITL */
    struct fleet_names phones;    /* but for those named with --force */
    size_t all;                   /* phones that are given it */
    bool forced;                  /* the run was told of it by --force, which is remembered */
    char text[2048];              /* all of this as a sentence */
};
typedef void standing_say(void *context, const struct left_behind *behind);

/* Says it once for each scope. With --force it is noted in the archive, and not said again of the
 * same phones and lists. `leaving` as for scopes_make, `proof` as for ladder_list_of. */
int standing_check(struct run *run, const struct lists *lists,
                   const struct phones leaving[static LIST_KINDS],
                   const struct prov_identity *proof, standing_say *say, void *context,
                   struct prov_error *err) PROV_CHECKED;

#endif
