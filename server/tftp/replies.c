/* SPDX-License-Identifier: MIT */
/* What arrives for transfers that go on: replies on their channels, and their request once more. */
#include "server/access/hash.h"
#include "server/tftp/internal.h"

/* A client that asks the same again after such a silence has started anew. */
#define RESTART_SILENCE 5000000U /* microseconds */

static void
serve_reply(struct tftp_server *server, const struct tftp_arrival *arrival, void *context)
{
    struct tftp_transfer *transfer = tftp_table_find_served(&server->table, &arrival->key, context);
    if (transfer != NULL)
        tftp_transfer_hear(server, transfer, arrival->packet, arrival->len);
}

void
tftp_replies_serve(struct tftp_server *server, struct tftp_channel *channel)
{
    if (channel->listener >= 0 || channel->heard == server->turn)
        return;
    channel->heard = server->turn;
    for (unsigned i = 0; i < TFTP_PATHS; i++)
        tftp_inbox_serve(server, server->replies, tftp_channel_socket(channel, i), serve_reply,
                         channel);
}

bool
tftp_reply_take(struct tftp_server *server, const struct tftp_arrival *arrival)
{
    uint16_t number;
    if (tftp_parse_reply(arrival->packet, arrival->len, &number) == TFTP_REPLY_OTHER)
        return false;
    serve_reply(server, arrival,
                tftp_channels_at_listener(&server->channels, arrival->key.listener));
    return true;
}

uint64_t
tftp_request_digest(const struct tftp_server *server, const struct tftp_arrival *arrival)
{
    return access_hash(server->table.secret, arrival->packet, arrival->len);
}

bool
tftp_request_repeats(struct tftp_server *server, const struct tftp_arrival *arrival, uint8_t *sends)
{
    *sends = 0;
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
    if (live->request == tftp_request_digest(server, arrival) && !restarted) {
        tftp_transfer_repeat(server, live);
        return true;
    }
    if (!live->acknowledged && live->sends >= TFTP_FIRST_SENDS)
        return true;
    *sends = live->acknowledged ? 0 : live->sends;
    tftp_transfer_abandon(server, live);
    return false;
}
