/* SPDX-License-Identifier: MIT */
#ifndef PROVBUILD_PUBLISH_OLD_PHONES_H
#define PROVBUILD_PUBLISH_OLD_PHONES_H

#include "provbuild/fleet/fleet.h"

/* Among the phones that are given a list: those that are old ones by the loads of their
 * configurations (source/abilities.h), and those that may be. */
struct old_phones {
    struct fleet_names old, unnamed;
};
void old_phones_name(const struct run *run, const struct lists *all, const struct list *list,
                     struct old_phones *out);

#endif
