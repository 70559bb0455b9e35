/* SPDX-License-Identifier: MIT */
/* HTTP and HTTPS as phones speak them: a bare GET, one connection a file (phones.md, section 2). */
#include "provcheck/fetch/internal.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>

#define SILENCE 15000 /* milliseconds until the phone turns to the next transport */
#define HEAD_MAX 8192
#define CHUNK 16384

/* The name as a request target: what HTTP does not allow there is encoded. Borrows nothing. */
static void
put_target(const char *name, char *out)
{
    static const char plain[] = "/.-_~+,:@()!$&'*=;";
    *out++ = '/';
    for (name += *name == '/'; *name != '\0'; name++) {
        unsigned char byte = (unsigned char)*name;
        if (isalnum(byte) || strchr(plain, byte) != NULL)
            *out++ = (char)byte;
        else
            out += sprintf(out, "%%%02X", byte);
    }
    *out = '\0';
}

static int
start(struct fetch *fetch, struct prov_error *err)
{
    struct http_state *http = &fetch->http;
    char target[3 * FETCH_NAME_MAX + 2];
    const char *host = fetch->server->host;
    bool v6 = strchr(host, ':') != NULL;
    put_target(fetch->name, target);
    int len =
        asprintf(&http->request, "GET %s HTTP/1.1\r\nHost:%s%s%s:%u\r\n%s\r\n", target,
                 v6 ? "[" : "", host, v6 ? "]" : "", fetch->server->ports[fetch->request.transport],
                 fetch->server->as_phone ? "" : "User-Agent: provcheck/" PROV_VERSION "\r\n");
    if (len < 0)
        http->request = NULL;
    http->head = malloc(HEAD_MAX + 1);
    if (http->request == NULL || http->head == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    http->request_len = (size_t)len;
    if (fetch->request.transport == FETCH_HTTPS) {
        http->ssl = fetch_tls_connection(fetch);
        if (http->ssl == NULL)
            return prov_fail(err, PROV_E_CRYPTO, "OpenSSL cannot start a connection");
    }
    const struct sockaddr *to =
        (const struct sockaddr *)&fetch->server->address[fetch->request.transport];
    fetch->deadline = fetch_clock() + SILENCE;
    if (connect(fetch->fd, to, fetch->server->address_len) != 0 && errno != EINPROGRESS)
        fetch_end(fetch, FETCH_UNREACHABLE, "%s", strerror(errno));
    else
        fetch_wait(fetch, EPOLLOUT);
    return PROV_OK;
}

static bool
finish_connecting(struct fetch *fetch)
{
    int problem = 0;
    socklen_t len = sizeof problem;
    if (getsockopt(fetch->fd, SOL_SOCKET, SO_ERROR, &problem, &len) != 0)
        problem = errno;
    if (problem != 0)
        fetch_end(fetch, FETCH_UNREACHABLE, "%s", strerror(problem));
    fetch->http.connected = problem == 0;
    return problem == 0;
}

/* What came of an input or output: bytes, 0 for the other side's end, -1 for "not now", where epoll
 * is told what to wait for, or for an end of the fetch. */
static ssize_t
judge_tls(struct fetch *fetch, int result)
{
    int reason = SSL_get_error(fetch->http.ssl, result);
    if (result > 0)
        return result;
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
        fetch_wait(fetch, reason == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT);
        return -1;
    }
    if (reason == SSL_ERROR_ZERO_RETURN)
        return 0;
    fetch_tls_failed(fetch);
    return -1;
}

static ssize_t
judge_plain(struct fetch *fetch, ssize_t result, uint32_t wait_for)
{
    if (result >= 0)
        return result;
    if (errno == EAGAIN || errno == EINTR)
        fetch_wait(fetch, wait_for);
    else
        fetch_end(fetch, FETCH_BROKEN, "%s", strerror(errno));
    return -1;
}

static ssize_t
put(struct fetch *fetch, const char *data, size_t len)
{
    if (fetch->http.ssl == NULL)
        return judge_plain(fetch, send(fetch->fd, data, len, MSG_NOSIGNAL), EPOLLOUT);
    ERR_clear_error();
    return judge_tls(fetch, SSL_write(fetch->http.ssl, data, (int)len));
}

static ssize_t
get(struct fetch *fetch, void *data, size_t size)
{
    if (fetch->http.ssl == NULL)
        return judge_plain(fetch, recv(fetch->fd, data, size, 0), EPOLLIN);
    ERR_clear_error();
    return judge_tls(fetch, SSL_read(fetch->http.ssl, data, (int)size));
}

/* The value of a header, NULL without it. `head` holds whole lines. */
static const char *
find_header(const char *head, const char *name)
{
    size_t len = strlen(name);
    for (const char *line = strchr(head, '\n'); line != NULL; line = strchr(line, '\n')) {
        line++;
        if (strncasecmp(line, name, len) == 0 && line[len] == ':')
            return line + len + 1 + strspn(line + len + 1, " \t");
    }
    return NULL;
}

/* Answers other than 200; what phones make of them. */
static void
judge_status(struct fetch *fetch, int status)
{
    if (status == 404)
        fetch_end(fetch, FETCH_NOT_FOUND, "not found");
    else
        fetch_end(fetch, status == 503 ? FETCH_BUSY : FETCH_REFUSED, "HTTP status %d", status);
}

static void
take_head(struct fetch *fetch)
{
    struct http_state *http = &fetch->http;
    static const char start_of_line[] = "HTTP/1.";
    const char *code = http->head + strlen(start_of_line) + 1; /* after the minor version */
    if (strncmp(http->head, start_of_line, strlen(start_of_line)) != 0 || *code == '\0' ||
        !isdigit((unsigned char)code[1])) {
        fetch_end(fetch, FETCH_BROKEN, "the server's answer is not HTTP");
        return;
    }
    int status = (int)strtol(code, NULL, 10);
    if (status != 200) {
        judge_status(fetch, status);
        return;
    }
    if (find_header(http->head, "Transfer-Encoding") != NULL) {
        fetch_end(fetch, FETCH_BROKEN,
                  "the answer has no Content-Length but comes in chunks, which no phone is known "
                  "to take; serve it from a file");
        return;
    }
    const char *length = find_header(http->head, "Content-Length");
    if (length != NULL && isdigit((unsigned char)*length)) {
        http->length_known = true;
        http->length = strtoull(length, NULL, 10);
    }
    http->in_body = true;
}

static void
check_complete(struct fetch *fetch, bool closed)
{
    const struct http_state *http = &fetch->http;
    size_t len = fetch_content(fetch).len;
    if (fetch->outcome != FETCH_RUNNING || !http->in_body)
        return;
    if (http->length_known && http->length > FETCH_FILE_MAX)
        fetch_end(fetch, FETCH_TOO_LARGE, "larger than the %d KB that phones take",
                  FETCH_FILE_MAX / 1024);
    else if (http->length_known ? len >= http->length : closed)
        fetch_end(fetch, FETCH_DELIVERED, "%zu bytes", len);
}

/* Bytes of the head, and of the body behind it. */
static void
take_bytes(struct fetch *fetch, char *data, size_t len)
{
    struct http_state *http = &fetch->http;
    if (http->in_body) {
        if (http->length_known && len > http->length - fetch_content(fetch).len)
            len = (size_t)(http->length - fetch_content(fetch).len);
        if (fetch_put(fetch, data, len))
            check_complete(fetch, false);
        return;
    }
    size_t before = http->head_len, taken = len < HEAD_MAX - before ? len : HEAD_MAX - before;
    memcpy(http->head + before, data, taken);
    http->head_len += taken;
    http->head[http->head_len] = '\0';
    char *end = strstr(http->head, "\r\n\r\n");
    if (end == NULL) {
        if (http->head_len == HEAD_MAX)
            fetch_end(fetch, FETCH_BROKEN, "the answer's head is larger than %d bytes", HEAD_MAX);
        return;
    }
    end[2] = '\0';
    size_t head_end = (size_t)(end - http->head) + 4;
    take_head(fetch);
    check_complete(fetch, false);
    if (fetch->outcome == FETCH_RUNNING)
        take_bytes(fetch, data + (head_end - before), len - (head_end - before));
}

static void
receive(struct fetch *fetch)
{
    char data[CHUNK];
    while (fetch->outcome == FETCH_RUNNING) {
        ssize_t len = get(fetch, data, sizeof data);
        if (len < 0)
            return;
        fetch->deadline = fetch_clock() + SILENCE;
        if (len > 0) {
            take_bytes(fetch, data, (size_t)len);
            continue;
        }
        check_complete(fetch, true);
        if (fetch->outcome == FETCH_RUNNING)
            fetch_end(fetch, FETCH_BROKEN, "the server closed the connection too early");
    }
}

static void
ready(struct fetch *fetch, uint32_t events)
{
    struct http_state *http = &fetch->http;
    (void)events;
    if (!http->connected && !finish_connecting(fetch))
        return;
    while (http->request_sent < http->request_len) {
        ssize_t sent =
            put(fetch, http->request + http->request_sent, http->request_len - http->request_sent);
        if (sent == 0)
            fetch_end(fetch, FETCH_BROKEN, "the server closed the connection");
        if (sent <= 0)
            return;
        http->request_sent += (size_t)sent;
    }
    if (fetch_wait(fetch, EPOLLIN))
        receive(fetch);
}

static void
late(struct fetch *fetch)
{
    if (!fetch->http.connected) {
        fetch_end(fetch, FETCH_UNREACHABLE, "no answer");
        return;
    }
    ready(fetch, 0); /* what came in time may only not have been read yet */
    if (fetch->outcome == FETCH_RUNNING && fetch_clock() >= fetch->deadline)
        fetch_end(fetch, FETCH_BROKEN, "the server fell silent");
}

static void
end(struct fetch *fetch)
{
    SSL_free(fetch->http.ssl);
    free(fetch->http.head);
    free(fetch->http.request);
}

const struct fetch_protocol fetch_http = {
    .name = "http",
    .socket_type = SOCK_STREAM,
    .start = start,
    .ready = ready,
    .late = late,
    .end = end,
};

const struct fetch_protocol fetch_https = {
    .name = "https",
    .socket_type = SOCK_STREAM,
    .start = start,
    .ready = ready,
    .late = late,
    .end = end,
};
