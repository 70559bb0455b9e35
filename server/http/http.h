/* SPDX-License-Identifier: MIT */
/* HTTP and HTTPS on libmicrohttpd and GnuTLS, and the administrator's port. */
#ifndef SERVER_HTTP_HTTP_H
#define SERVER_HTTP_HTTP_H

#include "server/access/access.h"
#include "server/delivery/delivery.h"
#include "server/resolver/resolver.h"
#include "server/transport/given.h"
#include <prov/error.h>

/* --- what a TLS port presents; replaced as a whole at a reload */

enum tls_profile {
    TLS_STRICT,     /* TLS 1.2 and 1.3 */
    TLS_OLD_PHONES, /* TLS 1.0 on, RSA key exchange, AES-SHA (phones.md, section 4) */
    TLS_PROFILES
};

struct tls_credentials; /* shared: freed with the last connection that uses them */

/* Which certificates of phones are good. */
struct tls_client_terms {
    const char *ca; /* PEM: authorities that phones' certificates chain to, and certificates of
                       phones, each good for itself alone; NULL: none is good */
    bool weak;      /* also SHA-1, RSA keys below 2048 bits, and those that are not for clients */
    const char *maker_ca; /* PEM: authorities of the phones' manufacturers; NULL: none */
    bool expired_makers;  /* what chains to these is good, too, when it has expired */
    const char *proof; /* PEM with its key: what phones are shown that are to prove by it that they
                          hold the newest list; NULL: none are */
};

/* Loads up to one EC and one RSA certificate with their keys (one PEM file each) and, if not NULL,
 * whom to trust among clients. PROV_E_SYSTEM, PROV_E_FORMAT, PROV_E_UNFIT. */
int tls_credentials_new(enum tls_profile profile, char *const *certificates, size_t count,
                        const struct tls_client_terms *clients, struct tls_credentials **out,
                        struct prov_error *err) PROV_CHECKED;
/* Another reference. */
struct tls_credentials *tls_credentials_hold(struct tls_credentials *credentials);
/* NULL is allowed. */
void tls_credentials_release(struct tls_credentials *credentials);

/* --- servers */

struct http_server;

struct http_settings {
    struct resolver *resolver;
    struct delivery *delivery;
    struct access_list *access;
    struct access_list *shared; /* addresses of many phones: no limit for each */
    struct given *given;
    unsigned connections; /* of all ports together; beyond nine tenths of them: 503 */
    unsigned request_seconds;
    unsigned answer_seconds;
    unsigned answer_rate; /* bytes a second that are taken of an answer at least; 0: any */
};

/* No port yet. */
int http_server_new(const struct http_settings *settings, struct http_server **out,
                    struct prov_error *err) PROV_CHECKED;
/* Serves `fd`, a bound and listening socket, non-blocking, which from now on is the server's.
 * `credentials` NULL: plain HTTP; else a reference to them is taken over. `*number` is the port's
 * for http_server_replace. */
int http_server_add(struct http_server *server, int fd, struct tls_credentials *credentials,
                    size_t *number, struct prov_error *err) PROV_CHECKED;
/* New connections of that port get these credentials, and open ones are judged by its terms for
 * clients from their next request on; takes the reference over. */
void http_server_replace(struct http_server *server, size_t number,
                         struct tls_credentials *credentials);
/* Cuts the connections of those who are not allowed any more. */
void http_server_judge_again(struct http_server *server);
/* Accepts nothing new, lets running answers finish for up to `seconds`, stops. */
void http_server_stop(struct http_server *server, unsigned seconds);
void http_server_free(struct http_server *server);

/* --- the administrator's port: /healthz, /metrics, /phones, /phones/SEP<MAC>; GET and HEAD */

struct admin_server;
int admin_server_start(int fd, struct delivery *delivery, const struct resolver *resolver,
                       struct admin_server **out, struct prov_error *err) PROV_CHECKED;
void admin_server_stop(struct admin_server *admin);

#endif
