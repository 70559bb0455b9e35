/* SPDX-License-Identifier: MIT */
/* Which phones are ready for a new signer of files: each list that they may hold and that names the
 * old one names the new one, too. */
#include "provbuild/fleet/signers.h"

#include <stdlib.h>

struct changing {
    const struct fleet *fleet;
    const struct prov_identity *from, *to;
    signed char
        *alone; /* for each list that was published: 1: it names `from` alone; 0: not asked */
};

static bool
names_old_alone(const struct changing *changing, const struct past_list *past)
{
    signed char *answer = &changing->alone[past - changing->fleet->published->at];
    if (*answer == 0)
        *answer = list_names(past->list, changing->from, false) &&
                          !list_names(past->list, changing->to, false)
                      ? 1
                      : -1;
    return *answer > 0;
}

static int
needs_old(const struct changing *changing, const struct fleet_phone *phone, bool *out,
          struct prov_error *err)
{
    int rc = PROV_OK;
    *out = false;
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++) {
        struct holdings held;
        rc = holdings_proven(changing->fleet->published, phone, kind, &held, err);
        for (size_t i = 0; rc == PROV_OK && i < held.count; i++)
            *out |= names_old_alone(changing, held.at[i]);
        holdings_release(&held);
    }
    return rc;
}

int
signers_keep(const struct fleet *fleet, const struct prov_identity *from,
             const struct prov_identity *to, struct signings_kept *out, struct prov_error *err)
{
    struct changing changing = {fleet, from, to, calloc(fleet->published->count + 1, 1)};
    int rc = PROV_OK;
    if (changing.alone == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; rc == PROV_OK && i < fleet->count; i++) {
        bool needs = false;
        rc = needs_old(&changing, &fleet->at[i], &needs, err);
        if (rc == PROV_OK && needs)
            rc = phones_add(&out->phones, &fleet->at[i].phone, err);
    }
    out->common = out->phones.count > 0 || fleet->partial;
    free(changing.alone);
    return rc;
}
