/* SPDX-License-Identifier: MIT */
/* What all peers share, such as connections, and how much of it each address has: so that no single
 * one ever has it all. May be used by any thread. */
#ifndef SERVER_ACCESS_SHARES_H
#define SERVER_ACCESS_SHARES_H

#include "server/access/access.h"

struct access_shares;

/* At most `capacity` are held at once, and `each` by one address; by any number for those that
 * `shared` names, behind which many phones stand (NULL: none does). NULL when memory is short or
 * there are no random numbers. */
struct access_shares *access_shares_new(size_t capacity, unsigned each, struct access_list *shared);
void access_shares_free(struct access_shares *shares);

/* Whether the address may have one more. */
bool access_shares_open(struct access_shares *shares, const struct sockaddr *peer);
/* It has one more, whether it may or not. False if memory for that many addresses was not asked
 * for: then it is not counted, and not to be given back. */
bool access_shares_take(struct access_shares *shares, const struct sockaddr *peer);
/* It has one less. */
void access_shares_give_back(struct access_shares *shares, const struct sockaddr *peer);

#endif
