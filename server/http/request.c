/* SPDX-License-Identifier: MIT */
/* A request: its target as it was received, what it means, and the answer. */
#include "server/http/internal.h"
#include "server/http/proof.h"
#include "server/http/tls.h"
#include "server/log/log.h"
#include "server/transport/event.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* --- the target, as received: libmicrohttpd would decode it, and cut it at an encoded NUL */

void *
request_target(void *server_port, const char *uri, struct MHD_Connection *mhd)
{
    (void)server_port;
    struct connection *connection = connection_of(mhd);
    if (connection == NULL)
        return NULL;
    outcome_settle(connection);
    struct request *request = &connection->request;
    request->announced = request->head = request->read_failed = false;
    request->status = 0;
    request->size = request->sent = 0;
    request->uri = uri;
    request->target_len = strlen(uri);
    if (request->target_len <= TARGET_MAX)
        memcpy(request->target, uri, request->target_len);
    else
        memcpy(request->target, uri, TARGET_MAX);
    clock_gettime(CLOCK_MONOTONIC, &request->start);
    atomic_store_explicit(&connection->phase, PHASE_REQUEST, memory_order_relaxed);
    return request;
}

/* A NUL byte cuts the target too. libmicrohttpd ends it with one where the version follows, in the
 * same buffer, so that a gap between them tells. */
static bool
holds_nul(const struct request *request, const char *version)
{
    uintptr_t end = (uintptr_t)request->uri + request->target_len, next = (uintptr_t)version;
    return next > end + 1 && next - end < CONNECTION_MEMORY;
}

/* --- what is reported of it */

/* A program that only plays a phone says so. */
static bool
is_marked(struct MHD_Connection *mhd)
{
    static const char mark[] = "provcheck/";
    const char *agent =
        MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_USER_AGENT);
    return agent != NULL && strncmp(agent, mark, strlen(mark)) == 0;
}

static void
begin_event(struct connection *connection, struct MHD_Connection *mhd)
{
    struct request *request = &connection->request;
    struct delivery_event *event = &request->event;
    event->transport = connection->port->tls ? DELIVERY_HTTPS : DELIVERY_HTTP;
    event->peer = connection->peer;
    event->names_phone = event->configured = false;
    event->marked = is_marked(mhd);
    event->kind = LEDGER_OTHER;
    event->in_turns = false;
    event->file[0] = '\0';
    event->bytes = 0;
    event->digested = false;
    event_set_asked(event, request->target, request->target_len);
}

static void
describe_found(struct delivery_event *event, const struct resolver_found *found)
{
    if (found->asked[0] != '\0')
        event_set_asked(event, found->asked, strlen(found->asked));
    event_set_meaning(event, found);
    if (found->answer == RESOLVER_FOUND)
        event_set_file(event, found->file);
}

/* --- answers */

static enum MHD_Result
answer(struct connection *connection, struct MHD_Connection *mhd, unsigned status,
       struct MHD_Response *response)
{
    struct http_server *server = connection->port->server;
    connection->request.status = status;
    atomic_store_explicit(&connection->deadline,
                          clock_milliseconds() + server->settings.answer_seconds * INT64_C(1000),
                          memory_order_relaxed);
    atomic_store_explicit(&connection->phase, PHASE_ANSWER, memory_order_relaxed);
    return MHD_queue_response(mhd, status, response);
}

static enum MHD_Result
answer_file(struct connection *connection, struct MHD_Connection *mhd,
            const struct resolver_found *found)
{
    struct request *request = &connection->request;
    bool no_store = found->secure || found->in_turns || found->kind == NAME_CONFIGURATION;
    request->size = found->file->size;
    bool kept = false;
    struct MHD_Response *response = response_with_file(found->file, no_store, request, &kept);
    if (response == NULL)
        return answer(connection, mhd, MHD_HTTP_SERVICE_UNAVAILABLE,
                      connection->port->server->fixed.failed);
    enum MHD_Result result = answer(connection, mhd, MHD_HTTP_OK, response);
    if (!kept)
        MHD_destroy_response(response);
    return result;
}

static enum resolver_via
via_of(const struct connection *connection)
{
    if (!connection->port->tls)
        return RESOLVER_HTTP;
    return connection->credentials->profile == TLS_STRICT ? RESOLVER_HTTPS : RESOLVER_HTTPS_OLD;
}

static enum MHD_Result
answer_target(struct connection *connection, struct MHD_Connection *mhd)
{
    struct http_server *server = connection->port->server;
    struct request *request = &connection->request;
    if (request->unusable)
        return answer(connection, mhd, MHD_HTTP_NOT_FOUND, server->fixed.missing);
    struct resolver_request asked = {.name = request->target,
                                     .len = request->target_len,
                                     .via = via_of(connection),
                                     .client = client_phone(connection)};
    asked.client_refused = connection->client_refused;
    struct resolver_found found;
    proof_note(connection);
    resolver_find(server->settings.resolver, &asked, &found);
    describe_found(&request->event, &found);
    switch (found.answer) {
    case RESOLVER_FOUND: {
        enum MHD_Result result = answer_file(connection, mhd, &found);
        resolver_release(found.file);
        return result;
    }
    case RESOLVER_MISSING:
        return answer(connection, mhd, MHD_HTTP_NOT_FOUND, server->fixed.missing);
    case RESOLVER_WAITING:
        request->event.outcome = DELIVERY_BUSY;
        return answer(connection, mhd, MHD_HTTP_SERVICE_UNAVAILABLE, server->fixed.waiting);
    case RESOLVER_FORBIDDEN:
        return answer(connection, mhd, MHD_HTTP_FORBIDDEN, server->fixed.forbidden);
    default:
        return answer(connection, mhd, MHD_HTTP_SERVICE_UNAVAILABLE, server->fixed.failed);
    }
}

static enum MHD_Result
answer_request(struct connection *connection, struct MHD_Connection *mhd, const char *method)
{
    struct http_server *server = connection->port->server;
    struct request *request = &connection->request;
    if (!peer_allowed(connection))
        return MHD_NO;
    begin_event(connection, mhd);
    request->event.outcome = DELIVERY_FAILED;
    request->head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    if (!request->head && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return answer(connection, mhd, MHD_HTTP_METHOD_NOT_ALLOWED, server->fixed.method);
    unsigned open = atomic_load_explicit(&server->open, memory_order_relaxed);
    if (open > server->soft_limit) {
        log_warn_once("busy",
                      "%u of %u HTTP connections are in use: phones are sent to TFTP; raise "
                      "`connections` if there are that many",
                      open, server->settings.connections);
        request->event.outcome = DELIVERY_BUSY;
        return answer(connection, mhd, MHD_HTTP_SERVICE_UNAVAILABLE, server->fixed.busy);
    }
    return answer_target(connection, mhd);
}

/* The first call, before the body, only asks to go on: an answer there would close the connection
 * after it. Bodies are read and dropped. */
enum MHD_Result
request_handle(void *server_port, struct MHD_Connection *mhd, const char *url, const char *method,
               const char *version, const char *upload, size_t *upload_size, void **context)
{
    (void)server_port, (void)url, (void)upload;
    struct request *request = *context;
    if (request == NULL)
        return MHD_NO;
    if (!request->announced) {
        request->announced = true;
        request->unusable = request->target_len > TARGET_MAX || holds_nul(request, version);
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    return answer_request(connection_of(mhd), mhd, method);
}

/* While the server stops, a connection ends with the answer that it waits for. */
void
request_completed(void *server_port, struct MHD_Connection *mhd, void **context,
                  enum MHD_RequestTerminationCode code)
{
    (void)server_port;
    if (*context == NULL)
        return;
    struct connection *connection = connection_of(mhd);
    struct http_server *server = connection->port->server;
    *context = NULL;
    outcome_of_request(connection, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    atomic_store_explicit(&connection->deadline,
                          clock_milliseconds() + server->settings.request_seconds * INT64_C(1000),
                          memory_order_relaxed);
    atomic_store_explicit(&connection->phase, PHASE_IDLE, memory_order_relaxed);
    if (atomic_load_explicit(&server->stopping, memory_order_relaxed))
        shutdown(connection->fd, SHUT_RD);
}
