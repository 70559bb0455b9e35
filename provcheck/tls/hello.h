/* SPDX-License-Identifier: MIT */
/* The first flight of both sides of a TLS handshake, byte for byte: a ClientHello with exactly the
 * versions and cipher suites of a device, whatever OpenSSL implements of them, and what the server
 * answers, up to TLS 1.2 with its certificates in clear (RFC 5246, section 7). */
#ifndef PROVCHECK_TLS_HELLO_H
#define PROVCHECK_TLS_HELLO_H

#include "provcheck/tls/device.h"

#include <prov.h>

#define TLS_RANDOM_LEN 32
#define TLS_SNI_MAX 255
#define TLS_HELLO_MAX 1024

struct tls_offer {
    unsigned version; /* the newest */
    struct tls_suites suites;
    bool extensions;
    bool newer_groups;     /* x25519 and the like besides those of NIST */
    bool newer_signatures; /* RSA-PSS and the like, besides RSA and ECDSA */
    const char *name;      /* for SNI; NULL: none */
    const uint8_t *bytes;  /* TLS_RANDOM_LEN random ones */
};

/* Writes the whole record; returns its length. At most TLS_SUITES_MAX suites and a name of
 * TLS_SNI_MAX; 0 for more. */
size_t tls_hello_build(const struct tls_offer *offer, uint8_t out[static TLS_HELLO_MAX]);

#define TLS_FLIGHT_MAX (160 * 1024) /* bytes of a server's answer that are read */
#define TLS_CERTIFICATES_MAX 32     /* in a chain that is read */

enum tls_answer {
    TLS_MORE,   /* not complete yet */
    TLS_AGREED, /* the flight is complete */
    TLS_ALERT,  /* the server refuses */
    TLS_PLAIN,  /* another protocol */
    TLS_BROKEN  /* TLS, but against its rules */
};

struct tls_flight {
    enum tls_answer answer;
    const char *problem; /* where it is TLS_BROKEN: what is wrong */
    uint8_t alert;       /* where it is TLS_ALERT: its number */
    unsigned version;    /* what the server chose; 0: nothing yet */
    uint16_t suite;
    bool asks_certificate; /* of the client */
    size_t certificate_count;
    size_t certificates_passed_over;                     /* those beyond TLS_CERTIFICATES_MAX */
    struct prov_span certificates[TLS_CERTIFICATES_MAX]; /* DER, within `handshake` */
    size_t records_read; /* bytes of the answer, and of the messages in it, that were read */
    size_t handshake_read;
    size_t handshake_len;
    uint8_t handshake[TLS_FLIGHT_MAX]; /* the messages out of their records */
};

/* Reads on, in all that came so far, from the first byte on. `flight` is all zero at first. */
void tls_flight_read(const uint8_t *data, size_t len, struct tls_flight *flight);

/* "handshake failure" (RFC 5246, section 7.2, and later ones). Never NULL. */
const char *tls_alert_text(uint8_t alert);

#endif
