/* SPDX-License-Identifier: MIT */
/* What each address may use up over time: it is saved up to a limit, and spent (a token bucket).
 * Belongs to one thread. */
#ifndef SERVER_ACCESS_BUDGET_H
#define SERVER_ACCESS_BUDGET_H

#include "server/access/access.h"

#include <stdint.h>

struct access_budget;

/* Each address begins with `most`, and gets `rate` a second up to that again. Addresses that
 * `shared` names have no limit (NULL: none does). NULL when memory is short or there are no random
 * numbers. */
struct access_budget *access_budget_new(uint32_t most, uint32_t rate, struct access_list *shared);
void access_budget_free(struct access_budget *budget);

/* Spends `amount`, so that `kept` or more is left. True: it may, and `*refused` times before it
 * might not. `now`: milliseconds of a clock that only goes forward. */
bool access_budget_spend(struct access_budget *budget, const struct sockaddr *peer, uint32_t amount,
                         uint32_t kept, int64_t now, unsigned long *refused);
/* Gives back what was spent. */
void access_budget_refund(struct access_budget *budget, const struct sockaddr *peer,
                          uint32_t amount);

#endif
