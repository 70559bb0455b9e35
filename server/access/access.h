/* SPDX-License-Identifier: MIT */
/* Networks: who is answered at all (--allow), and behind whose addresses many phones stand. May be
 * replaced while the transports ask. */
#ifndef SERVER_ACCESS_ACCESS_H
#define SERVER_ACCESS_ACCESS_H

#include "settings/settings.h"

struct access_list;

/* Allows everybody. NULL when memory is short. */
struct access_list *access_new(void);
void access_free(struct access_list *list);
/* Copies the networks; none: everybody. */
void access_set(struct access_list *list, const struct settings_network *networks, size_t count);
bool access_allows(struct access_list *list, const struct sockaddr *peer);
/* Whether one of the networks holds the address; none if there are none. */
bool access_names(struct access_list *list, const struct sockaddr *peer);

#endif
