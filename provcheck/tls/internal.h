/* SPDX-License-Identifier: MIT */
/* What the files of this room share: the parts of a check. */
#ifndef PROVCHECK_TLS_INTERNAL_H
#define PROVCHECK_TLS_INTERNAL_H

#include "provcheck/tls/check.h"

enum tls_handshake_outcome {
    TLS_HANDSHAKE_DONE,
    TLS_HANDSHAKE_ENDED,      /* by the server */
    TLS_HANDSHAKE_FAILED,     /* by what it sent, or did not send */
    TLS_HANDSHAKE_UNSUPPORTED /* OpenSSL does not implement what was agreed */
};

/* What is to be shaken hands on. */
struct tls_terms {
    unsigned version;
    uint16_t suite;
    const char *name;   /* for SNI, or NULL */
    const char *client; /* or NULL */
};

/* Fills `why` with a sentence unless it is done. */
enum tls_handshake_outcome tls_handshake_run(const struct tls_peer *peer,
                                             const struct tls_terms *terms,
                                             char why[static TLS_WHAT_MAX]);

/* What the server speaks with anybody; asked for once. False if memory was short. */
bool tls_ask_spoken(struct tls_check *check);
/* Explains why there was no agreement, with what the server speaks. False if memory was short. */
bool tls_explain_refusal(const struct tls_check *check, const struct tls_probe *refusal,
                         struct tls_result *result);

/* The chain against the CAs: every fault in it. False if memory was short. */
bool tls_check_chain(const struct tls_check *check, struct tls_result *result);
/* The server's name against its certificate's (RFC 6125; for SIP RFC 5922, section 7). */
void tls_check_name(const struct tls_check *check, X509 *certificate,
                    struct tls_findings *findings);
/* The certificate against the trust list. False if memory was short. */
bool tls_check_list(const struct tls_check *check, X509 *certificate,
                    struct tls_findings *findings);

#define TLS_DAY_TEXT_MAX 64
/* "2026-11-21 00:00:00 UTC". Returns `out`. */
const char *tls_time_text(const ASN1_TIME *time, char out[static TLS_DAY_TEXT_MAX]);

#endif
