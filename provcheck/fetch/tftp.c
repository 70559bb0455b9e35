/* SPDX-License-Identifier: MIT */
/* TFTP as phones speak it: no options, blocks of 512 bytes (phones.md, section 3; RFC 1350). */
#include "provcheck/fetch/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#define BLOCK 512
#define FIRST_RESEND 500 /* milliseconds, as a 7821 does */
#define LAST_RESEND 4000
#define SENDS 7 /* of one packet; about 20 seconds in all */

#define MARK "provcheck" /* an option, which servers ignore (RFC 2347) */

enum { OP_RRQ = 1, OP_DATA = 3, OP_ACK = 4, OP_ERROR = 5, OP_OACK = 6 };
enum { ERROR_NOT_FOUND = 1 };

static void
send_packet(struct fetch *fetch)
{
    struct tftp_state *tftp = &fetch->tftp;
    const struct sockaddr *to =
        tftp->connected ? NULL : (const struct sockaddr *)&fetch->server->address[FETCH_TFTP];
    ssize_t sent = sendto(fetch->fd, tftp->sent, tftp->sent_len, MSG_NOSIGNAL, to,
                          to != NULL ? fetch->server->address_len : 0);
    int64_t pause = FIRST_RESEND << (tftp->sends < 4 ? tftp->sends : 3);
    if (tftp->sends++ > 0)
        fetch->resends++;
    /* A packet that finds the buffer full is dropped: the timer sends it again. */
    if (sent < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EINTR)
        fetch_end(fetch, FETCH_UNREACHABLE, "cannot send: %s", strerror(errno));
    fetch->deadline = fetch_clock() + (pause < LAST_RESEND ? pause : LAST_RESEND);
}

static void
send_new(struct fetch *fetch, size_t len)
{
    fetch->tftp.sent_len = len;
    fetch->tftp.sends = 0;
    send_packet(fetch);
}

static void
acknowledge(struct fetch *fetch, uint16_t block)
{
    uint8_t *packet = fetch->tftp.sent;
    packet[0] = 0;
    packet[1] = OP_ACK;
    packet[2] = (uint8_t)(block >> 8);
    packet[3] = (uint8_t)block;
    send_new(fetch, 4);
}

/* Appends a string with its NUL; the caller knows that it fits. */
static size_t
put_string(uint8_t *packet, size_t at, const char *text)
{
    size_t len = strlen(text) + 1;
    memcpy(packet + at, text, len);
    return at + len;
}

static int
start(struct fetch *fetch, struct prov_error *err)
{
    uint8_t *packet = fetch->tftp.sent;
    int on = 1;
    bool v6 = fetch->server->address[FETCH_TFTP].ss_family == AF_INET6;
    /* Tells at once that nobody listens, although the socket cannot be connected yet. */
    if (setsockopt(fetch->fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, &on,
                   sizeof on) != 0)
        return prov_system_failed(err, "cannot set up a socket");
    packet[0] = 0;
    packet[1] = OP_RRQ;
    size_t len = put_string(packet, 2, fetch->name);
    len = put_string(packet, len, "octet");
    if (!fetch->server->as_phone)
        len = put_string(packet, put_string(packet, len, MARK), "1");
    if (fetch_wait(fetch, EPOLLIN))
        send_new(fetch, len);
    return PROV_OK;
}

static void
take_error(struct fetch *fetch, const uint8_t *packet, size_t len)
{
    unsigned code = (unsigned)packet[2] << 8 | packet[3];
    char text[200];
    size_t text_len = strnlen((const char *)packet + 4, len - 4);
    prov_printable(packet + 4, text_len, text, sizeof text);
    if (code == ERROR_NOT_FOUND)
        fetch_end(fetch, FETCH_NOT_FOUND, "not found");
    else
        fetch_end(fetch, FETCH_REFUSED, "TFTP error %u: %s", code, text);
}

static void
take_data(struct fetch *fetch, const uint8_t *packet, size_t len)
{
    uint16_t block = (uint16_t)(packet[2] << 8 | packet[3]);
    if (block == fetch->tftp.block && fetch->tftp.connected && block != 0) {
        fetch->tftp.sends = 1; /* the server is alive, but missed the acknowledgement */
        send_packet(fetch);
        return;
    }
    if (block != (uint16_t)(fetch->tftp.block + 1))
        return;
    if (!fetch_put(fetch, packet + 4, len - 4))
        return;
    fetch->tftp.block = block;
    acknowledge(fetch, block);
    if (len - 4 < BLOCK && fetch->outcome == FETCH_RUNNING)
        fetch_end(fetch, FETCH_DELIVERED, "%zu bytes", fetch_content(fetch).len);
}

static bool
same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
    if (a->ss_family != b->ss_family)
        return false;
    if (a->ss_family == AF_INET6)
        return memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
                      &((const struct sockaddr_in6 *)b)->sin6_addr, sizeof(struct in6_addr)) == 0;
    return memcmp(&((const struct sockaddr_in *)a)->sin_addr,
                  &((const struct sockaddr_in *)b)->sin_addr, sizeof(struct in_addr)) == 0;
}

/* The server's first packet tells the port of the transfer. False if it is not from the server. */
static bool
settle(struct fetch *fetch, const struct sockaddr_storage *from, socklen_t from_len)
{
    if (fetch->tftp.connected)
        return true;
    if (!same_host(from, &fetch->server->address[FETCH_TFTP]))
        return false;
    fetch->tftp.connected = connect(fetch->fd, (const struct sockaddr *)from, from_len) == 0;
    if (!fetch->tftp.connected)
        fetch_end(fetch, FETCH_BROKEN, "cannot answer the server: %s", strerror(errno));
    return fetch->tftp.connected;
}

static void
take_packet(struct fetch *fetch, const uint8_t *packet, size_t len)
{
    unsigned code = len >= 4 ? (unsigned)packet[0] << 8 | packet[1] : 0;
    if (code == OP_DATA && len <= BLOCK + 4)
        take_data(fetch, packet, len);
    else if (code == OP_ERROR)
        take_error(fetch, packet, len);
    else if (code == OP_OACK && fetch->tftp.block == 0)
        acknowledge(fetch, 0);
    else
        fetch_end(fetch, FETCH_BROKEN, "the server's answer is not TFTP");
}

static void
ready(struct fetch *fetch, uint32_t events)
{
    (void)events;
    uint8_t packet[BLOCK + 5]; /* one more, to see what is too long */
    while (fetch->outcome == FETCH_RUNNING) {
        struct sockaddr_storage from = {0};
        socklen_t from_len = sizeof from;
        ssize_t len =
            recvfrom(fetch->fd, packet, sizeof packet, 0, (struct sockaddr *)&from, &from_len);
        if (len < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (len < 0)
            fetch_end(fetch, FETCH_UNREACHABLE, "%s", strerror(errno));
        else if (settle(fetch, &from, from_len))
            take_packet(fetch, packet, (size_t)len);
    }
}

static void
late(struct fetch *fetch)
{
    ready(fetch, 0); /* what came in time may only not have been read yet */
    if (fetch->outcome != FETCH_RUNNING || fetch_clock() < fetch->deadline)
        return;
    if (fetch->tftp.sends < SENDS)
        send_packet(fetch);
    else if (fetch->tftp.connected)
        fetch_end(fetch, FETCH_BROKEN, "the server fell silent after block %u", fetch->tftp.block);
    else
        fetch_end(fetch, FETCH_UNREACHABLE, "no answer");
}

static void
end(struct fetch *fetch)
{
    (void)fetch;
}

const struct fetch_protocol fetch_tftp = {
    .name = "tftp",
    .socket_type = SOCK_DGRAM,
    .start = start,
    .ready = ready,
    .late = late,
    .end = end,
};
