/* SPDX-License-Identifier: MIT */
/* What old phones cannot verify (phones.md, section 5), and which phones are old, by the loads that
 * their configurations name. */
#ifndef PROVBUILD_PUBLISH_ABILITIES_H
#define PROVBUILD_PUBLISH_ABILITIES_H

#include "provbuild/fleet/fleet.h"

/* Why phones of the 7900 series and older ones refuse such a signature, as a sentence; NULL if they
 * do not. */
const char *abilities_lack(unsigned digest, const struct prov_identity *signer);
/* The same for a list's own signature. */
const char *abilities_lack_of(const struct prov_trustlist *list);

/* True if the configuration SEP<MAC>.cnf.xml in the source folder names the load of such a phone.
 */
bool abilities_is_old(const struct run *run, const struct prov_mac *phone);

/* Such phones among those that are given `list`. */
void abilities_name_old(const struct run *run, const struct lists *all, const struct list *list,
                        struct fleet_names *out);

#endif
