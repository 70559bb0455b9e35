/* SPDX-License-Identifier: MIT */
/* What the files of this room share: the server, its ports, and each connection. */
#ifndef SERVER_HTTP_INTERNAL_H
#define SERVER_HTTP_INTERNAL_H

#include "server/access/shares.h"
#include "server/http/handshake.h"
#include "server/http/http.h"
#include "server/http/response.h"

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#define TARGET_MAX 2047 /* bytes of a request target; a name of 255 bytes fits, however encoded */
#define PORTS_MAX 64
#define CONNECTION_MEMORY (16 * 1024) /* bounds the header of a request: 414, 431 */
#define ADDRESS_TEXT_SIZE 64          /* of an address and port */

/* A port that is listened on, with its own libmicrohttpd daemon. */
struct port {
    struct http_server *server;
    struct MHD_Daemon *daemon;
    int listener;
    char address[ADDRESS_TEXT_SIZE];
    bool tls;
    pthread_mutex_t lock; /* of `credentials` */
    struct tls_credentials *credentials;
};

struct http_server {
    struct http_settings settings;
    unsigned soft_limit; /* connections beyond which the answer is 503 */
    unsigned each;       /* connections that one address may have */
    struct access_shares *shares;
    struct fixed_responses fixed;
    gnutls_datum_t ticket_keys[TLS_PROFILES]; /* no ticket of a weak port opens a strict one */
    struct port *ports[PORTS_MAX];
    size_t port_count;

    pthread_mutex_t lock; /* of what follows, and of every shutdown(2) of a connection */
    pthread_cond_t work;  /* for the reaper */
    pthread_cond_t ended; /* the last one may have ended, while the server stops */
    struct connection *connections;
    struct lingering *lingering;
    unsigned lingering_count;
    bool reaping, reaper_sleeps;
    pthread_t reaper;

    atomic_uint open; /* connections now */
    atomic_bool stopping;
};

/* Where a connection stands; the reaper reads it. */
enum phase {
    PHASE_REQUEST, /* TLS handshake, or the header of a request */
    PHASE_ANSWER,  /* an answer is being sent */
    PHASE_IDLE     /* the last answer was sent, no new request yet */
};

struct request {
    bool announced; /* the handler was called once, before the body */
    bool head;
    bool unusable;    /* its target is too long to mean a file, or holds a NUL */
    bool read_failed; /* the file could not be read to its end */
    unsigned status;
    struct timespec start;
    uint64_t size;   /* of the body of a 200 */
    uint64_t sent;   /* of it, as far as it is known */
    const char *uri; /* where the target stood; only to compare with */
    size_t target_len;
    char target[TARGET_MAX + 1]; /* as received, still encoded */
    struct delivery_event event;
};

struct connection {
    struct connection *next, *previous; /* under the server's lock */
    struct port *port;
    int fd;
    struct sockaddr_storage peer;
    _Atomic int64_t deadline; /* milliseconds of the monotonic clock: then it is cut */
    _Atomic enum phase phase;
    atomic_bool cut; /* by the reaper */
    bool counted;    /* among those of its address */
    struct {         /* the reaper's: since when the client's pace is measured, and from where */
        int64_t since;
        uint64_t acknowledged;
    } pace;

    gnutls_session_t session; /* NULL: plain HTTP */
    struct tls_credentials *credentials;
    struct handshake handshake;
    struct tls_credentials *judged_by; /* whose terms the client was judged by; NULL: not yet */
    bool client_named, client_pinned;
    bool client_refused;    /* it showed a certificate that is not accepted */
    struct prov_mac client; /* the phone that the client certificate names */
    bool proof_due;         /* it is shown the certificate for proof of `proof` */
    struct ledger_proof proof;

    struct request request;
    bool unsettled;      /* `request.event` waits for the acknowledgement of its last byte */
    uint64_t stream_end; /* of that answer, counted from the start of the stream */
};

/* --- clock.c: monotonic, to some milliseconds */

int64_t clock_milliseconds(void);

/* --- peer.c: clients by their addresses */

/* "192.0.2.1" for messages. */
const char *peer_text(const struct sockaddr_storage *peer, char *out, size_t size);
/* What log_warn_once tells peers apart by: some of them share one, so that whoever has many
 * addresses cannot fill the log. */
void peer_subject(const struct sockaddr_storage *peer, const char *what, char *out, size_t size);
/* Whether the client is answered, by the networks of now; counts it if not. */
bool peer_allowed(const struct connection *connection);

/* --- connection.c: libmicrohttpd's notifications about connections */

void connection_notify(void *server_port, struct MHD_Connection *mhd, void **context,
                       enum MHD_ConnectionNotificationCode code);
/* NULL if memory was short when it came in. */
struct connection *connection_of(struct MHD_Connection *mhd);

/* --- request.c: libmicrohttpd's callbacks about requests */

void *request_target(void *server_port, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result request_handle(void *server_port, struct MHD_Connection *mhd, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **context);
void request_completed(void *server_port, struct MHD_Connection *mhd, void **context,
                       enum MHD_RequestTerminationCode code);

/* --- outcome.c: what became of an answer */

/* After the last byte was handed to the kernel, or the request came to another end. */
void outcome_of_request(struct connection *connection, bool complete);
/* At the next request, and at the end of the connection: reports what still waits. */
void outcome_settle(struct connection *connection);
/* For an answer whose acknowledgement is under way when the connection closes: from here on the
 * reaper looks after it, on a descriptor of its own. False: it does not. */
bool outcome_linger(struct connection *connection);
/* Bytes that the client has acknowledged since the start of the stream; false: unknown. */
bool outcome_acknowledged(int fd, uint64_t *bytes);
/* Reports those that were acknowledged, or after their time. Under the server's lock. */
void outcome_check_lingering(struct http_server *server, bool last);

/* --- reaper.c: the thread that cuts what takes too long */

int reaper_start(struct http_server *server, struct prov_error *err) PROV_CHECKED;
void reaper_stop(struct http_server *server);
/* Cuts connections without a running answer; for a server that stops. */
void reaper_cut_idle(struct http_server *server);
/* Cuts those whose peer is not allowed any more, whatever they do. */
void reaper_cut_refused(struct http_server *server);

/* --- client.c */

/* The phone that the client's certificate names; NULL if none. Verified once for the connection,
 * and again after the port got other terms. */
const struct prov_mac *client_phone(struct connection *connection);

#endif
