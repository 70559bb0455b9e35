/* SPDX-License-Identifier: MIT */
/* Sends one ClientHello and reads the server's answer to it. */
#include "provcheck/fetch/fetch.h"
#include "provcheck/tls/peer.h"

#include <errno.h>
#include <openssl/rand.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Records of a flight, with room for their headers. */
#define ANSWER_MAX (TLS_FLIGHT_MAX + TLS_FLIGHT_MAX / 8)

PROV_PRINTF(3, 4)
static void
end(struct tls_probe *probe, enum tls_probe_outcome outcome, const char *format, ...)
{
    va_list arguments;
    probe->outcome = outcome;
    va_start(arguments, format);
    vsnprintf(probe->text, sizeof probe->text, format, arguments);
    va_end(arguments);
}

static bool
send_all(int fd, const uint8_t *data, size_t len, int64_t deadline)
{
    while (len > 0) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);
        bool later = sent < 0 && (errno == EAGAIN || errno == EINTR);
        if (sent <= 0 && (!later || !tls_peer_wait(fd, POLLOUT, deadline)))
            return false;
        if (sent > 0) {
            data += sent;
            len -= (size_t)sent;
        }
    }
    return true;
}

/* What a server that does not speak TLS began to say. */
static void
end_plain(struct tls_probe *probe, const uint8_t *data, size_t len)
{
    char shown[PROV_PRINTABLE_SIZE(40)];
    size_t line = 0;
    while (line < len && line < 40 && data[line] != '\r' && data[line] != '\n')
        line++;
    const char *protocol = len >= 5 && memcmp(data, "HTTP/", 5) == 0  ? "HTTP"
                           : len >= 4 && memcmp(data, "SIP/", 4) == 0 ? "SIP"
                                                                      : NULL;
    prov_printable(data, line, shown, sizeof shown);
    if (protocol != NULL)
        end(probe, TLS_PROBE_PLAIN, "it speaks plain %s there: \"%s\"", protocol, shown);
    else
        end(probe, TLS_PROBE_PLAIN, "what it says is not TLS: \"%s\"", shown);
}

/* The server hung up; `problem` is an errno or 0. */
static void
end_closed(struct tls_probe *probe, size_t len, int problem)
{
    const char *how = problem == 0 ? "" : strerror(problem);
    const char *colon = problem == 0 ? "" : ": ";
    if (len == 0)
        end(probe, TLS_PROBE_CLOSED, "it closed the connection without an answer%s%s", colon, how);
    else
        end(probe, TLS_PROBE_CLOSED, "it closed the connection amid its answer%s%s", colon, how);
}

static void
judge(struct tls_probe *probe, const uint8_t *data, size_t len)
{
    struct tls_flight *flight = &probe->flight;
    if (flight->answer == TLS_AGREED)
        end(probe, TLS_PROBE_AGREED, "it agrees");
    else if (flight->answer == TLS_ALERT)
        end(probe, TLS_PROBE_ALERT, "it refuses the hello: %s (alert %u)",
            tls_alert_text(flight->alert), flight->alert);
    else if (flight->answer == TLS_PLAIN)
        end_plain(probe, data, len);
    else if (flight->answer == TLS_BROKEN)
        end(probe, TLS_PROBE_BROKEN, "its answer breaks the rules of TLS: %s", flight->problem);
}

static void
read_flight(struct tls_probe *probe, int fd, uint8_t *data, int64_t deadline)
{
    size_t len = 0;
    while (probe->flight.answer == TLS_MORE) {
        if (len == ANSWER_MAX) {
            end(probe, TLS_PROBE_BROKEN, "its answer has no end");
            return;
        }
        ssize_t got = recv(fd, data + len, ANSWER_MAX - len, 0);
        if (got > 0) {
            len += (size_t)got;
            tls_flight_read(data, len, &probe->flight);
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            end_closed(probe, len, got == 0 ? 0 : errno);
            return;
        } else if (!tls_peer_wait(fd, POLLIN, deadline)) {
            end(probe, TLS_PROBE_SILENT, "it takes the connection and %s",
                len == 0 ? "says nothing" : "does not go on with its answer");
            return;
        }
    }
    judge(probe, data, len);
}

void
tls_probe_run(const struct tls_peer *peer, const struct tls_offer *offer, struct tls_probe *out)
{
    uint8_t hello[TLS_HELLO_MAX], random[TLS_RANDOM_LEN];
    struct tls_offer filled = *offer;
    struct prov_error err;
    int64_t deadline = fetch_clock() + peer->timeout;
    int fd = -1;
    uint8_t *data = malloc(ANSWER_MAX);
    *out = (struct tls_probe){0};
    filled.bytes = random;
    size_t len = 0;
    if (data != NULL && RAND_bytes(random, sizeof random) == 1)
        len = tls_hello_build(&filled, hello);
    if (len == 0)
        end(out, TLS_PROBE_FAILED, "no hello can be made");
    else if (tls_peer_connect(peer, deadline, &fd, &err) != PROV_OK)
        end(out, TLS_PROBE_UNREACHABLE, "%s", err.text);
    else if (!send_all(fd, hello, len, deadline))
        end_closed(out, 0, 0);
    else
        read_flight(out, fd, data, deadline);
    if (fd >= 0)
        close(fd);
    free(data);
}
