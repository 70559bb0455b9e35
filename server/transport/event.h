/* SPDX-License-Identifier: MIT */
/* What every transport reports of a request: the resolver's answer in delivery's words. */
#ifndef SERVER_TRANSPORT_EVENT_H
#define SERVER_TRANSPORT_EVENT_H

#include "server/delivery/delivery.h"
#include "server/resolver/resolver.h"
#include "server/transport/given.h"

/* What was asked for, "" if that is no name; what is longer is cut. */
void event_set_asked(struct delivery_event *event, const char *name, size_t len);
/* What the name means: kind of file and phone. */
void event_set_meaning(struct delivery_event *event, const struct resolver_found *found);
/* Which file is sent. */
void event_set_file(struct delivery_event *event, const struct resolver_file *file);
/* At the end, once: to delivery, and where it is a list that is given in turns, to those who draw,
 * and to those who ask for proof. */
void event_report(struct delivery_event *event, struct resolver *resolver, struct given *given,
                  struct delivery *delivery);

#endif
