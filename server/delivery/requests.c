/* SPDX-License-Identifier: MIT */
/* Requests of configured phones on their way to the ledger: a ring. */
#include "server/delivery/requests.h"
#include "server/delivery/line.h"

#include <prov/text.h>
#include <stdio.h>
#include <string.h>

static struct ledger_request *
next_place(struct delivery__requests *requests)
{
    if (requests->count == DELIVERY__REQUESTS_MAX)
        delivery__requests_drop_first(requests, 1);
    return &requests->at[(requests->first + requests->count++) % DELIVERY__REQUESTS_MAX];
}

void
delivery__requests_add(struct delivery__requests *requests, const struct delivery__entry *entry)
{
    const struct delivery_event *event = &entry->event;
    struct ledger_request *request = next_place(requests);
    *request = (struct ledger_request){
        .phone = event->phone, .time = entry->time.tv_sec, .bytes = (int64_t)event->bytes};
    delivery__address(&event->peer, request->address);
    prov_printable(event->asked, strlen(event->asked), request->asked, sizeof request->asked);
    snprintf(request->transport, sizeof request->transport, "%s",
             delivery__transport_name(event->transport));
    snprintf(request->outcome, sizeof request->outcome, "%s",
             delivery__outcome_name(event->outcome));
}

size_t
delivery__requests_first(const struct delivery__requests *requests, size_t max,
                         const struct ledger_request **first)
{
    size_t to_end = DELIVERY__REQUESTS_MAX - requests->first;
    size_t count = requests->count < to_end ? requests->count : to_end;
    *first = &requests->at[requests->first];
    return count < max ? count : max;
}

void
delivery__requests_drop_first(struct delivery__requests *requests, size_t count)
{
    requests->first = (requests->first + count) % DELIVERY__REQUESTS_MAX;
    requests->count -= count;
}
