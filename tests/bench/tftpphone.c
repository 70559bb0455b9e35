/* SPDX-License-Identifier: MIT */
/* The phones of the TFTP load generator: what each sends, and when again. */
#include "tests/bench/tftpload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OP_RRQ = 1, OP_DATA = 3, OP_ACK = 4, OP_ERROR = 5, OP_OACK = 6 };

#define TICK_MS 10
#define COMPLAINTS_MAX 5

/* --- packets */

static void
put_string(uint8_t *packet, size_t *len, const char *text)
{
    size_t size = strlen(text) + 1;
    if (*len + size > TFTP_REQUEST_MAX)
        load_fatal("%s makes the request too long", text);
    memcpy(packet + *len, text, size);
    *len += size;
}

static void
put_option(uint8_t *packet, size_t *len, const char *name, unsigned value)
{
    char digits[12];
    snprintf(digits, sizeof digits, "%u", value);
    put_string(packet, len, name);
    put_string(packet, len, digits);
}

static struct load_file *
current_file(const struct phone *phone)
{
    return phone->files[(phone->turn - 1) % load.run.name_count];
}

static void
send_request(struct phone *phone)
{
    uint8_t packet[TFTP_REQUEST_MAX] = {0, OP_RRQ};
    size_t len = 2;
    put_string(packet, &len, current_file(phone)->name);
    put_string(packet, &len, "octet");
    if (load.blksize != TFTP_BLKSIZE_DEFAULT)
        put_option(packet, &len, "blksize", load.blksize);
    if (load.windowsize != 1)
        put_option(packet, &len, "windowsize", load.windowsize);
    load.wire->send(phone, packet, len);
    phone->due = load_now() + (int64_t)load.request_ms * 1000;
}

static void
send_ack(struct phone *phone)
{
    uint8_t packet[TFTP_HEADER] = {0, OP_ACK, (uint8_t)(phone->block >> 8), (uint8_t)phone->block};
    load.wire->send(phone, packet, sizeof packet);
    phone->unacknowledged = 0;
    phone->due = load.now + (int64_t)load.ack_ms * 1000;
}

/* --- transfers */

static bool
wants_more(const struct phone *phone)
{
    if (load.run.seconds > 0)
        return load.now < load.run.stop_at;
    return phone->turn < load.rounds * load.run.name_count;
}

static void
open_transfer(struct phone *phone)
{
    phone->turn++;
    phone->running = true;
    phone->settled = phone->resumed = false;
    phone->block = 0;
    phone->unacknowledged = 0;
    phone->received = 0;
    phone->blksize = TFTP_BLKSIZE_DEFAULT;
    phone->windowsize = 1;
    load.wire->open(phone);
}

static void
begin_transfer(struct phone *phone)
{
    load.now = phone->began = phone->progressed = load_now();
    send_request(phone);
}

static void
end_transfer(struct phone *phone)
{
    load.wire->close(phone);
    phone->running = false;
    load.run.ended = load_now();
    if (wants_more(phone)) {
        open_transfer(phone);
        begin_transfer(phone);
    } else {
        load.run.active--;
    }
}

static void __attribute__((format(printf, 2, 3)))
fail_transfer(struct phone *phone, const char *format, ...)
{
    if (++load.run.failed <= COMPLAINTS_MAX) {
        va_list arguments;
        va_start(arguments, format);
        fprintf(stderr, "tftpload: phone %u, %s: ", phone->number, current_file(phone)->name);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
        va_end(arguments);
    }
    end_transfer(phone);
}

static void
complete_transfer(struct phone *phone)
{
    const struct load_file *file = current_file(phone);
    if (file->bytes != NULL && phone->received != file->size) {
        fail_transfer(phone, "%zu bytes instead of %zu", phone->received, file->size);
        return;
    }
    load.run.bytes += phone->received;
    load_times_add(&load.run.times, load.now - phone->began);
    end_transfer(phone);
}

/* A block that is not the next one: the server resent it, or one before it was lost. RFC 7440 asks
 * for one acknowledgement of the last block in order; in lock-step a repeated block gets its
 * acknowledgement again. */
static void
on_unexpected_block(struct phone *phone, uint16_t block)
{
    bool repeated = block == (uint16_t)phone->block;
    load.duplicates++;
    if (repeated || (phone->windowsize > 1 && !phone->resumed)) {
        phone->resumed = !repeated;
        send_ack(phone);
    }
}

static bool
is_right(const struct phone *phone, const uint8_t *bytes, size_t size)
{
    const struct load_file *file = current_file(phone);
    if (size > phone->blksize)
        return false;
    if (file->bytes == NULL)
        return true;
    return phone->received + size <= file->size &&
           memcmp(file->bytes + phone->received, bytes, size) == 0;
}

static void
on_data(struct phone *phone, const uint8_t *packet, size_t len)
{
    uint16_t block = (uint16_t)(packet[2] << 8 | packet[3]);
    size_t size = len - TFTP_HEADER;
    if (block != (uint16_t)(phone->block + 1)) {
        on_unexpected_block(phone, block);
        return;
    }
    if (!is_right(phone, packet + TFTP_HEADER, size)) {
        fail_transfer(phone, "wrong content in block %ju", (uintmax_t)phone->block + 1);
        return;
    }
    phone->block++;
    phone->received += size;
    phone->progressed = load.now;
    phone->resumed = false;
    if (++phone->unacknowledged >= phone->windowsize || size < phone->blksize)
        send_ack(phone);
    if (size < phone->blksize)
        complete_transfer(phone);
}

static void
on_oack(struct phone *phone, const uint8_t *packet, size_t len)
{
    const char *at = (const char *)packet + 2, *end = (const char *)packet + len;
    if (phone->block > 0)
        return;
    while (at < end && memchr(at, '\0', (size_t)(end - at)) != NULL) {
        const char *value = at + strlen(at) + 1;
        if (value >= end || memchr(value, '\0', (size_t)(end - value)) == NULL)
            break;
        unsigned number = (unsigned)strtoul(value, NULL, 10);
        if (strcasecmp(at, "blksize") == 0 && number >= 8 && number <= load.blksize)
            phone->blksize = number;
        else if (strcasecmp(at, "windowsize") == 0 && number >= 1 && number <= load.windowsize)
            phone->windowsize = number;
        at = value + strlen(value) + 1;
    }
    send_ack(phone);
}

void
phone_on_packet(struct phone *phone, const uint8_t *packet, size_t len)
{
    if (len < TFTP_HEADER || packet[0] != 0)
        return;
    if (packet[1] == OP_DATA)
        on_data(phone, packet, len);
    else if (packet[1] == OP_OACK)
        on_oack(phone, packet, len);
    else if (packet[1] == OP_ERROR)
        fail_transfer(phone, "error %u: %.*s", packet[3], (int)(len - TFTP_HEADER),
                      (const char *)packet + TFTP_HEADER);
}

static void
on_timer(struct phone *phone)
{
    if (load.now - phone->progressed > (int64_t)load.give_up_seconds * 1000000) {
        fail_transfer(phone, "no progress for %u s at block %ju", load.give_up_seconds,
                      (uintmax_t)phone->block);
    } else if (phone->settled) {
        load.ack_resends++;
        send_ack(phone);
    } else {
        load.request_resends++;
        send_request(phone);
    }
}

/* --- all of them */

static void
check_timers(void)
{
    for (unsigned i = 0; i < load.phone_count; i++) {
        struct phone *phone = &load.phones[i];
        if (phone->running && load.now >= phone->due)
            on_timer(phone);
    }
}

void
phones_run(void)
{
    int64_t next_tick = 0;
    for (unsigned i = 0; i < load.phone_count; i++)
        open_transfer(&load.phones[i]);
    load_begin(&load.run, load.phone_count);
    load.now = load.run.began;
    for (unsigned i = 0; i < load.phone_count; i++)
        begin_transfer(&load.phones[i]);
    while (load.run.active > 0) {
        load.wire->receive(TICK_MS);
        if (load.now >= next_tick) {
            next_tick = load.now + TICK_MS * 1000;
            check_timers();
        }
    }
}
