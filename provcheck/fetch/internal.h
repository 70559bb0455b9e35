/* SPDX-License-Identifier: MIT */
/* What the files of this room share: a fetch, and what a protocol does. */
#ifndef PROVCHECK_FETCH_INTERNAL_H
#define PROVCHECK_FETCH_INTERNAL_H

#include "provcheck/fetch/fetch.h"

#include <netinet/in.h>
#include <openssl/ssl.h>

#define FETCH_NAME_MAX 256
#define FETCH_PACKET_MAX 520 /* of TFTP; a request has at most 512 bytes (RFC 2347) */

struct tftp_state {
    uint8_t sent[FETCH_PACKET_MAX]; /* the last packet, to be sent again */
    size_t sent_len;
    unsigned sends; /* of that packet */
    uint16_t block; /* the last one that came */
    bool connected; /* the server's port of the transfer is known */
};

struct http_state {
    SSL *ssl; /* NULL: plain */
    char *head;
    size_t head_len;
    char *request;
    size_t request_len;
    size_t request_sent;
    bool connected;
    bool in_body;
    bool length_known;
    uint64_t length;
};

struct fetch {
    const struct fetch_server *server;
    struct fetch_tls *tls;
    struct fetch_request request;
    char name[FETCH_NAME_MAX];
    int epoll;
    int fd;
    uint32_t waiting_for; /* what epoll was told */
    int64_t deadline;
    enum fetch_outcome outcome;
    struct prov_bytes *content;
    char text[512];
    unsigned resends;
    union {
        struct tftp_state tftp;
        struct http_state http;
    };
};

/* What differs between transports. */
struct fetch_protocol {
    const char *name;
    int socket_type;
    int (*start)(struct fetch *fetch, struct prov_error *err);
    void (*ready)(struct fetch *fetch, uint32_t events);
    void (*late)(struct fetch *fetch); /* the deadline has passed */
    void (*end)(struct fetch *fetch);
};

extern const struct fetch_protocol fetch_tftp, fetch_http, fetch_https;

/* --- core.c */

/* Ends the fetch with this outcome; printf. */
void fetch_end(struct fetch *fetch, enum fetch_outcome outcome, const char *format, ...)
    PROV_PRINTF(3, 4);
/* Appends to the content; false where that ended the fetch. */
bool fetch_put(struct fetch *fetch, const void *data, size_t len);
/* Tells epoll what to wait for; false where that ended the fetch. */
bool fetch_wait(struct fetch *fetch, uint32_t events);

/* --- tls.c */

/* A connection of a phone. NULL where OpenSSL fails. */
SSL *fetch_tls_connection(struct fetch *fetch);
/* Ends the fetch for the reason that the handshake failed. */
void fetch_tls_failed(struct fetch *fetch);

#endif
