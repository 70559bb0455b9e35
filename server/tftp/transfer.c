/* SPDX-License-Identifier: MIT */
/* One transfer from its first packet to its report: what is sent when, and until when. */
#include "server/tftp/internal.h"

#include "server/log/log.h"

#include <string.h>

#define PATIENCE 30000000U  /* microseconds after the last progress */
#define PATIENCE_TIMEOUTS 4 /* the same in negotiated timeouts, where that is longer */

/* Reports it and frees all that it holds. */
static void
end(struct tftp_server *server, struct tftp_transfer *transfer, enum delivery_outcome outcome)
{
    struct delivery_event *event = &transfer->event;
    event->outcome = outcome;
    event->bytes = tftp_content_bytes(&transfer->content, transfer->window.acknowledged);
    event->milliseconds = (uint32_t)((server->now - transfer->started) / 1000);
    delivery_report(server->settings.delivery, event);
    delivery_gauge_add(server->settings.delivery, DELIVERY_TFTP_ACTIVE, -1);
    tftp_timers_remove(&server->timers, &transfer->timer);
    resolver_release(transfer->content.file);
    tftp_table_remove(&server->table, transfer);
}

void
tftp_transfer_abandon(struct tftp_server *server, struct tftp_transfer *transfer)
{
    bool all_sent = transfer->window.newest == transfer->window.last;
    end(server, transfer, all_sent ? DELIVERY_UNACKNOWLEDGED : DELIVERY_PARTIAL);
}

static void
give_up(struct tftp_server *server, struct tftp_transfer *transfer)
{
    delivery_count(server->settings.delivery, DELIVERY_TFTP_GIVEN_UP);
    tftp_transfer_abandon(server, transfer);
}

/* --- sending */

static enum tftp_path
path_of(const struct tftp_transfer *transfer)
{
    return transfer->acknowledged ? TFTP_PROVEN : TFTP_FRESH;
}

static uint8_t *
room(struct tftp_transfer *transfer, size_t max)
{
    return tftp_channel_room(transfer->channel, path_of(transfer), max);
}

static void
put(struct tftp_transfer *transfer, size_t len)
{
    tftp_channel_put(transfer->channel, path_of(transfer), &transfer->key.local,
                     &transfer->key.peer, len);
}

/* The file cannot be read any more. The client is told: what it has is worth nothing. */
static void
fail(struct tftp_server *server, struct tftp_transfer *transfer)
{
    log_warn_once(transfer->content.file->path,
                  "%s cannot be read to its end: it was changed while it was sent; replace files "
                  "by renaming new ones",
                  transfer->content.file->path);
    put(transfer, tftp_put_error(room(transfer, TFTP_ERROR_MAX), TFTP_ERROR_UNDEFINED,
                                 "File changed, try again"));
    end(server, transfer, DELIVERY_FAILED);
}

/* One round trip at a time is measured, of a block that was sent once (Karn's rule). */
static void
note_new_block(struct tftp_server *server, struct tftp_transfer *transfer)
{
    transfer->window.newest = transfer->window.sent;
    if (transfer->timing)
        return;
    transfer->timing = true;
    transfer->timed_block = transfer->window.sent;
    transfer->timed_at = server->now;
}

/* False if the file cannot be read. */
static bool
send_next_block(struct tftp_server *server, struct tftp_transfer *transfer)
{
    struct tftp_window *window = &transfer->window;
    uint64_t block = window->sent + 1;
    size_t len = 0;
    uint8_t *packet = room(transfer, TFTP_HEADER_LEN + (size_t)transfer->terms.blksize);
    if (tftp_content_block(&transfer->content, block, packet + TFTP_HEADER_LEN, &len) != 0)
        return false;
    if (len < transfer->terms.blksize)
        window->last = block;
    window->sent = block;
    if (block > window->newest)
        note_new_block(server, transfer);
    else
        delivery_count(server->settings.delivery, DELIVERY_TFTP_RESENDS);
    tftp_put_data_header(packet, (uint16_t)block);
    put(transfer, TFTP_HEADER_LEN + len);
    return true;
}

/* The packet that waits for the first acknowledgement. False if the file cannot be read. */
static bool
send_first(struct tftp_server *server, struct tftp_transfer *transfer)
{
    if (transfer->negotiating) {
        memcpy(room(transfer, transfer->terms.oack_len), transfer->terms.oack,
               transfer->terms.oack_len);
        put(transfer, transfer->terms.oack_len);
        return true;
    }
    tftp_window_resume(&transfer->window);
    return send_next_block(server, transfer);
}

static uint64_t
patience(const struct tftp_transfer *transfer)
{
    uint64_t negotiated = PATIENCE_TIMEOUTS * transfer->estimator.fixed;
    return negotiated > PATIENCE ? negotiated : PATIENCE;
}

static void
wait_for_reply(struct tftp_server *server, struct tftp_transfer *transfer)
{
    uint64_t due = server->now + transfer->estimator.wait;
    uint64_t limit = transfer->progressed + patience(transfer);
    if (transfer->acknowledged && due > limit)
        due = limit;
    tftp_timers_set(&server->timers, &transfer->timer, due);
}

/* What comes after an attempt to send. May end the transfer. */
static void
settle(struct tftp_server *server, struct tftp_transfer *transfer, bool readable)
{
    if (readable)
        wait_for_reply(server, transfer);
    else
        fail(server, transfer);
}

/* All blocks that the window allows. May end the transfer. */
static void
send_window(struct tftp_server *server, struct tftp_transfer *transfer)
{
    struct tftp_window *window = &transfer->window;
    bool readable = true;
    while (readable && tftp_window_open(window))
        readable = send_next_block(server, transfer);
    transfer->asked_again = false;
    transfer->burst_at = server->now;
    if (window->size > 1) { /* a burst by itself: other transfers need not wait for it */
        tftp_channel_flush(transfer->channel);
        transfer->burst_at = tftp_clock();
    }
    settle(server, transfer, readable);
}

/* Sends again what was not acknowledged. May end the transfer. */
static void
resume(struct tftp_server *server, struct tftp_transfer *transfer)
{
    transfer->timing = false;
    transfer->resumed_at = server->now;
    tftp_window_resume(&transfer->window);
    send_window(server, transfer);
}

void
tftp_transfer_begin(struct tftp_server *server, struct tftp_transfer *transfer)
{
    transfer->started = server->now;
    transfer->progressed = server->now;
    transfer->sends++;
    transfer->window.size = transfer->terms.windowsize;
    transfer->window.last = tftp_content_last(&transfer->content);
    transfer->negotiating = transfer->terms.oack_len > 0;
    transfer->timing = transfer->negotiating; /* the OACK, as block 0 */
    transfer->timed_at = server->now;
    tftp_estimator_start(&transfer->estimator, transfer->terms.timeout);
    delivery_gauge_add(server->settings.delivery, DELIVERY_TFTP_ACTIVE, 1);
    settle(server, transfer, send_first(server, transfer));
}

void
tftp_transfer_repeat(struct tftp_server *server, struct tftp_transfer *transfer)
{
    if (transfer->acknowledged || transfer->sends >= TFTP_FIRST_SENDS)
        return;
    transfer->sends++;
    transfer->timing = false;
    settle(server, transfer, send_first(server, transfer));
}

/* --- replies */

static enum tftp_heard
hear_ack(struct tftp_transfer *transfer, uint16_t number)
{
    if (transfer->negotiating) {
        if (number != 0)
            return TFTP_NOTHING;
        transfer->negotiating = false;
        return TFTP_PROGRESS;
    }
    switch (tftp_window_take(&transfer->window, number)) {
    case TFTP_ACK_PROGRESS:
        return TFTP_PROGRESS;
    case TFTP_ACK_DUPLICATE:
        return TFTP_DUPLICATE;
    default:
        return TFTP_NOTHING;
    }
}

static enum tftp_heard
hear(struct tftp_transfer *transfer, const uint8_t *packet, size_t len)
{
    uint16_t number = 0;
    switch (tftp_parse_reply(packet, len, &number)) {
    case TFTP_REPLY_ACK:
        return hear_ack(transfer, number);
    case TFTP_REPLY_ERROR:
        return TFTP_ABORTED;
    default:
        return TFTP_NOTHING;
    }
}

/* All that waits is heard before anything is sent: with a window, each block that arrived out of
 * order may have caused an acknowledgement. Of several replies the weightiest counts. */
void
tftp_transfer_hear(struct tftp_server *server, struct tftp_transfer *transfer,
                   const uint8_t *packet, size_t len)
{
    enum tftp_heard heard = hear(transfer, packet, len);
    if (heard == TFTP_NOTHING)
        return;
    if (transfer->heard == TFTP_NOTHING) {
        transfer->next_heard = server->heard;
        server->heard = transfer;
    }
    if (heard > transfer->heard)
        transfer->heard = heard;
}

/* With a window, something after the last acknowledged block did not arrive: goes back there, at
 * once or when a round trip has passed since that was done last. */
static void
resume_once_per_round_trip(struct tftp_server *server, struct tftp_transfer *transfer)
{
    const struct tftp_estimator *estimator = &transfer->estimator;
    if (transfer->resumed_at == 0 || server->now >= transfer->resumed_at + estimator->smoothed) {
        resume(server, transfer);
        return;
    }
    uint64_t due = transfer->resumed_at + tftp_estimator_round_trip(estimator);
    transfer->asked_again = true;
    if (due < transfer->timer.due)
        tftp_timers_set(&server->timers, &transfer->timer, due);
}

static void
note_progress(struct tftp_server *server, struct tftp_transfer *transfer)
{
    tftp_table_acknowledged(&server->table, transfer);
    transfer->progressed = server->now;
    if (transfer->timing && transfer->window.acknowledged >= transfer->timed_block) {
        transfer->timing = false;
        tftp_estimator_sample(&transfer->estimator, server->now - transfer->timed_at);
    }
    tftp_estimator_progress(&transfer->estimator);
}

/* May end the transfer. */
static void
go_on(struct tftp_server *server, struct tftp_transfer *transfer)
{
    struct tftp_window *window = &transfer->window;
    note_progress(server, transfer);
    if (tftp_content_acknowledge(&transfer->content, window->acknowledged, server->scratch) != 0)
        fail(server, transfer);
    else if (window->acknowledged == window->last)
        end(server, transfer, DELIVERY_DELIVERED);
    else if (window->acknowledged == window->sent)
        send_window(server, transfer);
    else
        resume_once_per_round_trip(server, transfer);
}

/* Windowsize 1 never sends again because of a duplicate: Sorcerer's Apprentice (RFC 1123, section
 * 4.2.3.1). What comes sooner after a burst than the path takes one way is no answer to it. */
static void
hear_again(struct tftp_server *server, struct tftp_transfer *transfer)
{
    if (transfer->window.size > 1 &&
        server->now >= transfer->burst_at + transfer->estimator.shortest / 2)
        resume_once_per_round_trip(server, transfer);
}

/* May end the transfer. */
static void
act(struct tftp_server *server, struct tftp_transfer *transfer, enum tftp_heard heard)
{
    switch (heard) {
    case TFTP_ABORTED:
        end(server, transfer, DELIVERY_PARTIAL);
        break;
    case TFTP_PROGRESS:
        go_on(server, transfer);
        break;
    case TFTP_DUPLICATE:
        hear_again(server, transfer);
        break;
    case TFTP_NOTHING:
        break;
    }
}

void
tftp_transfers_act(struct tftp_server *server)
{
    while (server->heard != NULL) {
        struct tftp_transfer *transfer = server->heard;
        enum tftp_heard heard = transfer->heard;
        server->heard = transfer->next_heard;
        transfer->heard = TFTP_NOTHING;
        act(server, transfer, heard);
    }
}

/* --- silence */

void
tftp_transfer_expire(struct tftp_server *server, struct tftp_transfer *transfer)
{
    struct tftp_estimator *estimator = &transfer->estimator;
    if (transfer->asked_again) {
        resume(server, transfer);
        return;
    }
    bool hopeless = transfer->acknowledged
                        ? server->now >= transfer->progressed + patience(transfer)
                        : transfer->sends >= TFTP_FIRST_SENDS;
    if (hopeless) {
        give_up(server, transfer);
        return;
    }
    if (transfer->acknowledged) {
        tftp_estimator_back_off(estimator, estimator->fixed != 0 ? UINT64_MAX : TFTP_WAIT_MAX);
        resume(server, transfer);
        return;
    }
    tftp_estimator_back_off(estimator, UINT64_MAX);
    transfer->sends++;
    transfer->timing = false;
    settle(server, transfer, send_first(server, transfer));
}
