/* SPDX-License-Identifier: MIT */
/* Names of trust lists: ITLFile.tlv and CTLFile.tlv for all phones, ITLSEP<MAC>.tlv and
 * CTLSEP<MAC>.tlv for one. */
#ifndef PROVBUILD_LISTS_NAME_H
#define PROVBUILD_LISTS_NAME_H

#include "settings/settings.h"

#define LIST_NAME_SIZE 32

/* `phone` NULL: that for all. */
void list_name(enum list_kind kind, const struct prov_mac *phone, char out[static LIST_NAME_SIZE]);
void list_name_of(const struct settings_list *wanted, char out[static LIST_NAME_SIZE]);
/* The other way round, for a list of one phone; false if it is none. */
bool list_phone_of(const char *name, enum list_kind *kind, struct prov_mac *phone);
/* The name of a list, as phones ask for it, that this one is in other letters; false if it is none,
 * or is that very one. */
bool list_name_respelt(const char *name, char out[static LIST_NAME_SIZE]);
/* True for a name that phones ask for. */
bool list_is_name(const char *name);

#endif
