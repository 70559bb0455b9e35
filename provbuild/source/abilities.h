/* SPDX-License-Identifier: MIT */
/* What old phones cannot verify (phones.md, section 5), and which phones are old, by the loads that
 * their configurations name. */
#ifndef PROVBUILD_SOURCE_ABILITIES_H
#define PROVBUILD_SOURCE_ABILITIES_H

#include "provbuild/run/run.h"

/* Why phones of the 7900 series and older ones refuse such a signature, as a sentence; NULL if they
 * do not. */
const char *abilities_lack(unsigned digest, const struct prov_identity *signer);
/* The same for a list's own signature. */
const char *abilities_lack_of(const struct prov_trustlist *list);

/* What the configuration SEP<MAC>.cnf.xml in the source folder says of a phone by its load. */
enum abilities_age {
    ABILITIES_NEW,
    ABILITIES_OLD,    /* the load of such a phone */
    ABILITIES_UNNAMED /* no load that tells, or there is no such configuration: it may be one */
};
enum abilities_age abilities_age(const struct run *run, const struct prov_mac *phone);

#endif
