/* SPDX-License-Identifier: MIT */
/* The HTTP load generator's parts: its connections (httpconnection.c), options and result. */
#ifndef TESTS_BENCH_HTTPLOAD_H
#define TESTS_BENCH_HTTPLOAD_H

#include "tests/bench/load.h"

#include <openssl/ssl.h>

#define HTTP_HEAD_MAX 4096

struct connection {
    int fd;
    SSL *ssl;
    SSL_SESSION *session; /* of the connection before, to resume */
    bool handshaken, sent;
    const struct load_file *file;
    char head[HTTP_HEAD_MAX + 1];
    size_t head_len;
    bool in_body, last; /* last: the server closes after this answer */
    size_t body_len, received;
    uint32_t events; /* what epoll waits for */
    int64_t began;
};

struct http_load {
    struct load_run run;
    unsigned connection_count, requests;
    bool close, tls, resume;
    const char *tls_version, *groups, *ciphers;
    struct load_file *files;
    char **queries; /* a whole request for each file */
    unsigned next_file;

    SSL_CTX *context;
    struct connection *connections;
    int epoll;
    uint64_t begun; /* requests */
    uint64_t connects, resumed;
};

extern struct http_load load;

/* All connections begin at once; returns when the last one has ended. */
void connections_run(void);

#endif
