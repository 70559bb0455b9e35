/* SPDX-License-Identifier: MIT */
/* The thread that serves TFTP: waits for datagrams and deadlines, and hands them on. */
#include "server/tftp/backlog.h"

#include "server/thread/thread.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_PER_TURN 256
/* Then running transfers have a turn, and what came meanwhile is taken in: few, so that no request
 * is dropped by the kernel while those of a flood are served. */
#define REQUESTS_PER_TURN 64
#define SECOND 1000000U

/* Numbers of events: listening sockets have theirs, then come those of the channels. */
#define WAKE UINT32_MAX
#define CHANNELS_FROM 1024U

/* --- the loop */

static int
watch(int epoll, int fd, uint64_t handle)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = handle};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* What it was woken for is looked at after this. */
static void
take_wake(struct tftp_server *server, const struct epoll_event *events, int count)
{
    eventfd_t times;
    for (int i = 0; i < count; i++)
        if (events[i].data.u64 == WAKE)
            (void)eventfd_read(server->wake, &times);
}

/* Takes no more requests; running transfers have until the deadline. */
static void
begin_stop(struct tftp_server *server)
{
    unsigned stop = atomic_load(&server->stop);
    if (stop == 0 || server->stopping)
        return;
    server->stopping = true;
    server->deadline = server->now + (uint64_t)(stop - 1) * SECOND;
    epoll_ctl(server->epoll, EPOLL_CTL_DEL, server->wake, NULL);
    for (size_t i = 0; i < server->settings.socket_count && !server->settings.single_port; i++)
        epoll_ctl(server->epoll, EPOLL_CTL_DEL, server->listeners[i], NULL);
}

/* Those of clients who are not answered any more end, whatever they have had. Transfers lie in one
 * block, where an unused one has no timer. */
static void
judge_again(struct tftp_server *server)
{
    if (!atomic_exchange(&server->judge, false))
        return;
    for (size_t i = 0; i < server->table.touched; i++) {
        struct tftp_transfer *transfer = &server->table.transfers[i];
        if (transfer->timer.number == 0 ||
            access_allows(server->settings.access, &transfer->key.peer.any))
            continue;
        delivery_count(server->settings.delivery, DELIVERY_NOT_ALLOWED);
        tftp_transfer_abandon(server, transfer);
    }
}

static int
wait_for_events(struct tftp_server *server, struct epoll_event *events)
{
    uint64_t next = tftp_timers_next(&server->timers);
    if (server->stopping && server->deadline < next)
        next = server->deadline;
    uint64_t now = next != UINT64_MAX ? tftp_clock() : 0;
    uint64_t wait = next > now ? next - now : 0;
    bool waits = server->stopping || tftp_backlog_empty(server->backlog);
    struct timespec at_once = {0};
    struct timespec timeout = {.tv_sec = (time_t)(wait / SECOND),
                               .tv_nsec = (long)(wait % SECOND) * 1000};
    const struct timespec *until = next != UINT64_MAX ? &timeout : NULL;
    return epoll_pwait2(server->epoll, events, EVENTS_PER_TURN, waits ? until : &at_once, NULL);
}

static void
receive(struct tftp_server *server, const struct tftp_arrival *arrival, void *context)
{
    (void)context;
    if (server->settings.single_port && tftp_reply_take(server, arrival))
        return;
    if (!server->stopping)
        tftp_backlog_put(server->backlog, arrival);
}

static void
serve_backlog(struct tftp_server *server)
{
    struct tftp_arrival arrival;
    for (unsigned i = 0;
         i < REQUESTS_PER_TURN && !server->stopping && tftp_backlog_take(server->backlog, &arrival);
         i++)
        tftp_request_serve(server, &arrival, NULL);
}

/* Requests first: what waits on a listening socket may get dropped, whoever sent it. */
static void
serve_events(struct tftp_server *server, const struct epoll_event *events, int count)
{
    for (int i = 0; i < count; i++) {
        if (events[i].data.u64 < server->settings.socket_count)
            tftp_inbox_serve(server, server->requests, server->listeners[events[i].data.u64],
                             receive, NULL);
    }
    serve_backlog(server);
    for (int i = 0; i < count; i++) {
        if (events[i].data.u64 >= CHANNELS_FROM && events[i].data.u64 != WAKE)
            tftp_replies_serve(server, &server->channels.at[events[i].data.u64 - CHANNELS_FROM]);
    }
    tftp_transfers_act(server);
}

static void
serve_timers(struct tftp_server *server)
{
    struct tftp_timer *timer;
    while ((timer = tftp_timers_expired(&server->timers, server->now)) != NULL)
        tftp_transfer_expire(server, (struct tftp_transfer *)timer);
}

static bool
is_done(const struct tftp_server *server)
{
    return server->stopping && (server->table.count == 0 || server->now >= server->deadline);
}

/* Each running transfer has a timer. */
static void
abandon_all(struct tftp_server *server)
{
    struct tftp_timer *timer;
    while ((timer = tftp_timers_expired(&server->timers, UINT64_MAX)) != NULL)
        tftp_transfer_abandon(server, (struct tftp_transfer *)timer);
}

static void *
serve(void *context)
{
    struct tftp_server *server = context;
    struct epoll_event events[EVENTS_PER_TURN];
    while (!is_done(server)) {
        int count = wait_for_events(server, events);
        server->now = tftp_clock();
        server->turn++;
        take_wake(server, events, count);
        begin_stop(server);
        judge_again(server);
        serve_events(server, events, count);
        serve_timers(server);
        tftp_channels_flush(&server->channels);
    }
    abandon_all(server);
    return NULL;
}

/* --- from outside */

static int
open_family(struct tftp_server *server, int family, struct prov_error *err)
{
    const struct settings_ports *ports = &server->settings.ports;
    if (tftp_channels_open(&server->channels, family, ports, server->epoll, CHANNELS_FROM) == 0)
        return PROV_OK;
    if (ports->first == 0 || errno != EADDRINUSE)
        return prov_system_failed(err, "cannot prepare to serve TFTP");
    return prov_fail(err, PROV_E_SYSTEM,
                     "none of the ports %u-%u (tftp-ports) is free for TFTP over %s; `ss -lnpu` "
                     "shows who has them: name others",
                     ports->first, ports->last, family == AF_INET ? "IPv4" : "IPv6");
}

/* IPv4 also for what a socket for both families receives; IPv6 only where it is needed, as not
 * every host has it. */
static int
open_channels(struct tftp_server *server, struct prov_error *err)
{
    bool v6 = false;
    for (size_t i = 0; i < server->settings.socket_count; i++) {
        union tftp_address own = {.any.sa_family = AF_UNSPEC};
        socklen_t len = sizeof own;
        if (getsockname(server->listeners[i], &own.any, &len) != 0)
            return prov_system_failed(err, "cannot prepare to serve TFTP");
        v6 |= own.any.sa_family == AF_INET6;
    }
    int rc = open_family(server, AF_INET, err);
    return rc == PROV_OK && v6 ? open_family(server, AF_INET6, err) : rc;
}

static int
share_listeners(struct tftp_server *server, struct prov_error *err)
{
    for (size_t i = 0; i < server->settings.socket_count; i++)
        if (tftp_channels_add_listener(&server->channels, server->listeners[i]) != 0)
            return prov_system_failed(err, "cannot prepare to serve TFTP");
    return PROV_OK;
}

static int
open_descriptors(struct tftp_server *server)
{
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->epoll < 0 || server->wake < 0 || watch(server->epoll, server->wake, WAKE) != 0)
        return -1;
    for (size_t i = 0; i < server->settings.socket_count; i++) {
        if (watch(server->epoll, server->listeners[i], i) != 0)
            return -1;
    }
    struct epoll_event none;
    struct timespec at_once = {0};
    if (epoll_pwait2(server->epoll, &none, 1, &at_once, NULL) < 0)
        return -1; /* a kernel before 5.11 */
    return 0;
}

static int
allocate(struct tftp_server *server)
{
    size_t count = server->settings.socket_count;
    static_assert(SETTINGS_LISTENERS_MAX < CHANNELS_FROM, "numbers of events are different");
    server->listeners = calloc(count + 1, sizeof *server->listeners);
    server->requests = tftp_inbox_new();
    server->replies = tftp_inbox_new();
    server->backlog = tftp_backlog_new();
    if (server->listeners == NULL || server->requests == NULL || server->replies == NULL ||
        server->backlog == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        server->listeners[i] = server->settings.sockets[i];
    if (tftp_table_init(&server->table, server->settings.transfers, server->settings.shared) != 0)
        return -1;
    return tftp_timers_init(&server->timers, server->settings.transfers);
}

int
tftp_server_new(const struct tftp_settings *settings, struct tftp_server **out,
                struct prov_error *err)
{
    struct tftp_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    server->settings = *settings;
    server->epoll = -1;
    server->wake = -1;
    int rc = PROV_OK;
    if (allocate(server) != 0)
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory for %u TFTP transfers",
                       settings->transfers);
    else if (open_descriptors(server) != 0)
        rc = prov_system_failed(err, "cannot prepare to serve TFTP");
    if (rc == PROV_OK)
        rc = settings->single_port ? share_listeners(server, err) : open_channels(server, err);
    if (rc == PROV_OK)
        *out = server;
    else
        tftp_server_free(server);
    return rc;
}

int
tftp_server_start(struct tftp_server *server, struct prov_error *err)
{
    int rc = thread_start(&server->thread, "TFTP", serve, server, err);
    server->running = rc == PROV_OK;
    return rc;
}

static void
wake(struct tftp_server *server)
{
    while (eventfd_write(server->wake, 1) != 0 && errno == EINTR)
        continue;
}

void
tftp_server_judge_again(struct tftp_server *server)
{
    atomic_store(&server->judge, true);
    wake(server);
}

void
tftp_server_stop(struct tftp_server *server, unsigned seconds)
{
    if (!server->running)
        return;
    atomic_store(&server->stop, seconds < UINT_MAX ? seconds + 1 : UINT_MAX);
    wake(server);
    pthread_join(server->thread, NULL);
    server->running = false;
}

static void
close_descriptor(int fd)
{
    if (fd >= 0)
        close(fd);
}

void
tftp_server_free(struct tftp_server *server)
{
    if (server == NULL)
        return;
    tftp_server_stop(server, 0);
    close_descriptor(server->epoll);
    close_descriptor(server->wake);
    tftp_channels_close(&server->channels);
    tftp_table_free(&server->table);
    tftp_timers_free(&server->timers);
    tftp_inbox_free(server->requests);
    tftp_inbox_free(server->replies);
    tftp_backlog_free(server->backlog);
    free(server->listeners);
    free(server);
}
