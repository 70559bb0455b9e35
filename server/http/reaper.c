/* SPDX-License-Identifier: MIT */
/* The thread that cuts requests and answers that take too long. */
#include "server/http/internal.h"
#include "server/log/log.h"
#include "server/thread/thread.h"

#include <sys/socket.h>
#include <time.h>

#define TICK 250        /* milliseconds between two looks at all connections */
#define LINGER_TICK 20  /* while acknowledgements are waited for */
#define PACE 2          /* request-timeouts over which a client's pace is measured */
#define SHORT_IDLE 1000 /* milliseconds that a connection may be idle when they get scarce */

/* The descriptor is libmicrohttpd's: it is shut down here, never closed, and under the lock, so
 * that it still is the connection's. */
static void
cut(struct connection *connection, int how)
{
    atomic_store(&connection->cut, true);
    shutdown(connection->fd, how);
}

static void
cut_late(struct connection *connection, enum phase phase)
{
    char peer[64];
    const struct http_settings *settings = &connection->port->server->settings;
    if (phase == PHASE_ANSWER)
        log_warn_once("slow answers", "%s did not take its answer within %u s: cut",
                      peer_text(&connection->peer, peer, sizeof peer), settings->answer_seconds);
    else if (phase == PHASE_REQUEST && connection->session == NULL)
        log_warn_once("slow requests", "%s did not finish its request within %u s: cut",
                      peer_text(&connection->peer, peer, sizeof peer), settings->request_seconds);
    cut(connection, phase == PHASE_IDLE ? SHUT_RD : SHUT_RDWR);
}

/* A client that takes next to nothing of its answer holds a connection as one that takes nothing.
 * True: it is cut. */
static bool
cut_slow(struct connection *connection, int64_t now)
{
    char peer[64], subject[96];
    uint64_t acknowledged = 0;
    const struct http_settings *settings = &connection->port->server->settings;
    unsigned rate = settings->answer_rate;
    int64_t passed = now - connection->pace.since;
    int64_t measured = PACE * INT64_C(1000) * settings->request_seconds;
    if (rate == 0 || (connection->pace.since != 0 && passed < measured) ||
        !outcome_acknowledged(connection->fd, &acknowledged))
        return false;
    uint64_t taken = acknowledged - connection->pace.acknowledged;
    bool slow = connection->pace.since != 0 && taken < rate * (uint64_t)passed / 1000;
    connection->pace.since = now;
    connection->pace.acknowledged = acknowledged;
    if (!slow)
        return false;
    peer_subject(&connection->peer, "pace", subject, sizeof subject);
    log_warn_once(subject, "%s took its answer at less than %u bytes a second: cut",
                  peer_text(&connection->peer, peer, sizeof peer), rate);
    cut(connection, SHUT_RDWR);
    return true;
}

/* Above three quarters of the limit, idle connections make room soon: a phone that is told 503
 * goes to TFTP. */
static void
look_at(struct connection *connection, int64_t now, bool scarce)
{
    const struct http_settings *settings = &connection->port->server->settings;
    enum phase phase = atomic_load_explicit(&connection->phase, memory_order_relaxed);
    int64_t deadline = atomic_load_explicit(&connection->deadline, memory_order_relaxed);
    if (phase == PHASE_IDLE && scarce)
        deadline += SHORT_IDLE - settings->request_seconds * INT64_C(1000);
    if (atomic_load(&connection->cut))
        return;
    if (phase != PHASE_ANSWER)
        connection->pace.since = 0;
    else if (cut_slow(connection, now))
        return;
    if (now >= deadline)
        cut_late(connection, phase);
}

static void
look_at_all(struct http_server *server)
{
    int64_t now = clock_milliseconds();
    bool scarce = atomic_load(&server->open) > server->settings.connections / 4 * 3;
    for (struct connection *c = server->connections; c != NULL; c = c->next)
        look_at(c, now, scarce);
    outcome_check_lingering(server, false);
    if (server->lingering == NULL && atomic_load(&server->stopping))
        pthread_cond_signal(&server->ended);
}

/* Sleeps without end while there is nothing to look at. */
static void
wait_for_tick(struct http_server *server)
{
    struct timespec end;
    if (server->connections == NULL && server->lingering == NULL) {
        server->reaper_sleeps = true;
        pthread_cond_wait(&server->work, &server->lock);
        server->reaper_sleeps = false;
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_nsec += (server->lingering != NULL ? LINGER_TICK : TICK) * 1000000L;
    end.tv_sec += end.tv_nsec / 1000000000L;
    end.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&server->work, &server->lock, &end);
}

static void *
run(void *context)
{
    struct http_server *server = context;
    pthread_mutex_lock(&server->lock);
    while (server->reaping) {
        wait_for_tick(server);
        look_at_all(server);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

int
reaper_start(struct http_server *server, struct prov_error *err)
{
    server->reaping = true;
    int rc = thread_start(&server->reaper, "HTTP reaper", run, server, err);
    if (rc != PROV_OK)
        server->reaping = false; /* otherwise the thread reads it already */
    return rc;
}

void
reaper_stop(struct http_server *server)
{
    if (!server->reaping)
        return;
    pthread_mutex_lock(&server->lock);
    server->reaping = false;
    pthread_cond_signal(&server->work);
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->reaper, NULL);
    outcome_check_lingering(server, true);
}

void
reaper_cut_idle(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    for (struct connection *c = server->connections; c != NULL; c = c->next)
        if (!atomic_load(&c->cut) && atomic_load(&c->phase) != PHASE_ANSWER)
            cut(c, SHUT_RD);
    pthread_mutex_unlock(&server->lock);
}
