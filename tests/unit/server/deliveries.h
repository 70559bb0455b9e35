/* SPDX-License-Identifier: MIT */
/* What the tests of the delivery share: one for 192.0.2.0/24, and the texts that it makes. */
#ifndef TESTS_UNIT_SERVER_DELIVERIES_H
#define TESTS_UNIT_SERVER_DELIVERIES_H

#include "server/delivery/internal.h"
#include "tests/unit/support.h"

static struct prov_error err;

static inline void
release_list(void *list)
{
    access_free(list);
}

/* All events come from one address, which no limit is to stop. */
static inline struct access_list *
everybody(void)
{
    struct settings_network network;
    expect_ok(settings_parse_network("192.0.2.0/24", &network, &err), &err);
    struct access_list *list = keep(access_new(), release_list);
    access_set(list, &network, 1);
    return list;
}

static inline struct delivery *
new_delivery(const char *ledger)
{
    struct delivery *delivery = NULL;
    expect_ok(delivery_new(ledger, everybody(), &delivery, &err), &err);
    return delivery;
}

static inline const char *
string_of(struct prov_bytes *bytes)
{
    struct prov_span span = kept_bytes(bytes);
    return text_of("%.*s", (int)span.len, (const char *)span.data);
}

static inline const char *
metrics_of(struct delivery *delivery)
{
    struct prov_bytes *text = NULL;
    expect_ok(delivery_metrics(delivery, &text, &err), &err);
    return string_of(text);
}

#endif
