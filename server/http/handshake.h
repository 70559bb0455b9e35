/* SPDX-License-Identifier: MIT */
/* What a TLS client offered, kept to explain a handshake that fails: libmicrohttpd says no more
 * than that it did. */
#ifndef SERVER_HTTP_HANDSHAKE_H
#define SERVER_HTTP_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HELLO_SUITES_KEPT 8
#define VERSION_TLS10 0x0301
#define VERSION_TLS12 0x0303
#define VERSION_TLS13 0x0304

/* Out of a ClientHello (RFC 8446, section 4.1.2; RFC 5246, section 7.4.1.2). */
struct hello {
    bool readable;
    uint16_t version; /* the newest that it offers, 0x0301 for TLS 1.0 */
    size_t suite_count;
    uint16_t suites[HELLO_SUITES_KEPT]; /* the first of them */
    bool offers_ec, offers_rsa; /* a suite that goes with such a certificate, TLS 1.2 and older */
    bool offers_rsa_key_exchange;
};

/* `data`: the handshake message without its header. */
void hello_read(const uint8_t *data, size_t len, struct hello *out);

struct handshake {
    bool hello_seen;
    bool finished_in, finished_out;
    struct hello hello;
};

/* What a port can do, to compare a hello with. */
struct handshake_terms {
    uint16_t oldest; /* version */
    bool has_ec, has_rsa, rsa_key_exchange;
};

/* A sentence on why the handshake may have failed. */
void handshake_explain(const struct handshake *handshake, const struct handshake_terms *terms,
                       bool timed_out, char *out, size_t size);

#endif
