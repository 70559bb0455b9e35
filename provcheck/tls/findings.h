/* SPDX-License-Identifier: MIT */
/* What can be wrong with a server's TLS in the eyes of a device, as one table, and what was found
 * with one. */
#ifndef PROVCHECK_TLS_FINDINGS_H
#define PROVCHECK_TLS_FINDINGS_H

#include <prov.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tls_problem {
    /* no TLS at all */
    TLS_NO_CONNECTION,
    TLS_NO_ANSWER,
    TLS_NOT_TLS,
    TLS_BAD_ANSWER,

    /* no agreement */
    TLS_PROTOCOL,
    TLS_CIPHER,
    TLS_GROUP,
    TLS_SIGNATURE,
    TLS_CLIENT_DEMANDED,
    TLS_CLIENT_REFUSED,
    TLS_HANDSHAKE,

    /* the certificate's key */
    TLS_KEY_SIZE,
    TLS_KEY_TYPE,

    /* the certificates, against CAs */
    TLS_ISSUER_NOT_FOUND,
    TLS_UNTRUSTED,
    TLS_NOT_YET_VALID,
    TLS_EXPIRED,
    TLS_INVALID_FORMAT,
    TLS_PURPOSE,
    TLS_ISSUER_MISMATCH,
    TLS_CRL,
    TLS_REVOKED,
    TLS_CHAIN_TOO_LONG,
    TLS_IDENTITY,
    TLS_WILDCARD,
    TLS_UNKNOWN,
    TLS_CA_ENTRIES,

    /* the certificate, against a trust list */
    TLS_LIST,
    TLS_NOT_LISTED,
    TLS_LISTED_ROLE,

    /* what was not looked at */
    TLS_TRUST_UNCHECKED,
    TLS_CA_ASSUMED,
    TLS_CRL_UNUSED,
    TLS_HANDSHAKE_UNCHECKED,

    TLS_PROBLEMS /* how many there are */
};

enum tls_severity {
    TLS_REFUSES, /* the device does not connect */
    TLS_MAY,     /* it may not: what is known of it is not certain here */
    TLS_NOTE
};

/* "refused", "may be refused", "note". */
const char *tls_severity_name(enum tls_severity severity);

struct tls_problem_fact {
    const char *id;
    const char *name; /* for people */
    enum tls_severity severity;
    uint32_t bit; /* in Sangoma's error word, 0: none */
    const char *mend;
};

const struct tls_problem_fact *tls_problem_fact(enum tls_problem problem);

#define TLS_FINDINGS_MAX 40
#define TLS_WHAT_MAX 768

struct tls_findings {
    size_t count;
    struct tls_finding {
        enum tls_problem problem;
        enum tls_severity severity;
        char what[TLS_WHAT_MAX]; /* in this case; fit for a terminal */
    } at[TLS_FINDINGS_MAX];
};

/* Notes one with the severity of the table; what was noted already in the same words is left. */
void tls_found(struct tls_findings *findings, enum tls_problem problem, const char *what, ...)
    PROV_PRINTF(3, 4);
/* One that devices of this kind may pass over. */
void tls_found_unsure(struct tls_findings *findings, enum tls_problem problem, const char *what,
                      ...) PROV_PRINTF(3, 4);

bool tls_has(const struct tls_findings *findings, enum tls_problem problem);
bool tls_has_severity(const struct tls_findings *findings, enum tls_severity severity);

/* --- Sangoma's error word (docs/tls.md) */

struct tls_word_bit {
    uint32_t bit;
    const char *name;
    const char *meaning;
};

/* All that are documented, up to one with bit 0. */
extern const struct tls_word_bit tls_word_bits[];

/* NULL for a bit that is not documented. */
const struct tls_word_bit *tls_word_find(uint32_t bit);

/* The word for these findings. */
uint32_t tls_word_of(const struct tls_findings *findings);

#define TLS_WORD_TEXT_MAX 256
/* "EUNTRUSTED + EIDENTITY_NOT_MATCH"; "no error" for 0. Returns `out`. */
const char *tls_word_text(uint32_t word, char out[static TLS_WORD_TEXT_MAX]);

/* Reads a word as phones show it: 0x and up to eight hexadecimal digits. PROV_E_ARGUMENT. */
int tls_word_parse(const char *text, uint32_t *out, struct prov_error *err) PROV_CHECKED;

#endif
