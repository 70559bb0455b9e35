/* SPDX-License-Identifier: MIT */
/* The ledger's tables of requests and of newest lists, one row after the other. */
#include "provbuild/fleet/given.h"

#include <string.h>

struct reading {
    struct fleet *fleet;
    struct prov_mac phone; /* the last that asked */
};

/* Phones come in ascending order. */
static bool
take_sighting(void *context, const struct ledger_sighting *sighting)
{
    struct reading *reading = context;
    struct fleet_phone *phone = fleet_find(reading->fleet, &sighting->phone);
    if (phone != NULL && sighting->last > phone->seen)
        phone->seen = sighting->last;
    if (phone == NULL && !phone_same(&reading->phone, &sighting->phone))
        fleet_name(&reading->fleet->phantoms, &sighting->phone);
    reading->phone = sighting->phone;
    return true;
}

static bool
take_given(void *context, const struct ledger_given *given)
{
    struct reading *reading = context;
    enum list_kind kind = given->kind == LEDGER_CTL ? LIST_CTL : LIST_ITL;
    struct fleet_phone *phone = fleet_find(reading->fleet, &given->phone);
    struct past_list *newest = phone != NULL ? fleet_newest(reading->fleet, phone, kind) : NULL;
    const uint8_t *sha256 = newest != NULL ? past_list_sha256(newest) : NULL;
    if (sha256 != NULL && memcmp(sha256, given->sha256, LIST_SHA256_LEN) == 0)
        phone->given[kind] = (struct fleet_given){given->first, given->followed,
                                                  given->followed_first, given->followed_last};
    return true;
}

int
given_read(const struct run *run, struct fleet *fleet, struct prov_error *err)
{
    struct reading reading = {.fleet = fleet};
    struct prov_error why = {.code = PROV_OK};
    struct ledger *ledger = NULL;
    if (run->settings->ledger == NULL)
        return PROV_OK;
    int rc = ledger_open(run->settings->ledger, LEDGER_READ, &ledger, &why);
    if (rc == PROV_E_SYSTEM)
        return PROV_OK;
    fleet->phantoms = (struct fleet_names){0};
    if (rc == PROV_OK)
        rc = ledger_each_sighting(ledger, NULL, take_sighting, &reading, &why);
    if (rc == PROV_OK)
        rc = ledger_each_given(ledger, NULL, take_given, &reading, &why);
    ledger_close(ledger);
    fleet_names_end(&fleet->phantoms);
    fleet->ledger = rc == PROV_OK;
    return rc == PROV_OK ? rc
                         : prov_fail(err, rc, "the ledger %s: %s", run->settings->ledger, why.text);
}
