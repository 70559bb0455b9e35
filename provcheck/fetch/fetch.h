/* SPDX-License-Identifier: MIT */
/* One file over one transport, as a phone asks for it; many of them at once on one epoll. */
#ifndef PROVCHECK_FETCH_FETCH_H
#define PROVCHECK_FETCH_FETCH_H

#include <prov.h>

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum fetch_transport { FETCH_TFTP, FETCH_HTTP, FETCH_HTTPS, FETCH_TRANSPORTS };

/* "tftp", "http", "https". */
const char *fetch_transport_name(enum fetch_transport transport);

#define FETCH_FILE_MAX (2048 * 1024) /* bytes that a phone downloads (phones.md, section 2) */

enum fetch_outcome {
    FETCH_RUNNING,
    FETCH_DELIVERED,
    FETCH_NOT_FOUND,   /* the server's answer: 404, TFTP error 1 */
    FETCH_BUSY,        /* 503 */
    FETCH_REFUSED,     /* another answer that is not the file */
    FETCH_UNREACHABLE, /* nobody listens, or nobody answers */
    FETCH_UNTRUSTED,   /* the phone does not trust the server's certificate, or they do not agree */
    FETCH_BROKEN,      /* ended before its end, or is not the protocol */
    FETCH_TOO_LARGE,   /* over FETCH_FILE_MAX */
    FETCH_OUTCOMES
};

/* Where the phones' server is, and how they ask it. */
struct fetch_server {
    char host[256]; /* as given, for the Host header */
    struct sockaddr_storage address[FETCH_TRANSPORTS];
    socklen_t address_len;
    unsigned ports[FETCH_TRANSPORTS];
    bool as_phone; /* without the mark that tells these requests from a phone's */
};

/* Resolves a host name or address. PROV_E_ARGUMENT if it has none. */
int fetch_server_find(const char *host, const unsigned ports[static FETCH_TRANSPORTS],
                      struct fetch_server *out, struct prov_error *err) PROV_CHECKED;

/* The TLS side of phones; one for many fetches. */
struct fetch_tls;
/* `key_path` (may be NULL) is a PEM file with the certificate that a server may ask for, and its
 * key. PROV_E_FORMAT. */
int fetch_tls_new(const char *key_path, struct fetch_tls **out,
                  struct prov_error *err) PROV_CHECKED;
void fetch_tls_free(struct fetch_tls *tls);
/* Has `context` show the certificate and use the key of a PEM file; false if it holds neither
 * without a passphrase. */
bool fetch_tls_use_key(SSL_CTX *context, const char *path);
/* For OpenSSL's readers of PEM: whoever plays phones must not stop at a prompt. */
int fetch_no_passphrase(char *buffer, int size, int writing, void *context);

/* Whether the phone trusts a server that shows this certificate; fills `why` if not. */
typedef bool fetch_trusts(void *context, struct prov_span der, struct prov_error *why);

struct fetch_request {
    enum fetch_transport transport;
    const char *name;
    fetch_trusts *trusts; /* HTTPS alone */
    void *context;
    void *owner; /* given back by fetch_owner */
};

struct fetch;

/* Starts asking; `epoll` tells about it with a pointer to it. The request is copied, its name too;
 * server and tls must outlive it. NULL when memory or descriptors are short. */
struct fetch *fetch_start(int epoll, const struct fetch_server *server, struct fetch_tls *tls,
                          const struct fetch_request *request, struct prov_error *err);
/* Ends it at any time. NULL is allowed. */
void fetch_free(struct fetch *fetch);

/* What epoll told. */
void fetch_ready(struct fetch *fetch, uint32_t events);
/* To be called from time to time: sends again, gives up. */
void fetch_tick(struct fetch *fetch);

void *fetch_owner(const struct fetch *fetch);

enum fetch_outcome fetch_outcome(const struct fetch *fetch);
/* The file, borrowed, where it was delivered. */
struct prov_span fetch_content(const struct fetch *fetch);
/* What happened, for people: "HTTP status 503". */
const char *fetch_text(const struct fetch *fetch);
/* Packets that were sent again. */
unsigned fetch_resends(const struct fetch *fetch);

/* Milliseconds of a clock that only goes forward. */
int64_t fetch_clock(void);

#endif
