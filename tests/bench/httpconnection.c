/* SPDX-License-Identifier: MIT */
/* The connections of the HTTP load generator: requests sent, answers compared. */
#include "tests/bench/httpload.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define READ_SIZE (256 * 1024)
#define STALLED_SECONDS 30
#define COMPLAINTS_MAX 5

enum io { IO_DONE, IO_WAIT, IO_CLOSED };

static void
wait_for(struct connection *connection, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};
    int action = connection->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (connection->events == events)
        return;
    if (epoll_ctl(load.epoll, action, connection->fd, &event) != 0)
        load_fatal("epoll: %s", strerror(errno));
    connection->events = events;
}

/* --- bytes, plain or through TLS */

static enum io
tls_result(struct connection *connection, int result)
{
    int error = SSL_get_error(connection->ssl, result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
        wait_for(connection, error == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT);
        return IO_WAIT;
    }
    ERR_clear_error();
    return IO_CLOSED;
}

static enum io
plain_result(struct connection *connection, uint32_t events)
{
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINPROGRESS && errno != ENOTCONN)
        return IO_CLOSED;
    wait_for(connection, events);
    return IO_WAIT;
}

static enum io
shake_hands(struct connection *connection)
{
    if (connection->ssl == NULL || connection->handshaken)
        return IO_DONE;
    int result = SSL_connect(connection->ssl);
    if (result != 1)
        return tls_result(connection, result);
    connection->handshaken = true;
    load.resumed += SSL_session_reused(connection->ssl) != 0;
    return IO_DONE;
}

/* A request is smaller than any socket's buffer: it leaves whole or not at all. */
static enum io
send_query(struct connection *connection)
{
    const char *query = load.queries[connection->file - load.files];
    size_t len = strlen(query);
    if (connection->sent)
        return IO_DONE;
    if (connection->ssl != NULL) {
        int result = SSL_write(connection->ssl, query, (int)len);
        if (result <= 0)
            return tls_result(connection, result);
    } else if (send(connection->fd, query, len, MSG_NOSIGNAL) != (ssize_t)len) {
        return plain_result(connection, EPOLLOUT);
    }
    connection->sent = true;
    wait_for(connection, EPOLLIN);
    return IO_DONE;
}

static enum io
receive(struct connection *connection, uint8_t *buffer, size_t room, size_t *len)
{
    if (connection->ssl != NULL) {
        int result = SSL_read(connection->ssl, buffer, (int)room);
        *len = result > 0 ? (size_t)result : 0;
        return result > 0 ? IO_DONE : tls_result(connection, result);
    }
    ssize_t result = recv(connection->fd, buffer, room, 0);
    *len = result > 0 ? (size_t)result : 0;
    if (result < 0)
        return plain_result(connection, EPOLLIN);
    return result > 0 ? IO_DONE : IO_CLOSED;
}

/* --- answers */

/* NULL, or what is wrong with the answer so far. */
static const char *
on_head(struct connection *connection)
{
    connection->head[connection->head_len] = '\0';
    if (strncmp(connection->head, "HTTP/1.1 200 ", 13) != 0)
        return "the status is not 200";
    const char *line = strcasestr(connection->head, "\r\nContent-Length:");
    if (line == NULL)
        return "no Content-Length";
    connection->body_len = strtoul(line + strlen("\r\nContent-Length:"), NULL, 10);
    if (connection->file->bytes != NULL && connection->body_len != connection->file->size)
        return "the length is wrong";
    connection->last = strcasestr(connection->head, "\r\nConnection: close") != NULL;
    connection->in_body = true;
    return NULL;
}

static const char *
on_body(struct connection *connection, const uint8_t *bytes, size_t len)
{
    const uint8_t *expected = connection->file->bytes;
    if (len > connection->body_len - connection->received)
        return "more than the announced length";
    if (expected != NULL && memcmp(expected + connection->received, bytes, len) != 0)
        return "the content is wrong";
    connection->received += len;
    return NULL;
}

static const char *
on_bytes(struct connection *connection, const uint8_t *bytes, size_t len)
{
    if (connection->in_body)
        return on_body(connection, bytes, len);
    size_t before = connection->head_len;
    size_t take = len < HTTP_HEAD_MAX - before ? len : HTTP_HEAD_MAX - before;
    memcpy(connection->head + before, bytes, take);
    connection->head_len += take;
    const char *end = memmem(connection->head, connection->head_len, "\r\n\r\n", 4);
    if (end == NULL)
        return take < len ? "the header is too long" : NULL;
    size_t head_len = (size_t)(end - connection->head) + 4;
    connection->head_len = head_len;
    const char *wrong = on_head(connection);
    return wrong != NULL
               ? wrong
               : on_body(connection, bytes + head_len - before, len - (head_len - before));
}

/* --- connections */

static bool
wants_more(void)
{
    if (load.requests > 0)
        return load.begun < load.requests;
    return load_now() < load.run.stop_at;
}

static void
begin_request(struct connection *connection)
{
    connection->file = &load.files[load.next_file];
    load.next_file = (load.next_file + 1) % load.run.name_count;
    load.begun++;
    connection->sent = connection->in_body = false;
    connection->head_len = connection->body_len = connection->received = 0;
    connection->began = load_now();
}

static void
start_tls(struct connection *connection)
{
    connection->ssl = SSL_new(load.context);
    if (connection->ssl == NULL || SSL_set_fd(connection->ssl, connection->fd) != 1)
        load_fatal("no TLS connection");
    if (connection->session != NULL && SSL_set_session(connection->ssl, connection->session) != 1)
        load_fatal("the session cannot be offered again");
    connection->handshaken = false;
}

static void
open_connection(struct connection *connection)
{
    int on = 1;
    connection->events = 0;
    connection->fd =
        socket(load.run.server.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        load_fatal("no socket: %s", strerror(errno));
    if (connect(connection->fd, (struct sockaddr *)&load.run.server.address, load.run.server.len) !=
            0 &&
        errno != EINPROGRESS)
        load_fatal("cannot connect: %s", strerror(errno));
    if (load.tls) {
        (void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        start_tls(connection);
    }
    load.connects++;
}

/* The session is taken after the answer: with TLS 1.3 its ticket arrives just before. */
static void
close_connection(struct connection *connection)
{
    if (connection->ssl != NULL) {
        if (load.resume && connection->handshaken) {
            SSL_SESSION_free(connection->session);
            connection->session = SSL_get1_session(connection->ssl);
        }
        (void)SSL_shutdown(connection->ssl);
        SSL_free(connection->ssl);
        connection->ssl = NULL;
        ERR_clear_error();
    }
    close(connection->fd);
    connection->fd = -1;
}

/* The next request, on this connection if it is kept. What cannot be sent yet, or fails, is left to
 * the event loop. */
static void
next_request(struct connection *connection, bool keep)
{
    bool more = wants_more();
    load.run.ended = load_now();
    if (connection->fd >= 0 && !(keep && more))
        close_connection(connection);
    if (!more) {
        load.run.active--;
        return;
    }
    begin_request(connection);
    if (connection->fd < 0)
        open_connection(connection);
    if (shake_hands(connection) == IO_CLOSED || send_query(connection) == IO_CLOSED)
        wait_for(connection, EPOLLOUT);
}

static void
give_up(struct connection *connection, const char *what)
{
    if (++load.run.failed <= COMPLAINTS_MAX)
        fprintf(stderr, "httpload: %s: %s\n", connection->file->name, what);
    next_request(connection, false);
}

/* True while the answer goes on. */
static bool
read_answer(struct connection *connection)
{
    static uint8_t buffer[READ_SIZE];
    size_t len;
    enum io io = receive(connection, buffer, sizeof buffer, &len);
    if (io == IO_WAIT)
        return false;
    const char *wrong =
        io == IO_CLOSED ? "the server closed the connection" : on_bytes(connection, buffer, len);
    if (wrong != NULL) {
        give_up(connection, wrong);
        return false;
    }
    if (!connection->in_body || connection->received < connection->body_len)
        return true;
    load.run.bytes += connection->received;
    load_times_add(&load.run.times, load_now() - connection->began);
    next_request(connection, !load.close && !connection->last);
    return false;
}

static void
on_event(struct connection *connection)
{
    if (connection->sent) {
        while (read_answer(connection))
            ;
        return;
    }
    if (shake_hands(connection) == IO_CLOSED)
        give_up(connection, "the TLS handshake failed");
    else if (send_query(connection) == IO_CLOSED)
        give_up(connection, "the request cannot be sent");
}

static void
give_up_stalled(void)
{
    int64_t since = load_now() - (int64_t)STALLED_SECONDS * 1000000;
    for (unsigned i = 0; i < load.connection_count; i++)
        if (load.connections[i].fd >= 0 && load.connections[i].began < since)
            give_up(&load.connections[i], "no answer");
}

/* --- all of them */

void
connections_run(void)
{
    load_begin(&load.run, load.connection_count);
    for (unsigned i = 0; i < load.connection_count; i++)
        next_request(&load.connections[i], true);
    int64_t next_check = load.run.began;
    while (load.run.active > 0) {
        struct epoll_event events[256];
        int count = epoll_wait(load.epoll, events, 256, 1000);
        for (int i = 0; i < count; i++)
            on_event(events[i].data.ptr);
        if (load_now() < next_check)
            continue;
        next_check = load_now() + 1000000;
        give_up_stalled();
    }
}
