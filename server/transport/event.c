/* SPDX-License-Identifier: MIT */
/* Fills what is reported of a request from what the resolver found. */
#include "server/transport/event.h"

#include <string.h>
#include <time.h>

static enum ledger_kind
kind_of(enum name_kind kind)
{
    switch (kind) {
    case NAME_ITL:
        return LEDGER_ITL;
    case NAME_CTL:
        return LEDGER_CTL;
    case NAME_CONFIGURATION:
        return LEDGER_CONFIGURATION;
    default:
        return LEDGER_OTHER;
    }
}

static void
copy_text(char *out, size_t size, const char *text, size_t len)
{
    len = len < size ? len : size - 1;
    memcpy(out, text, len);
    out[len] = '\0';
}

void
event_set_asked(struct delivery_event *event, const char *name, size_t len)
{
    copy_text(event->asked, sizeof event->asked, name, len);
}

void
event_set_meaning(struct delivery_event *event, const struct resolver_found *found)
{
    event->names_phone = found->names_phone;
    event->phone = found->phone;
    event->configured = found->configured;
    event->kind = kind_of(found->kind);
    event->in_turns = found->in_turns;
}

void
event_set_file(struct delivery_event *event, const struct resolver_file *file)
{
    copy_text(event->file, sizeof event->file, file->path, strlen(file->path));
    event->digested = file->digested;
    memcpy(event->sha256, file->sha256, sizeof event->sha256);
}

/* A list that was given in turns. */
static void
report_rung(struct delivery_event *event, struct resolver *resolver, struct given *given,
            struct delivery *delivery)
{
    struct ledger_proof list = {.phone = event->phone, .kind = event->kind, .time = time(NULL)};
    struct resolver_file *newest = NULL;
    resolver_note_list(resolver, event->names_phone ? &event->phone : NULL, event->file);
    if (!event->names_phone)
        return;
    delivery_count(delivery, DELIVERY_TURNS);
    if (!event->digested ||
        !resolver_rung(resolver, &event->phone, event->kind == LEDGER_CTL, 0, &newest))
        return;
    event->newest = memcmp(newest->sha256, event->sha256, sizeof event->sha256) == 0;
    resolver_release(newest);
    if (!event->newest)
        return;
    delivery_count(delivery, DELIVERY_TURNS_NEWEST);
    memcpy(list.sha256, event->sha256, sizeof list.sha256);
    given_note(given, &event->peer, &list);
}

void
event_report(struct delivery_event *event, struct resolver *resolver, struct given *given,
             struct delivery *delivery)
{
    event->newest = false;
    if (event->in_turns && event->outcome == DELIVERY_DELIVERED && !event->marked)
        report_rung(event, resolver, given, delivery);
    delivery_report(delivery, event);
}
