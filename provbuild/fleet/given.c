/* SPDX-License-Identifier: MIT */
/* The ledger's tables of requests and of newest lists, one row after the other. */
#include "provbuild/fleet/given.h"

#include "ledger/ledger.h"

#include <string.h>

/* Whoever can write to the ledger could show anything on the terminal. */
static bool
is_phone(const struct prov_mac *phone)
{
    return strspn(phone->text, "0123456789ABCDEF") == PROV_MAC_LEN;
}

static bool
take_phone(void *context, const struct ledger_sighting *sighting)
{
    struct fleet *fleet = context;
    struct fleet_phone *phone = fleet_find(fleet, &sighting->phone);
    if (fleet->heard_since == 0 || sighting->first < fleet->heard_since)
        fleet->heard_since = sighting->first;
    if (phone != NULL)
        phone->seen = sighting->last;
    else if (is_phone(&sighting->phone))
        fleet_name(&fleet->phantoms, &sighting->phone);
    return true;
}

static bool
take_given(void *context, const struct ledger_given *given)
{
    struct fleet *fleet = context;
    enum list_kind kind = given->kind == LEDGER_CTL ? LIST_CTL : LIST_ITL;
    struct fleet_phone *phone = fleet_find(fleet, &given->phone);
    struct past_list *newest = phone != NULL ? fleet_newest(fleet, phone, kind) : NULL;
    const uint8_t *sha256 = newest != NULL ? past_list_sha256(newest) : NULL;
    if (sha256 != NULL && memcmp(sha256, given->sha256, LIST_SHA256_LEN) == 0)
        phone->given[kind] = (struct fleet_given){given->first, given->followed,
                                                  given->followed_first, given->followed_last};
    return true;
}

int
given_read(const struct run *run, struct fleet *fleet, struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK};
    struct ledger *ledger = NULL;
    if (run->settings->ledger == NULL)
        return PROV_OK;
    int rc = ledger_open(run->settings->ledger, LEDGER_READ, &ledger, &why);
    if (rc == PROV_E_SYSTEM)
        return PROV_OK;
    fleet->phantoms = (struct fleet_names){0};
    if (rc == PROV_OK)
        rc = ledger_each_phone(ledger, take_phone, fleet, &why);
    if (rc == PROV_OK)
        rc = ledger_each_given(ledger, NULL, take_given, fleet, &why);
    ledger_close(ledger);
    fleet_names_end(&fleet->phantoms);
    fleet->ledger = rc == PROV_OK;
    return rc == PROV_OK ? rc
                         : prov_fail(err, rc, "the ledger %s: %s", run->settings->ledger, why.text);
}
