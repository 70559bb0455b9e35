/* SPDX-License-Identifier: MIT */
/* What each device of a voice network offers and trusts in TLS, as a table (tls.md;
 * phones.md, section 4). */
#ifndef PROVCHECK_TLS_DEVICE_H
#define PROVCHECK_TLS_DEVICE_H

#include <prov/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Versions as they are written on the wire. */
enum tls_version {
    TLS_SSL3 = 0x0300,
    TLS_1_0 = 0x0301,
    TLS_1_1 = 0x0302,
    TLS_1_2 = 0x0303,
    TLS_1_3 = 0x0304
};

/* Versions as a set. */
#define TLS_BIT(version) (1U << ((version)-TLS_SSL3))

/* "TLS 1.2"; NULL for one that nobody knows. */
const char *tls_version_name(unsigned version);
/* The newest of a set; 0 for none. */
unsigned tls_newest(unsigned versions);

#define TLS_VERSIONS_TEXT_MAX 64
/* "SSLv3, TLS 1.2"; "nothing" for an empty set. Returns `out`. */
const char *tls_versions_text(unsigned versions, char out[static TLS_VERSIONS_TEXT_MAX]);

struct tls_suites {
    const uint16_t *at;
    size_t count;
};

/* OpenSSL's name of a cipher suite; NULL for one that nobody knows. */
const char *tls_suite_name(uint16_t suite);

#define TLS_SUITE_TEXT_MAX 40
/* Its name, or its number. Returns `out`. */
const char *tls_suite_text(uint16_t suite, char out[static TLS_SUITE_TEXT_MAX]);

/* "1.2" or "1.0-1.2" as a set. PROV_E_ARGUMENT. */
int tls_versions_parse(const char *text, unsigned *out, struct prov_error *err) PROV_CHECKED;

bool tls_suites_hold(const struct tls_suites *set, uint16_t suite);

#define TLS_SUITES_MAX 96
/* All that have a name, to find out what a server takes. */
struct tls_suites tls_all_suites(uint16_t out[static TLS_SUITES_MAX]);

/* OpenSSL's names, with colons or commas between them, in the order of preference.
 * PROV_E_ARGUMENT. */
int tls_suites_parse(const char *text, uint16_t out[static TLS_SUITES_MAX], size_t *count,
                     struct prov_error *err) PROV_CHECKED;

struct tls_device {
    const char *name;         /* as in --family */
    const char *models;       /* for people */
    unsigned versions;        /* a set */
    unsigned versions_unsure; /* those it may know besides */
    struct tls_suites suites;
    struct tls_suites signalling; /* where it offers others for SIP; else empty */
    bool extensions;              /* in its hello: curves, signature algorithms */
    bool sends_name;              /* in its hello, as SNI */
    bool by_list;                 /* trusts what its trust list holds, and no CA */
    bool builtin_roots;           /* trusts public CAs besides those that were loaded */
    bool client_certificate;      /* can show one */
    bool crl;                     /* looks at revocation lists */
    unsigned rsa_bits_max;        /* 0: no limit is known, as in the next two */
    unsigned chain_max;           /* certificates, the server's and the root included */
    unsigned ca_max;              /* entries of its list of CAs */
    bool settable;                /* versions and suites are settings of the device */
    const char *unsure;           /* a sentence on what is not known of it, or NULL */
};

/* NULL for an unknown name. */
const struct tls_device *tls_device_find(const char *name);
#define TLS_DEVICES 5
extern const struct tls_device *const tls_devices[TLS_DEVICES];

#endif
