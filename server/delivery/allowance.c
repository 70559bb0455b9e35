/* SPDX-License-Identifier: MIT */
/* How much of the log each peer may fill, and all of them together. */
#include "server/delivery/allowance.h"

#include "server/access/budget.h"

#include <stdlib.h>

/* All peers are one that sends from nowhere. */
static const struct sockaddr all_peers = {.sa_family = AF_UNSPEC};

struct delivery__allowance {
    struct access_budget *each, *all;
};

int
delivery__allowance_new(struct access_list *shared, struct delivery__allowance **out,
                        struct prov_error *err)
{
    struct delivery__allowance *allowance = calloc(1, sizeof *allowance);
    if (allowance == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    allowance->each = access_budget_new(DELIVERY__PEER_BURST, DELIVERY__PEER_RATE, shared);
    allowance->all = access_budget_new(DELIVERY__ALL_BURST, DELIVERY__ALL_RATE, NULL);
    if (allowance->each == NULL || allowance->all == NULL) {
        delivery__allowance_free(allowance);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    *out = allowance;
    return PROV_OK;
}

void
delivery__allowance_free(struct delivery__allowance *allowance)
{
    if (allowance == NULL)
        return;
    access_budget_free(allowance->each);
    access_budget_free(allowance->all);
    free(allowance);
}

bool
delivery__allowance_spend(struct delivery__allowance *allowance, const struct sockaddr *peer,
                          size_t len, bool delivered, int64_t now, unsigned long *left_out)
{
    unsigned long of_all = 0;
    uint32_t bytes = (uint32_t)len, kept = delivered ? 0 : DELIVERY__PEER_BURST / 4;
    if (!access_budget_spend(allowance->each, peer, bytes, kept, now, left_out))
        return false;
    if (!access_budget_spend(allowance->all, &all_peers, bytes, 0, now, &of_all))
        return false;
    *left_out += of_all;
    return true;
}
