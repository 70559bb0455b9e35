/* SPDX-License-Identifier: MIT */
/* Phones that fetch files over HTTP or HTTPS, many connections at once, in one thread. A connection
 * is kept for all its requests or, as phones do, used for one file and closed by the client. The
 * server certificate is not verified: it is the server that is measured. */
#include "tests/bench/httpload.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct http_load load = {.run.seconds = 2, .connection_count = 64};

static const char help[] =
    "usage: httpload [OPTION...] ADDRESS:PORT FILE...\n"
    "Fetches the files in turn over many connections. The status must be 200 and the length "
    "right.\n"
    "  -c, --connections N    connections at once (64)\n"
    "  -s, --seconds S        for so long (2)\n"
    "  -n, --requests N       instead: so many requests\n"
    "  -o, --one              a new connection for each request, closed by the client\n"
    "  -t, --tls              HTTPS; without --resume a full handshake for each connection\n"
    "      --tls-version V    1.0, 1.1, 1.2 or 1.3 alone (else what is agreed upon)\n"
    "      --groups LIST      key exchange groups to offer, as P-256:P-384\n"
    "      --ciphers LIST     cipher suites up to TLS 1.2 to offer\n"
    "      --resume           offer the session of the connection before\n"
    "  -d, --root FOLDER      compare every byte with the files there\n"
    "Prints one line of key=value: requests, failed, bytes, seconds, requests_per_s, mb_per_s,\n"
    "connects, resumed, p50_ms, p99_ms, max_ms (of one request, with its connection where it is "
    "new),\n"
    "cpu (seconds of this process). Exit status: 0 if every request succeeded, 1 if not, 2 for "
    "wrong\n"
    "usage.\n";

static int
version_number(const char *text)
{
    static const struct {
        const char *text;
        int number;
    } versions[] = {{"1.0", TLS1_VERSION},
                    {"1.1", TLS1_1_VERSION},
                    {"1.2", TLS1_2_VERSION},
                    {"1.3", TLS1_3_VERSION}};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (strcmp(text, versions[i].text) == 0)
            return versions[i].number;
    load_fatal("TLS %s is unknown; use 1.0, 1.1, 1.2 or 1.3", text);
}

static void
make_context(void)
{
    load.context = SSL_CTX_new(TLS_client_method());
    if (load.context == NULL)
        load_fatal("no TLS");
    SSL_CTX_set_verify(load.context, SSL_VERIFY_NONE, NULL);
    if (!load.resume)
        SSL_CTX_set_options(load.context, SSL_OP_NO_TICKET);
    if (load.tls_version != NULL) {
        int version = version_number(load.tls_version);
        SSL_CTX_set_security_level(load.context, version < TLS1_2_VERSION ? 0 : 1);
        if (SSL_CTX_set_min_proto_version(load.context, version) != 1 ||
            SSL_CTX_set_max_proto_version(load.context, version) != 1)
            load_fatal("TLS %s is not available", load.tls_version);
    }
    if (load.groups != NULL && SSL_CTX_set1_groups_list(load.context, load.groups) != 1)
        load_fatal("%s are no groups", load.groups);
    if (load.ciphers != NULL && SSL_CTX_set_cipher_list(load.context, load.ciphers) != 1)
        load_fatal("%s are no cipher suites", load.ciphers);
}

static void
make_queries(void)
{
    load.files = calloc(load.run.name_count, sizeof *load.files);
    load.queries = calloc(load.run.name_count, sizeof *load.queries);
    if (load.files == NULL || load.queries == NULL)
        load_fatal("out of memory");
    for (unsigned i = 0; i < load.run.name_count; i++) {
        load_file_read(load.run.root, load.run.names[i], &load.files[i]);
        if (asprintf(&load.queries[i], "GET /%s HTTP/1.1\r\nHost:%s\r\n\r\n", load.run.names[i],
                     load.run.target) < 0)
            load_fatal("out of memory");
    }
    load.connections = calloc(load.connection_count, sizeof *load.connections);
    if (load.connections == NULL)
        load_fatal("out of memory");
    for (unsigned i = 0; i < load.connection_count; i++)
        load.connections[i].fd = -1;
}

static void
free_all(void)
{
    for (unsigned i = 0; i < load.connection_count; i++)
        SSL_SESSION_free(load.connections[i].session);
    for (unsigned i = 0; i < load.run.name_count; i++) {
        load_file_free(&load.files[i]);
        free(load.queries[i]);
    }
    free(load.connections);
    free(load.files);
    free(load.queries);
    free(load.run.times.at);
    SSL_CTX_free(load.context);
}

enum { TLS_VERSION = 256, GROUPS, CIPHERS, RESUME };

static const struct option options[] = {{"connections", required_argument, NULL, 'c'},
                                        {"seconds", required_argument, NULL, 's'},
                                        {"requests", required_argument, NULL, 'n'},
                                        {"one", no_argument, NULL, 'o'},
                                        {"tls", no_argument, NULL, 't'},
                                        {"tls-version", required_argument, NULL, TLS_VERSION},
                                        {"groups", required_argument, NULL, GROUPS},
                                        {"ciphers", required_argument, NULL, CIPHERS},
                                        {"resume", no_argument, NULL, RESUME},
                                        {"root", required_argument, NULL, 'd'},
                                        {"help", no_argument, NULL, 'h'},
                                        {0}};

static bool
take_option(int option)
{
    switch (option) {
    case 'c':
        load.connection_count = load_parse_number(optarg, 1, 60000);
        break;
    case 'n':
        load.requests = load_parse_number(optarg, 1, UINT32_MAX);
        break;
    case 'o':
        load.close = true;
        break;
    case 't':
        load.tls = true;
        break;
    case TLS_VERSION:
        load.tls_version = optarg;
        break;
    case GROUPS:
        load.groups = optarg;
        break;
    case CIPHERS:
        load.ciphers = optarg;
        break;
    case RESUME:
        load.resume = true;
        break;
    default:
        return false;
    }
    return true;
}

int
main(int argc, char **argv)
{
    load_take_options(&load.run, argc, argv, "c:s:n:otd:h", options, help, take_option);
    load_raise_descriptors();
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (load.epoll < 0)
        load_fatal("no epoll: %s", strerror(errno));
    make_queries();
    if (load.tls)
        make_context();
    connections_run();
    load_print_counts(&load.run, "requests");
    printf("connects=%ju resumed=%ju ", (uintmax_t)load.connects, (uintmax_t)load.resumed);
    load_print_times(&load.run);
    free_all();
    close(load.epoll);
    return load.run.failed == 0 ? 0 : 1;
}
