/* SPDX-License-Identifier: MIT */
/* How an answer ended: whether the client acknowledged its last byte. */
#include "server/http/internal.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define LINGERING_MAX 512
#define LINGERING_MILLISECONDS 10000
#define STATE_CLOSE 7 /* the kernel's TCP_CLOSE: after a reset */

/* A connection that libmicrohttpd closed while the client had not yet acknowledged the answer. */
struct lingering {
    struct lingering *next;
    int fd;
    uint64_t stream_end;
    int64_t deadline;
    struct delivery_event event;
};

/* --- how far the client has acknowledged */

struct stream {
    uint64_t written, acknowledged; /* bytes since its start; the end of the stream counts as one */
    bool reset;
};

static bool
stream_state(int fd, struct stream *out)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    *out = (struct stream){0};
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return false;
    out->written = info.tcpi_bytes_sent - info.tcpi_bytes_retrans + info.tcpi_notsent_bytes;
    out->acknowledged = info.tcpi_bytes_acked;
    out->reset = info.tcpi_state == STATE_CLOSE;
    return true;
}

bool
outcome_acknowledged(int fd, uint64_t *bytes)
{
    struct stream stream;
    bool known = stream_state(fd, &stream);
    *bytes = stream.acknowledged;
    return known;
}

static bool
nothing_outstanding(int fd)
{
    int outstanding = 0;
    return ioctl(fd, SIOCOUTQ, &outstanding) == 0 && outstanding == 0;
}

/* --- reports */

static void
report(struct connection *connection)
{
    delivery_report(connection->port->server->settings.delivery, &connection->request.event);
}

static enum delivery_outcome
judge(const struct request *request, bool complete)
{
    switch (request->status) {
    case MHD_HTTP_OK:
        if (request->head)
            return DELIVERY_HEAD;
        if (request->read_failed)
            return DELIVERY_FAILED;
        return complete ? DELIVERY_DELIVERED : DELIVERY_PARTIAL;
    case MHD_HTTP_NOT_FOUND:
        return DELIVERY_MISSING;
    case MHD_HTTP_SERVICE_UNAVAILABLE:
        return request->event.outcome;
    default:
        return DELIVERY_REFUSED;
    }
}

static uint32_t
milliseconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t passed =
        (now.tv_sec - start->tv_sec) * INT64_C(1000) + (now.tv_nsec - start->tv_nsec) / 1000000;
    return passed > UINT32_MAX ? UINT32_MAX : (uint32_t)passed;
}

void
outcome_of_request(struct connection *connection, bool complete)
{
    struct request *request = &connection->request;
    struct delivery_event *event = &request->event;
    if (request->status == 0)
        return; /* the client went away before it was answered */
    event->status = request->status;
    event->outcome = judge(request, complete);
    event->milliseconds = milliseconds_since(&request->start);
    event->bytes = event->outcome == DELIVERY_DELIVERED ? request->size : request->sent;
    struct stream stream;
    if (event->outcome == DELIVERY_DELIVERED && !nothing_outstanding(connection->fd) &&
        stream_state(connection->fd, &stream) && stream.acknowledged < stream.written) {
        connection->unsettled = true;
        connection->stream_end = stream.written;
        return;
    }
    report(connection);
}

void
outcome_settle(struct connection *connection)
{
    struct stream stream;
    if (!connection->unsettled)
        return;
    connection->unsettled = false;
    if (!stream_state(connection->fd, &stream) || stream.acknowledged < connection->stream_end)
        connection->request.event.outcome = DELIVERY_UNACKNOWLEDGED;
    report(connection);
}

/* --- connections that are closed, but for the acknowledgement */

static bool
linger_on(struct http_server *server, struct lingering *lingering, int fd)
{
    pthread_mutex_lock(&server->lock);
    lingering->fd = server->lingering_count < LINGERING_MAX && server->reaping
                        ? fcntl(fd, F_DUPFD_CLOEXEC, 0)
                        : -1;
    bool kept = lingering->fd >= 0;
    if (kept) {
        shutdown(lingering->fd, SHUT_WR);
        lingering->next = server->lingering;
        server->lingering = lingering;
        server->lingering_count++;
        pthread_cond_signal(&server->work);
    }
    pthread_mutex_unlock(&server->lock);
    return kept;
}

bool
outcome_linger(struct connection *connection)
{
    struct http_server *server = connection->port->server;
    struct stream stream;
    if (!stream_state(connection->fd, &stream) || stream.reset ||
        stream.acknowledged >= connection->stream_end)
        return false;
    struct lingering *lingering = malloc(sizeof *lingering);
    if (lingering == NULL)
        return false;
    lingering->stream_end = connection->stream_end;
    lingering->deadline = clock_milliseconds() + LINGERING_MILLISECONDS;
    lingering->event = connection->request.event;
    bool kept = linger_on(server, lingering, connection->fd);
    if (!kept)
        free(lingering);
    return kept;
}

/* True once there is nothing more to wait for. */
static bool
linger_over(struct lingering *lingering, bool last)
{
    struct stream stream;
    if (stream_state(lingering->fd, &stream) && stream.acknowledged >= lingering->stream_end)
        return true;
    if (!last && !stream.reset && clock_milliseconds() < lingering->deadline)
        return false;
    lingering->event.outcome = DELIVERY_UNACKNOWLEDGED;
    return true;
}

void
outcome_check_lingering(struct http_server *server, bool last)
{
    struct lingering **place = &server->lingering;
    while (*place != NULL) {
        struct lingering *lingering = *place;
        if (!linger_over(lingering, last)) {
            place = &lingering->next;
            continue;
        }
        *place = lingering->next;
        server->lingering_count--;
        delivery_report(server->settings.delivery, &lingering->event);
        close(lingering->fd);
        free(lingering);
    }
}
