/* SPDX-License-Identifier: MIT */
/* The server and its ports: started, given other certificates, stopped. */
#include "server/http/internal.h"
#include "server/http/tls.h"
#include "server/log/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/abstract.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MIN 2
#define THREADS_MAX 8
#define TIMEOUT_MARGIN 5        /* seconds that libmicrohttpd waits longer than the reaper */
#define NO_DESCRIPTORS_PAUSE 50 /* milliseconds */
#define SHARE 10                /* an address may have this part of all connections, */
#define SHARE_MIN 2             /* or so many */

/* --- libmicrohttpd's callbacks about the port as a whole */

/* Words about a failed handshake are left out, since handshake.c knows more, and about clients that
 * go away. A thread without connections that finds no free descriptor would try again at once, and
 * again. */
static void __attribute__((format(printf, 2, 0)))
log_message(void *cls, const char *format, va_list arguments)
{
    const struct port *port = cls;
    char text[512];
    if (strstr(format, "handshake message out of context") != NULL ||
        strstr(format, "closed by remote side") != NULL)
        return;
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\r\n")] = '\0';
    log_warn_once(format, "%s: %s", port->address, text);
    if (strstr(format, "system resource limit at FIRST") != NULL)
        nanosleep(&(struct timespec){.tv_nsec = NO_DESCRIPTORS_PAUSE * 1000000L}, NULL);
}

/* An address that has its tenth; its phones, if there are many behind it, go to TFTP. */
static void
refuse_greedy(struct http_server *server, const struct sockaddr *address, socklen_t len)
{
    struct sockaddr_storage peer = {0};
    char text[64], subject[96];
    memcpy(&peer, address, len < sizeof peer ? len : sizeof peer);
    delivery_count(server->settings.delivery, DELIVERY_CONNECTIONS_REFUSED);
    peer_subject(&peer, "share of connections", subject, sizeof subject);
    log_warn_once(subject,
                  "%s has %u HTTP connections, its share of all: others are closed at once; "
                  "name it in `shared-addresses` if many phones stand behind it",
                  peer_text(&peer, text, sizeof text), server->each);
}

static enum MHD_Result
accept_policy(void *cls, const struct sockaddr *address, socklen_t address_len)
{
    struct http_server *server = ((struct port *)cls)->server;
    if (!access_allows(server->settings.access, address)) {
        delivery_count(server->settings.delivery, DELIVERY_NOT_ALLOWED);
        return MHD_NO;
    }
    if (atomic_load(&server->open) >= server->settings.connections) {
        log_warn_once("HTTP connections",
                      "all %u HTTP connections are in use, others are closed at once; raise "
                      "`connections` if phones need more",
                      server->settings.connections);
        return MHD_NO;
    }
    if (!access_shares_open(server->shares, address)) {
        refuse_greedy(server, address, address_len);
        return MHD_NO;
    }
    return MHD_YES;
}

/* libmicrohttpd wants a certificate to start; the real ones are set for each connection. */
static int
no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
               const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
               gnutls_pcert_st **certificate, unsigned *certificate_len, gnutls_privkey_t *key)
{
    (void)session, (void)authorities, (void)authority_count, (void)algorithms,
        (void)algorithm_count;
    *certificate = NULL;
    *certificate_len = 0;
    *key = NULL;
    return -1;
}

/* --- ports */

static unsigned
thread_count(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (cpus < THREADS_MIN)
        return THREADS_MIN;
    return cpus > THREADS_MAX ? THREADS_MAX : (unsigned)cpus;
}

/* epoll would spin on a TLS client that stalls within its hello, so TLS ports poll. Each
 * thread may hold all the connections there are, since they are not spread evenly. */
static struct MHD_Daemon *
start_daemon(struct port *port)
{
    const struct http_settings *settings = &port->server->settings;
    unsigned threads = thread_count();
    unsigned flags = MHD_USE_ERROR_LOG | MHD_USE_ITC | MHD_USE_INTERNAL_POLLING_THREAD;
    flags |= port->tls ? MHD_USE_POLL | MHD_USE_TLS : MHD_USE_EPOLL;
    unsigned longest = settings->request_seconds > settings->answer_seconds
                           ? settings->request_seconds
                           : settings->answer_seconds;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, port->listener, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)(settings->connections * threads), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)longest + TIMEOUT_MARGIN, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection_notify, port},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)request_completed, port},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)request_target, port},
        {port->tls ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, 0,
         port->tls ? (void *)no_certificate : NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(flags, 0, accept_policy, port, request_handle, port,
                            MHD_OPTION_EXTERNAL_LOGGER, log_message, port, MHD_OPTION_ARRAY,
                            options, MHD_OPTION_END);
}

static int
name_address(struct port *port, struct prov_error *err)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;
    char host[NI_MAXHOST], service[NI_MAXSERV];
    if (getsockname(port->listener, (struct sockaddr *)&address, &len) != 0)
        return prov_system_failed(err, "cannot listen");
    if (getnameinfo((struct sockaddr *)&address, len, host, sizeof host, service, sizeof service,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return prov_fail(err, PROV_E_SYSTEM, "cannot listen: this is no internet socket");
    snprintf(port->address, sizeof port->address,
             address.ss_family == AF_INET6 ? "[%.46s]:%.8s" : "%.46s:%.8s", host, service);
    return PROV_OK;
}

static void
port_free(struct port *port)
{
    tls_credentials_release(port->credentials);
    pthread_mutex_destroy(&port->lock);
    free(port);
}

static void
announce(const struct port *port)
{
    char protocols[128];
    if (!port->tls)
        return;
    tls_protocols(port->credentials, protocols, sizeof protocols);
    log_info("%s: %s", port->address, protocols);
    if (port->credentials->profile != TLS_OLD_PHONES)
        return;
    log_warn("%s is for old phones: TLS 1.0 and SHA-1 are weak, so nothing secret goes there",
             port->address);
    if (strstr(protocols, "TLS 1.0") == NULL)
        log_warn("%s: this system's GnuTLS configuration switches TLS 1.0 off, so old phones "
                 "cannot connect; see /etc/gnutls/config",
                 port->address);
}

static int
port_open(struct http_server *server, struct port *port, struct prov_error *err)
{
    int rc = name_address(port, err);
    if (rc != PROV_OK)
        return rc;
    announce(port);
    if (server->port_count == PORTS_MAX)
        return prov_fail(err, PROV_E_LIMIT, "more than %d HTTP and HTTPS ports", PORTS_MAX);
    if (!server->reaping && (rc = reaper_start(server, err)) != PROV_OK)
        return rc;
    port->daemon = start_daemon(port);
    if (port->daemon == NULL)
        return prov_fail(err, PROV_E_SYSTEM,
                         "cannot serve %s: libmicrohttpd does not start; the log may say why",
                         port->address);
    return PROV_OK;
}

int
http_server_add(struct http_server *server, int fd, struct tls_credentials *credentials,
                size_t *number, struct prov_error *err)
{
    struct port *port = calloc(1, sizeof *port);
    if (port == NULL) {
        tls_credentials_release(credentials);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    port->server = server;
    port->listener = fd;
    port->tls = credentials != NULL;
    port->credentials = credentials;
    pthread_mutex_init(&port->lock, NULL);
    int rc = port_open(server, port, err);
    if (rc != PROV_OK) {
        port_free(port);
        return rc;
    }
    *number = server->port_count;
    server->ports[server->port_count++] = port;
    return PROV_OK;
}

void
http_server_replace(struct http_server *server, size_t number, struct tls_credentials *credentials)
{
    struct port *port = server->ports[number];
    pthread_mutex_lock(&port->lock);
    struct tls_credentials *old = port->credentials;
    port->credentials = credentials;
    pthread_mutex_unlock(&port->lock);
    tls_credentials_release(old);
}

void
http_server_judge_again(struct http_server *server)
{
    reaper_cut_refused(server);
}

/* --- the server */

int
http_server_new(const struct http_settings *settings, struct http_server **out,
                struct prov_error *err)
{
    struct http_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    server->settings = *settings;
    server->soft_limit = settings->connections - settings->connections / 10;
    server->each = settings->connections / SHARE;
    if (server->each < SHARE_MIN)
        server->each = SHARE_MIN;
    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->work, &monotonic);
    pthread_cond_init(&server->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);

    /* Threads that accept at the same moment may exceed the limit by a few. */
    server->shares = access_shares_new(settings->connections + THREADS_MAX * PORTS_MAX,
                                       server->each, settings->shared);
    int rc = server->shares == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                                    : fixed_responses_new(&server->fixed, err);
    for (unsigned i = 0; rc == PROV_OK && i < TLS_PROFILES; i++)
        if (gnutls_session_ticket_key_generate(&server->ticket_keys[i]) != 0)
            rc = prov_fail(err, PROV_E_CRYPTO, "GnuTLS cannot make a key for session tickets");
    if (rc != PROV_OK) {
        http_server_free(server);
        return rc;
    }
    *out = server;
    return PROV_OK;
}

static void
wait_for_answers(struct http_server *server, unsigned seconds)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += seconds;
    pthread_mutex_lock(&server->lock);
    while (atomic_load(&server->open) > 0 || server->lingering != NULL)
        if (pthread_cond_timedwait(&server->ended, &server->lock, &end) == ETIMEDOUT)
            break;
    pthread_mutex_unlock(&server->lock);
}

void
http_server_stop(struct http_server *server, unsigned seconds)
{
    atomic_store(&server->stopping, true);
    for (size_t i = 0; i < server->port_count; i++)
        server->ports[i]->listener = MHD_quiesce_daemon(server->ports[i]->daemon);
    reaper_cut_idle(server);
    wait_for_answers(server, seconds);
    for (size_t i = 0; i < server->port_count; i++) {
        MHD_stop_daemon(server->ports[i]->daemon);
        if (server->ports[i]->listener != MHD_INVALID_SOCKET)
            close(server->ports[i]->listener);
        port_free(server->ports[i]);
    }
    server->port_count = 0;
    reaper_stop(server);
}

void
http_server_free(struct http_server *server)
{
    if (server == NULL)
        return;
    http_server_stop(server, 0);
    fixed_responses_free(&server->fixed);
    for (unsigned i = 0; i < TLS_PROFILES; i++) {
        gnutls_memset(server->ticket_keys[i].data, 0, server->ticket_keys[i].size);
        gnutls_free(server->ticket_keys[i].data);
    }
    access_shares_free(server->shares);
    pthread_cond_destroy(&server->ended);
    pthread_cond_destroy(&server->work);
    pthread_mutex_destroy(&server->lock);
    free(server);
}
