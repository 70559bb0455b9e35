/* SPDX-License-Identifier: MIT */
/* All rooms put together: started in the one order that is safe, reloaded, stopped. */
#include "server/main/serve.h"

#include "server/access/access.h"
#include "server/delivery/delivery.h"
#include "server/http/http.h"
#include "server/log/log.h"
#include "server/main/certificates.h"
#include "server/main/limits.h"
#include "server/main/listen.h"
#include "server/main/paths.h"
#include "server/main/recall.h"
#include "server/resolver/resolver.h"
#include "server/sandbox/sandbox.h"
#include "server/tftp/tftp.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STOP_SECONDS 5
#define TLS_PORTS_MAX ((1 + SETTINGS_HTTPS_MAX) * SETTINGS_LISTENERS_MAX)

struct serve {
    const struct settings *settings; /* as they were at the start */
    unsigned connections;            /* that this machine's limits allow */
    struct listeners listeners;
    struct access_list *access;
    struct access_list *shared; /* addresses behind which many phones stand */
    struct resolver *resolver;
    struct delivery *delivery;
    struct given *given;
    struct tftp_server *tftp;
    struct http_server *http;
    struct admin_server *admin;
    struct {
        size_t port; /* of the HTTP server */
        size_t set;  /* of the certificates */
    } tls_ports[TLS_PORTS_MAX];
    size_t tls_port_count;
    pthread_t surveyor;
    bool surveying;
};

/* --- start */

static void
warn_about_secure_root(const struct settings *settings)
{
    if (settings->secure == NULL)
        return;
    if (settings->secure_root_open)
        log_warn(
            "secure-root-open: whoever reaches the HTTPS port reads every configuration in %s, "
            "with the passwords of all phones",
            settings->secure);
    else if (settings->client_ca == NULL && settings->maker_ca == NULL)
        log_warn("the secure root %s stays shut: name the issuer of the phones' certificates with "
                 "client-ca",
                 settings->secure);
    if (settings->https.count == 0)
        log_warn("the secure root %s is out of reach: there is no HTTPS port", settings->secure);
}

static void
warn_about_search(struct resolver *resolver, const struct settings *settings)
{
    const char *missing = resolver_missing_folder(resolver);
    if (missing != NULL)
        log_warn("search: there is no folder %s in %s", missing, settings->tftpboot);
}

static void
warn_about_proof(const struct settings *settings)
{
    if (settings->proof_certificate != NULL && settings->client_ca == NULL)
        log_warn(
            "proof-certificate: no phone can prove anything by it while client-ca does not hold "
            "the phones' own certificates");
}

/* Becomes the user that serves, and shuts away all folders but those that serving needs. */
static int
give_up_privileges(const struct settings *settings, const char *config, struct prov_error *err)
{
    if (settings->user == NULL && geteuid() == 0)
        log_warn("runs as root; name a user with --user, so that a fault costs less (root's power "
                 "over files is given up: they must be readable for root by owner or mode)");
    /* OpenSSL reads its configuration now: later it could not be reached. */
    if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_DIGESTS, NULL) != 1)
        return prov_fail(err, PROV_E_CRYPTO, "OpenSSL cannot be used");
    int result = sandbox_become(settings->user, err);
    if (result == PROV_OK)
        result = paths_confine(settings, config, err);
    if (result == PROV_OK)
        result = log_open(settings->log, settings->log_file, err);
    return result;
}

static int
open_ledger(struct serve *serve, struct prov_error *err)
{
    struct prov_error why = {0};
    const char *ledger = serve->settings->ledger;
    if (delivery_new(ledger, serve->shared, &serve->delivery, &why) == PROV_OK)
        return PROV_OK;
    return ledger != NULL ? prov_fail(err, why.code, "%s: %s", ledger, why.text)
                          : prov_fail(err, why.code, "%s", why.text);
}

static void
set_networks(struct serve *serve, const struct settings *settings)
{
    access_set(serve->access, settings->networks, settings->network_count);
    access_set(serve->shared, settings->shared, settings->shared_count);
}

static int
open_rooms(struct serve *serve, struct prov_error *err)
{
    const struct settings *settings = serve->settings;
    int result = resolver_new(settings->tftpboot, settings->secure, &serve->resolver, err);
    if (result != PROV_OK)
        return result;
    resolver_set_secure_open(serve->resolver, settings->secure_root_open);
    resolver_set_search(serve->resolver, settings->search, settings->search_count);
    warn_about_search(serve->resolver, settings);
    if (settings->ledger != NULL)
        resolver_tell_configured(serve->resolver);
    if ((result = resolver_start(serve->resolver, err)) != PROV_OK)
        return result;
    serve->access = access_new();
    serve->shared = access_new();
    serve->given = given_new();
    if (serve->access == NULL || serve->shared == NULL || serve->given == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    set_networks(serve, settings);
    result = open_ledger(serve, err);
    if (result == PROV_OK && settings->ledger != NULL)
        result = recall_proofs(settings->ledger, serve->resolver, err);
    return result == PROV_OK ? delivery_start(serve->delivery, err) : result;
}

static int
start_tftp(struct serve *serve, struct prov_error *err)
{
    const struct settings *settings = serve->settings;
    struct tftp_settings tftp = {.sockets = serve->listeners.tftp.fds,
                                 .socket_count = serve->listeners.tftp.count,
                                 .resolver = serve->resolver,
                                 .delivery = serve->delivery,
                                 .access = serve->access,
                                 .shared = serve->shared,
                                 .given = serve->given,
                                 .ports = settings->tftp_ports,
                                 .single_port = settings->tftp_single_port,
                                 .transfers = settings->transfers,
                                 .blksize = settings->blksize,
                                 .windowsize = settings->windowsize};
    if (tftp.socket_count == 0)
        return PROV_OK;
    int result = tftp_server_new(&tftp, &serve->tftp, err);
    return result == PROV_OK ? tftp_server_start(serve->tftp, err) : result;
}

/* Serves all sockets of a kind; `credentials` NULL: plain HTTP. */
static int
add_ports(struct serve *serve, struct listen_sockets *sockets, struct tls_credentials *credentials,
          size_t set, struct prov_error *err)
{
    for (size_t i = 0; i < sockets->count; i++) {
        size_t port;
        int fd = sockets->fds[i];
        sockets->fds[i] = -1;
        int result = http_server_add(serve->http, fd,
                                     credentials != NULL ? tls_credentials_hold(credentials) : NULL,
                                     &port, err);
        if (result != PROV_OK)
            return result;
        if (credentials == NULL)
            continue;
        serve->tls_ports[serve->tls_port_count].port = port;
        serve->tls_ports[serve->tls_port_count++].set = set;
    }
    return PROV_OK;
}

static int
start_http(struct serve *serve, struct prov_error *err)
{
    const struct settings *settings = serve->settings;
    struct listeners *listeners = &serve->listeners;
    struct http_settings http = {.resolver = serve->resolver,
                                 .delivery = serve->delivery,
                                 .access = serve->access,
                                 .shared = serve->shared,
                                 .given = serve->given,
                                 .connections = serve->connections,
                                 .request_seconds = settings->request_seconds,
                                 .answer_seconds = settings->answer_seconds,
                                 .answer_rate = settings->answer_rate};
    struct certificates certificates;
    int result = certificates_load(settings, listeners->https.count > 0, &certificates, err);
    if (result != PROV_OK)
        return result;
    delivery_set_certificates(serve->delivery, certificates.shown, certificates.shown_count);
    result = http_server_new(&http, &serve->http, err);
    if (result == PROV_OK)
        result = add_ports(serve, &listeners->http, NULL, 0, err);
    if (result == PROV_OK)
        result = add_ports(serve, &listeners->https, certificates.sets[0], 0, err);
    for (size_t i = 0; result == PROV_OK && i < settings->https_count; i++)
        result = add_ports(serve, &listeners->old_phones[i], certificates.sets[1 + i], 1 + i, err);
    certificates_release(&certificates);
    return result;
}

static int
start_admin(struct serve *serve, struct prov_error *err)
{
    if (serve->listeners.admin.count == 0)
        return PROV_OK;
    int fd = serve->listeners.admin.fds[0];
    serve->listeners.admin.fds[0] = -1;
    return admin_server_start(fd, serve->delivery, serve->resolver, &serve->admin, err);
}

static void
say_withheld(void *context, const char *path, const char *why)
{
    (void)context;
    log_error("%s: %s; take it out of the tree", path, why);
}

static void *
survey(void *context)
{
    struct serve *serve = context;
    if (serve->settings->ledger != NULL)
        recall_given(serve->settings->ledger, serve->resolver, serve->given);
    resolver_survey(serve->resolver, say_withheld, NULL);
    return NULL;
}

/* Looks for keys in the trees while phones are already served: a large tree takes its time. */
static void
start_survey(struct serve *serve)
{
    serve->surveying = pthread_create(&serve->surveyor, NULL, survey, serve) == 0;
    if (!serve->surveying)
        log_warn("cannot start the survey of the trees; --check-config does the same");
}

int
serve_start(const struct settings *settings, const char *config, struct serve **out,
            struct prov_error *err)
{
    struct serve *serve = calloc(1, sizeof *serve);
    if (serve == NULL) {
        settings_free(settings);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    serve->settings = settings;
    serve->connections = limits_connections(settings->connections);
    int result = listeners_open(settings, &serve->listeners, err);
    if (result == PROV_OK)
        result = give_up_privileges(settings, config, err);
    if (result == PROV_OK) {
        warn_about_secure_root(settings);
        warn_about_proof(settings);
        result = open_rooms(serve, err);
    }
    if (result == PROV_OK)
        result = start_tftp(serve, err);
    if (result == PROV_OK)
        result = start_http(serve, err);
    if (result == PROV_OK)
        result = start_admin(serve, err);
    if (result != PROV_OK) {
        serve_stop(serve);
        return result;
    }
    start_survey(serve);
    *out = serve;
    return PROV_OK;
}

/* --- reload */

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_listeners(const struct settings_listeners *a, const struct settings_listeners *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->at[i].text, b->at[i].text) != 0)
            return false;
    return true;
}

static bool
same_search(const struct settings *a, const struct settings *b)
{
    if (a->search_count != b->search_count)
        return false;
    for (size_t i = 0; i < a->search_count; i++)
        if (strcmp(a->search[i], b->search[i]) != 0)
            return false;
    return true;
}

static bool
same_sections(const struct settings *a, const struct settings *b)
{
    if (a->https_count != b->https_count)
        return false;
    for (size_t i = 0; i < a->https_count; i++)
        if (!same_text(a->old_phones[i].title, b->old_phones[i].title) ||
            !same_listeners(&a->old_phones[i].listen, &b->old_phones[i].listen))
            return false;
    return true;
}

/* Says which changed settings only a restart applies. */
static void
say_what_needs_restart(const struct serve *serve, const struct settings *next)
{
    const struct settings *old = serve->settings;
    const struct {
        bool same;
        const char *name;
    } settings[] = {
        {same_text(old->tftpboot, next->tftpboot), "tftpboot"},
        {same_search(old, next), "search"},
        {same_text(old->secure, next->secure), "secure"},
        {same_text(old->ledger, next->ledger), "ledger"},
        {same_listeners(&old->tftp, &next->tftp), "tftp"},
        {same_listeners(&old->http, &next->http), "http"},
        {same_listeners(&old->https, &next->https), "https"},
        {same_listeners(&old->admin, &next->admin), "admin"},
        {same_sections(old, next), "the https sections"},
        {same_text(old->user, next->user), "user"},
        {old->tftp_ports.first == next->tftp_ports.first &&
             old->tftp_ports.last == next->tftp_ports.last,
         "tftp-ports"},
        {old->tftp_single_port == next->tftp_single_port, "tftp-single-port"},
        {old->transfers == next->transfers, "transfers"},
        {old->connections == next->connections, "connections"},
        {old->blksize == next->blksize, "blksize"},
        {old->windowsize == next->windowsize, "windowsize"},
        {old->request_seconds == next->request_seconds, "request-timeout"},
        {old->answer_seconds == next->answer_seconds, "answer-timeout"},
        {old->answer_rate == next->answer_rate, "answer-rate"},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (!settings[i].same)
            log_warn("%s has changed, which needs a restart; the old one stays in use",
                     settings[i].name);
}

static int
change_certificates(struct serve *serve, const struct settings *settings, struct prov_error *err)
{
    struct certificates certificates;
    if (!same_sections(serve->settings, settings))
        return PROV_OK; /* said: which certificate is for which port is not sure any more */
    int result = certificates_load(settings, serve->listeners.https.count > 0, &certificates, err);
    if (result != PROV_OK)
        return result;
    for (size_t i = 0; i < serve->tls_port_count; i++)
        http_server_replace(serve->http, serve->tls_ports[i].port,
                            tls_credentials_hold(certificates.sets[serve->tls_ports[i].set]));
    delivery_set_certificates(serve->delivery, certificates.shown, certificates.shown_count);
    certificates_release(&certificates);
    return PROV_OK;
}

void
serve_reload(struct serve *serve, const struct options *options)
{
    const struct settings *settings = NULL;
    struct prov_error err = {0};
    if (log_reopen(&err) != PROV_OK)
        log_error("%s; the old log stays in use", err.text);
    int result = options_load(options, &settings, &err);
    if (result == PROV_OK)
        result = change_certificates(serve, settings, &err);
    if (result != PROV_OK) {
        log_error("reload: %s; the old settings stay in use%s", err.text,
                  err.sys == EACCES ? ", and a folder that is new in them is out of reach until a "
                                      "restart"
                                    : "");
        delivery_count(serve->delivery, DELIVERY_RELOADS_FAILED);
        settings_free(settings);
        return;
    }
    set_networks(serve, settings);
    http_server_judge_again(serve->http);
    if (serve->tftp != NULL)
        tftp_server_judge_again(serve->tftp);
    resolver_set_secure_open(serve->resolver, settings->secure_root_open);
    say_what_needs_restart(serve, settings);
    warn_about_secure_root(settings);
    warn_about_proof(settings);
    if (log_open(settings->log, settings->log_file, &err) != PROV_OK)
        log_error("%s; the old log stays in use", err.text);
    settings_free(settings);
    delivery_count(serve->delivery, DELIVERY_RELOADS);
    log_info("reloaded");
}

/* --- stop */

/* TFTP and HTTP finish side by side, so that both have the whole time. */
static void *
stop_tftp(void *context)
{
    tftp_server_stop(context, STOP_SECONDS);
    return NULL;
}

void
serve_stop(struct serve *serve)
{
    pthread_t stopper;
    bool beside = serve->tftp != NULL && serve->http != NULL &&
                  pthread_create(&stopper, NULL, stop_tftp, serve->tftp) == 0;
    if (serve->resolver != NULL)
        resolver_stop_survey(serve->resolver);
    if (serve->admin != NULL)
        admin_server_stop(serve->admin);
    if (serve->http != NULL)
        http_server_stop(serve->http, STOP_SECONDS);
    if (beside)
        pthread_join(stopper, NULL);
    else if (serve->tftp != NULL)
        tftp_server_stop(serve->tftp, STOP_SECONDS);
    if (serve->surveying)
        pthread_join(serve->surveyor, NULL);
    http_server_free(serve->http);
    tftp_server_free(serve->tftp);
    delivery_free(serve->delivery);
    access_free(serve->access);
    access_free(serve->shared);
    given_free(serve->given);
    resolver_free(serve->resolver);
    listeners_close(&serve->listeners);
    settings_free(serve->settings);
    free(serve);
}
