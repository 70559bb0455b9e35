/* SPDX-License-Identifier: MIT */
#include "server/tftp/request.h"
#include "server/tftp/hash.h"
#include "server/tftp/socket.h"
#include "server/tftp/transfer.h"

#include "server/log/log.h"

#include <string.h>

/* A client that asks the same again after such a silence has started anew. */
#define RESTART_SILENCE 5000000U /* microseconds */

/* --- requests that end with their answer */

static void
report(struct tftp_server *server, const struct tftp_arrival *arrival,
       const struct tftp_request *request, const struct delivery_event *how)
{
    struct delivery_event event = *how;
    event.transport = DELIVERY_TFTP;
    event.marked = request->marked;
    memcpy(&event.peer, &arrival->key.peer, sizeof arrival->key.peer);
    strncpy(event.asked, request->name, sizeof event.asked - 1);
    delivery_report(server->settings.delivery, &event);
}

static struct tftp_channel *
next_channel(struct tftp_server *server, const struct tftp_key *key)
{
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
refuse(struct tftp_server *server, const struct tftp_arrival *arrival,
       const struct tftp_request *request, enum tftp_error_code code, const char *text)
{
    struct delivery_event event = {.outcome = DELIVERY_REFUSED, .status = code};
    answer_error(server, arrival, code, text);
    report(server, arrival, request, &event);
}

/* The codes: server.md, section 2.2 and phones.md, section 3. After code 1 a phone goes on with the
 * next file; so it must not get it where a file exists and may be had a moment later. */
static void
answer_unfound(struct tftp_server *server, const struct tftp_arrival *arrival,
               const struct tftp_request *request, const struct resolver_found *found)
{
    struct delivery_event event = {.outcome = DELIVERY_MISSING,
                                   .names_phone = found->names_phone,
                                   .phone = found->phone,
                                   .kind = delivery_kind_of(found->kind),
                                   .status = TFTP_ERROR_NOT_FOUND};
    if (found->answer == RESOLVER_FAILED) {
        event.outcome = DELIVERY_FAILED;
        event.status = TFTP_ERROR_UNDEFINED;
        answer_error(server, arrival, TFTP_ERROR_UNDEFINED, "Server error, try again");
    } else {
        event.outcome = found->answer == RESOLVER_FORBIDDEN ? DELIVERY_REFUSED : DELIVERY_MISSING;
        answer_error(server, arrival, TFTP_ERROR_NOT_FOUND, "File not found");
    }
    report(server, arrival, request, &event);
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
    for (unsigned i = 0; i < TFTP_CHANNELS_MAX; i++) {
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

static uint64_t
digest_of(const struct tftp_server *server, const struct tftp_arrival *arrival)
{
    return tftp_hash(server->table.secret, arrival->packet, arrival->len);
}

/* Takes the file over. False if there is no room. */
static bool
start_transfer(struct tftp_server *server, const struct tftp_arrival *arrival,
               const struct tftp_request *request, const struct resolver_found *found)
{
    struct tftp_channel *channel = choose_channel(server, &arrival->key);
    struct tftp_transfer *transfer = channel != NULL ? add_transfer(server, &arrival->key) : NULL;
    if (transfer == NULL) {
        resolver_release(found->file);
        return false;
    }
    transfer->channel = channel;
    transfer->content.file = found->file;
    transfer->content.mode = request->mode;
    transfer->request = digest_of(server, arrival);
    transfer->names_phone = found->names_phone;
    transfer->marked = request->marked;
    transfer->phone = found->phone;
    transfer->kind = found->kind;
    strncpy(transfer->asked, request->name, sizeof transfer->asked - 1);
    settle_terms(server, request, transfer);
    tftp_transfer_begin(server, transfer);
    return true;
}

/* --- read requests */

/* True if this arrival is only the request of a transfer that goes on, sent again. Otherwise the
 * client has given that transfer up, and it is ended. */
static bool
is_repetition(struct tftp_server *server, const struct tftp_arrival *arrival)
{
    struct tftp_transfer *live = tftp_table_find(&server->table, &arrival->key);
    if (live == NULL)
        return false;
    /* Requests are read first, but the last acknowledgement came before a request from a port that
     * was used again. */
    tftp_replies_serve(server, live->channel);
    tftp_transfers_act(server);
    live = tftp_table_find(&server->table, &arrival->key);
    if (live == NULL)
        return false;
    bool restarted = live->acknowledged && server->now >= live->progressed + RESTART_SILENCE;
    if (live->request == digest_of(server, arrival) && !restarted) {
        tftp_transfer_repeat(server, live);
        return true;
    }
    tftp_transfer_abandon(server, live);
    return false;
}

static void
serve_read(struct tftp_server *server, const struct tftp_arrival *arrival,
           const struct tftp_request *request)
{
    struct resolver_request wanted = {
        .name = request->name, .len = request->name_len, .via = RESOLVER_TFTP};
    struct resolver_found found;
    if (is_repetition(server, arrival))
        return;
    resolver_find(server->settings.resolver, &wanted, &found);
    if (found.answer != RESOLVER_FOUND) {
        answer_unfound(server, arrival, request, &found);
    } else if (!start_transfer(server, arrival, request, &found)) {
        /* No answer: the client asks again, perhaps with more luck. */
        struct delivery_event event = {.outcome = DELIVERY_BUSY,
                                       .names_phone = found.names_phone,
                                       .phone = found.phone,
                                       .kind = delivery_kind_of(found.kind)};
        report(server, arrival, request, &event);
    }
}

void
tftp_request_serve(struct tftp_server *server, const struct tftp_arrival *arrival, void *context)
{
    struct tftp_request request;
    (void)context;
    if (!access_allows(server->settings.access, &arrival->key.peer.any)) {
        delivery_count(server->settings.delivery, DELIVERY_NOT_ALLOWED);
        return;
    }
    switch (tftp_parse_request(arrival->packet, arrival->len, &request)) {
    case TFTP_READ:
        serve_read(server, arrival, &request);
        break;
    case TFTP_WRITE:
        refuse(server, arrival, &request, TFTP_ERROR_ACCESS, "Write access denied");
        break;
    case TFTP_ILLEGAL:
        refuse(server, arrival, &request, TFTP_ERROR_ILLEGAL, "Malformed request");
        break;
    case TFTP_MALFORMED:
        delivery_count(server->settings.delivery, DELIVERY_TFTP_MALFORMED);
        break;
    }
}
