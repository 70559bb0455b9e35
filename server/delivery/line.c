/* SPDX-License-Identifier: MIT */
/* A finished transfer as one line of the log, written by hand, since printf and strftime take
 * longer than serving a small file. */
#include "server/delivery/line.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const char *const transports[DELIVERY_TRANSPORTS] = {
    [DELIVERY_TFTP] = "tftp",
    [DELIVERY_HTTP] = "http",
    [DELIVERY_HTTPS] = "https",
};

static const char *const outcomes[DELIVERY_OUTCOMES] = {
    [DELIVERY_DELIVERED] = "delivered", [DELIVERY_UNACKNOWLEDGED] = "unacknowledged",
    [DELIVERY_PARTIAL] = "partial",     [DELIVERY_HEAD] = "head",
    [DELIVERY_MISSING] = "missing",     [DELIVERY_REFUSED] = "refused",
    [DELIVERY_BUSY] = "busy",           [DELIVERY_FAILED] = "failed",
};

const char *
delivery__transport_name(enum delivery_transport transport)
{
    return transports[transport];
}

const char *
delivery__outcome_name(enum delivery_outcome outcome)
{
    return outcomes[outcome];
}

static char *
put_number(char *out, uint64_t value)
{
    char digits[20];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (n > 0)
        *out++ = digits[--n];
    return out;
}

/* ASCII alone, and nothing that ends the quotes early. */
static char *
put_quoted(char *out, const char *text)
{
    static const char hex[] = "0123456789abcdef";
    *out++ = '"';
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c >= 0x7f) {
            *out++ = '\\';
            *out++ = 'x';
            *out++ = hex[c >> 4];
            *out++ = hex[c & 15];
        } else {
            if (c == '"' || c == '\\')
                *out++ = '\\';
            *out++ = (char)c;
        }
    }
    *out++ = '"';
    return out;
}

static char *
put_time(char *out, struct delivery__line_clock *clock, struct timespec time)
{
    struct tm tm;
    if ((clock->text[0] == '\0' || clock->second != time.tv_sec) &&
        gmtime_r(&time.tv_sec, &tm) != NULL &&
        strftime(clock->text, sizeof clock->text, "%Y-%m-%dT%H:%M:%S", &tm) > 0)
        clock->second = time.tv_sec;
    unsigned milliseconds = (unsigned)(time.tv_nsec / 1000000);
    out = stpcpy(out, clock->text);
    *out++ = '.';
    *out++ = (char)('0' + milliseconds / 100 % 10);
    *out++ = (char)('0' + milliseconds / 10 % 10);
    *out++ = (char)('0' + milliseconds % 10);
    *out++ = 'Z';
    return out;
}

static void
put_ipv4(const uint8_t address[4], char *out)
{
    for (size_t i = 0; i < 4; i++) {
        out = put_number(out, address[i]);
        *out++ = i < 3 ? '.' : '\0';
    }
}

void
delivery__address(const struct sockaddr_storage *peer, char out[LEDGER_ADDRESS_SIZE])
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    memcpy(out, "-", 2);
    if (peer->ss_family == AF_INET) {
        memcpy(&v4, peer, sizeof v4);
        put_ipv4((const uint8_t *)&v4.sin_addr, out);
    } else if (peer->ss_family == AF_INET6) {
        memcpy(&v6, peer, sizeof v6);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
            put_ipv4(v6.sin6_addr.s6_addr + 12, out);
        else if (inet_ntop(AF_INET6, &v6.sin6_addr, out, LEDGER_ADDRESS_SIZE) == NULL)
            memcpy(out, "-", 2);
    }
}

size_t
delivery__line(struct delivery__line_clock *clock, const struct delivery__entry *entry, char *out)
{
    const struct delivery_event *event = &entry->event;
    char address[LEDGER_ADDRESS_SIZE];
    char *at = put_time(stpcpy(out, "time="), clock, entry->time);
    delivery__address(&event->peer, address);
    at = stpcpy(stpcpy(at, " peer="), address);
    at = stpcpy(at, event->names_phone ? " phone=SEP" : " phone=-");
    at = stpcpy(at, event->names_phone ? event->phone.text : "");
    at = stpcpy(stpcpy(at, " via="), transports[event->transport]);
    at = put_quoted(stpcpy(at, " asked="), event->asked);
    at = put_quoted(stpcpy(at, " file="), event->file);
    at = put_number(stpcpy(at, " bytes="), event->bytes);
    at = put_number(stpcpy(at, " ms="), event->milliseconds);
    at = stpcpy(stpcpy(at, " outcome="), outcomes[event->outcome]);
    at = put_number(stpcpy(at, " status="), event->status);
    *at++ = '\n';
    return (size_t)(at - out);
}

size_t
delivery__line_left_out(char *line, size_t len, unsigned long count)
{
    char *start = line + len - 1; /* the newline */
    char *at = put_number(stpcpy(start, " left-out="), count);
    *at++ = '\n';
    return (size_t)(at - start) - 1;
}
