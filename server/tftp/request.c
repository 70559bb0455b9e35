/* SPDX-License-Identifier: MIT */
/* Requests: answered at once, or served by a transfer. */
#include "server/tftp/internal.h"
#include "server/tftp/socket.h"

#include "server/log/log.h"
#include "server/transport/event.h"

#include <arpa/inet.h>
#include <string.h>

/* --- requests that end with their answer */

static void
report(struct tftp_server *server, struct delivery_event *event, enum delivery_outcome outcome)
{
    event->outcome = outcome;
    delivery_report(server->settings.delivery, event);
}

static struct tftp_channel *
next_channel(struct tftp_server *server, const struct tftp_key *key)
{
    if (server->settings.single_port)
        return tftp_channels_at_listener(&server->channels, key->listener);
    return tftp_channels_next(&server->channels, key->peer.any.sa_family,
                              tftp_table_client(&server->table, &key->peer));
}

static void
answer_error(struct tftp_server *server, const struct tftp_arrival *arrival,
             enum tftp_error_code code, const char *text)
{
    const struct tftp_key *key = &arrival->key;
    struct tftp_channel *channel = next_channel(server, key);
    if (channel == NULL)
        return;
    uint8_t *packet = tftp_channel_room(channel, TFTP_FRESH, TFTP_ERROR_MAX);
    size_t len = tftp_put_error(packet, code, text);
    tftp_channel_put(channel, TFTP_FRESH, &key->local, &key->peer, len);
}

static void
refuse(struct tftp_server *server, const struct tftp_arrival *arrival, struct delivery_event *event,
       enum tftp_error_code code, const char *text)
{
    answer_error(server, arrival, code, text);
    event->status = code;
    report(server, event, DELIVERY_REFUSED);
}

/* After code 1 (file not found) a phone goes on with the next file; so it must not get that code
 * where a file exists and may be had a moment later. */
static void
answer_unfound(struct tftp_server *server, const struct tftp_arrival *arrival,
               enum resolver_answer answer, struct delivery_event *event)
{
    if (answer == RESOLVER_WAITING) { /* unanswered: the client asks again */
        report(server, event, DELIVERY_BUSY);
        return;
    }
    bool failed = answer == RESOLVER_FAILED;
    event->status = failed ? TFTP_ERROR_UNDEFINED : TFTP_ERROR_NOT_FOUND;
    answer_error(server, arrival, event->status,
                 failed ? "Server error, try again" : "File not found");
    report(server, event,
           failed                         ? DELIVERY_FAILED
           : answer == RESOLVER_FORBIDDEN ? DELIVERY_REFUSED
                                          : DELIVERY_MISSING);
}

/* --- transfers */

/* The oldest transfer that was never acknowledged gives way: most likely nobody waits for it. */
static bool
displace_oldest(struct tftp_server *server)
{
    struct tftp_transfer *oldest = server->table.oldest;
    if (oldest == NULL)
        return false;
    delivery_count(server->settings.delivery, DELIVERY_TFTP_DISPLACED);
    tftp_transfer_abandon(server, oldest);
    return true;
}

static struct tftp_transfer *
add_transfer(struct tftp_server *server, const struct tftp_key *key)
{
    struct tftp_transfer *transfer = tftp_table_add(&server->table, key);
    if (transfer != NULL)
        return transfer;
    log_warn_once("TFTP transfers",
                  "%zu TFTP transfers at once: the oldest that were never acknowledged give way; "
                  "raise `transfers` if so many phones start together",
                  server->table.capacity);
    return displace_oldest(server) ? tftp_table_add(&server->table, key) : NULL;
}

/* One through which no other transfer of this client is served. */
static struct tftp_channel *
choose_channel(struct tftp_server *server, const struct tftp_key *key)
{
    struct tftp_channel *channel = NULL;
    for (unsigned i = 0; i < TFTP_CHANNELS; i++) {
        channel = next_channel(server, key);
        if (channel == NULL || tftp_table_find_served(&server->table, key, channel) == NULL)
            return channel;
    }
    return NULL;
}

static void
settle_terms(struct tftp_server *server, const struct tftp_request *request,
             struct tftp_transfer *transfer)
{
    struct tftp_limits limits = {.blksize = server->settings.blksize,
                                 .windowsize = server->settings.windowsize,
                                 .size = transfer->content.file->size};
    if (tftp_asked_for(request, TFTP_BLKSIZE)) {
        size_t path = tftp_path_blksize(&transfer->key.local, &transfer->key.peer);
        limits.blksize = path < limits.blksize ? path : limits.blksize;
    }
    tftp_negotiate(request, &limits, &transfer->terms);
    transfer->content.blksize = transfer->terms.blksize;
}

/* Takes the file over. False if there is no room. */
static bool
start_transfer(struct tftp_server *server, const struct tftp_arrival *arrival,
               const struct tftp_request *request, struct resolver_file *file, uint8_t sends,
               const struct delivery_event *event)
{
    struct tftp_channel *channel = choose_channel(server, &arrival->key);
    struct tftp_transfer *transfer = channel != NULL ? add_transfer(server, &arrival->key) : NULL;
    if (transfer == NULL) {
        resolver_release(file);
        return false;
    }
    transfer->channel = channel;
    transfer->sends = sends;
    transfer->content.file = file;
    transfer->content.mode = request->mode;
    transfer->request = tftp_request_digest(server, arrival);
    transfer->event = *event;
    event_set_file(&transfer->event, file);
    settle_terms(server, request, transfer);
    tftp_transfer_begin(server, transfer);
    return true;
}

/* Who asks in vain asks again; who forges an address gains nothing. Gives the file back. */
static void
leave_unanswered(struct tftp_server *server, const struct tftp_arrival *arrival,
                 struct resolver_file *file)
{
    char peer[INET6_ADDRSTRLEN] = "";
    const union tftp_address *address = &arrival->key.peer;
    const void *bytes = address->any.sa_family == AF_INET ? (const void *)&address->v4.sin_addr
                                                          : &address->v6.sin6_addr;
    resolver_release(file);
    delivery_count(server->settings.delivery, DELIVERY_REQUESTS_REFUSED);
    inet_ntop(address->any.sa_family, bytes, peer, sizeof peer);
    log_warn_once(
        "share of transfers",
        "%s has begun its share of all TFTP transfers and acknowledged none of them: others "
        "are left unanswered; name it in `shared-addresses` if many phones stand behind it",
        peer);
}

static void
serve_read(struct tftp_server *server, const struct tftp_arrival *arrival,
           const struct tftp_request *request, struct delivery_event *event)
{
    struct resolver_request wanted = {
        .name = request->name, .len = request->name_len, .via = RESOLVER_TFTP};
    struct resolver_found found;
    uint8_t sends = 0;
    if (tftp_request_repeats(server, arrival, &sends))
        return;
    resolver_find(server->settings.resolver, &wanted, &found);
    event_set_meaning(event, &found);
    if (found.answer != RESOLVER_FOUND)
        answer_unfound(server, arrival, found.answer, event);
    else if (!tftp_table_takes(&server->table, &arrival->key.peer, server->now))
        leave_unanswered(server, arrival, found.file);
    else if (!start_transfer(server, arrival, request, found.file, sends, event))
        report(server, event, DELIVERY_BUSY); /* unanswered: the client asks again */
}

void
tftp_request_serve(struct tftp_server *server, const struct tftp_arrival *arrival, void *context)
{
    struct tftp_request request;
    struct delivery_event event = {.transport = DELIVERY_TFTP, .kind = LEDGER_OTHER};
    (void)context;
    if (!access_allows(server->settings.access, &arrival->key.peer.any)) {
        delivery_count(server->settings.delivery, DELIVERY_NOT_ALLOWED);
        return;
    }
    enum tftp_verdict asked = tftp_parse_request(arrival->packet, arrival->len, &request);
    if (asked == TFTP_MALFORMED) {
        delivery_count(server->settings.delivery, DELIVERY_TFTP_MALFORMED);
        return;
    }
    event.marked = request.marked;
    memcpy(&event.peer, &arrival->key.peer, sizeof arrival->key.peer);
    event_set_asked(&event, request.name, strlen(request.name));
    if (asked == TFTP_READ)
        serve_read(server, arrival, &request, &event);
    else if (asked == TFTP_WRITE)
        refuse(server, arrival, &event, TFTP_ERROR_ACCESS, "Write access denied");
    else
        refuse(server, arrival, &event, TFTP_ERROR_ILLEGAL, "Malformed request");
}
