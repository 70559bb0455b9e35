/* SPDX-License-Identifier: MIT */
/* A server's TLS as one device sees it: what both agree on, and what the device would refuse. */
#ifndef PROVCHECK_TLS_CHECK_H
#define PROVCHECK_TLS_CHECK_H

#include "provcheck/tls/device.h"
#include "provcheck/tls/findings.h"
#include "provcheck/tls/peer.h"

#include <openssl/x509.h>
#include <prov.h>

/* The CAs that devices trust, and revocation lists. */
struct tls_anchors {
    X509_STORE *store;
    size_t ca_count; /* of the file; 0: the public ones of this system */
    bool crl;
};

/* `ca_path` and `crl_path` may be NULL. PROV_E_FORMAT, PROV_E_SYSTEM, …; `*path` becomes the file
 * that the error is about. */
int tls_anchors_load(const char *ca_path, const char *crl_path, struct tls_anchors *out,
                     const char **path, struct prov_error *err) PROV_CHECKED;
void tls_anchors_release(struct tls_anchors *anchors);

/* What a server was found to speak, asked for once. */
struct tls_spoken {
    bool asked;
    unsigned versions; /* a set */
    uint16_t suites[TLS_1_3 - TLS_SSL3 + 1];
};

struct tls_check {
    struct tls_peer peer;
    const char *name; /* that the device connects to */
    bool name_is_address;
    bool allow_wildcard;
    const char *client;       /* PEM with the device's certificate and key, or NULL */
    unsigned versions;        /* that the device is set to, a set; 0: what is known of it */
    struct tls_suites suites; /* likewise */
    struct tls_anchors anchors;
    const struct prov_trustlist *list; /* NULL: none is given */
    bool role_given;
    enum prov_role role;
    int64_t now; /* seconds since 1970 */
    struct tls_spoken spoken;
    struct tls_findings unusable; /* why no device can use the port, once that is known */
};

enum tls_client_state {
    TLS_CLIENT_NOT_ASKED,
    TLS_CLIENT_OPTIONAL, /* asked for, and none was shown */
    TLS_CLIENT_TAKEN,
    TLS_CLIENT_MISSED,
    TLS_CLIENT_TURNED_DOWN,
    TLS_CLIENT_UNKNOWN /* asked for, and the handshake failed for another reason */
};

struct tls_result {
    const struct tls_device *device;
    bool signalling;   /* offered what it offers for SIP, where that differs */
    bool known;        /* what it offers was given */
    unsigned versions; /* offered, a set */
    struct tls_suites suites;
    bool agreed;
    unsigned version;
    uint16_t suite;
    enum tls_client_state client;
    STACK_OF(X509) * certificates; /* as the server sent them; NULL: none came */
    struct tls_findings findings;
};

/* Plays the device against the server. False if memory was short. */
bool tls_check_run(struct tls_check *check, const struct tls_device *device,
                   struct tls_result *out);
void tls_result_release(struct tls_result *result);

/* True if nothing was found that the device refuses. */
bool tls_result_accepts(const struct tls_result *result);

/* PROV_OK if the file holds what a client shows. PROV_E_FORMAT. */
int tls_client_check(const char *path, struct prov_error *err) PROV_CHECKED;

#define TLS_NAME_TEXT_MAX 256
/* A certificate's subject or issuer, fit for a terminal. Returns `out`. */
const char *tls_name_text(const X509_NAME *name, char out[static TLS_NAME_TEXT_MAX]);
/* The names of a server that a certificate holds: "DNS pbx.example, IP 192.0.2.1". */
const char *tls_identities_text(const X509 *certificate, char out[static TLS_WHAT_MAX]);

#endif
