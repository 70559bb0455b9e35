/* SPDX-License-Identifier: MIT */
/* Reads what a TLS client offers, and explains by it why a handshake failed. */
#include "server/http/handshake.h"

#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

#define RANDOM_LEN 32
#define EXTENSION_SUPPORTED_VERSIONS 43 /* RFC 8446, section 4.2.1 */

/* --- a bounded reader: after a short input everything reads as nothing */

struct reader {
    const uint8_t *data;
    size_t len;
    bool failed;
};

static struct reader
take(struct reader *from, size_t len)
{
    if (len > from->len) {
        from->failed = true;
        return (struct reader){.failed = true};
    }
    struct reader part = {.data = from->data, .len = len};
    from->data += len;
    from->len -= len;
    return part;
}

static size_t
take_number(struct reader *from, size_t bytes)
{
    struct reader part = take(from, bytes);
    size_t number = 0;
    for (size_t i = 0; i < part.len; i++)
        number = number << 8 | part.data[i];
    return number;
}

/* A vector whose length stands before it in `bytes` bytes. */
static struct reader
take_vector(struct reader *from, size_t bytes)
{
    return take(from, take_number(from, bytes));
}

/* --- the hello */

static void
note_suite(struct hello *hello, uint16_t suite)
{
    if (hello->suite_count < HELLO_SUITES_KEPT)
        hello->suites[hello->suite_count] = suite;
    hello->suite_count++;
    unsigned char id[2];
    gnutls_kx_algorithm_t exchange = GNUTLS_KX_UNKNOWN;
    for (size_t i = 0; gnutls_cipher_suite_info(i, id, &exchange, NULL, NULL, NULL) != NULL; i++) {
        if (id[0] != suite >> 8 || id[1] != (suite & 0xff))
            continue;
        hello->offers_ec |= exchange == GNUTLS_KX_ECDHE_ECDSA;
        hello->offers_rsa |= exchange == GNUTLS_KX_ECDHE_RSA || exchange == GNUTLS_KX_DHE_RSA;
        hello->offers_rsa_key_exchange |= exchange == GNUTLS_KX_RSA;
        return;
    }
}

static void
read_supported_versions(struct hello *hello, struct reader extension)
{
    struct reader versions = take_vector(&extension, 1);
    while (versions.len >= 2) {
        uint16_t version = (uint16_t)take_number(&versions, 2);
        if (version > hello->version && version <= VERSION_TLS13)
            hello->version = version;
    }
}

void
hello_read(const uint8_t *data, size_t len, struct hello *out)
{
    *out = (struct hello){0};
    struct reader message = {.data = data, .len = len};
    out->version = (uint16_t)take_number(&message, 2);
    take(&message, RANDOM_LEN);
    take_vector(&message, 1); /* session id */
    struct reader suites = take_vector(&message, 2);
    while (suites.len >= 2)
        note_suite(out, (uint16_t)take_number(&suites, 2));
    take_vector(&message, 1); /* compression */
    out->readable = !message.failed;
    struct reader extensions = take_vector(&message, 2);
    while (extensions.len >= 4) {
        size_t type = take_number(&extensions, 2);
        struct reader extension = take_vector(&extensions, 2);
        if (type == EXTENSION_SUPPORTED_VERSIONS)
            read_supported_versions(out, extension);
    }
}

/* --- in words */

static const char *
version_name(uint16_t version)
{
    static const char *const names[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
    if (version < 0x0300 || version > VERSION_TLS13)
        return "an unknown version";
    return names[version - 0x0300];
}

static bool
suite_in_common(const struct hello *hello, const struct handshake_terms *terms)
{
    return hello->version >= VERSION_TLS13 || (terms->has_ec && hello->offers_ec) ||
           (terms->has_rsa && hello->offers_rsa) ||
           (terms->rsa_key_exchange && terms->has_rsa && hello->offers_rsa_key_exchange);
}

static const char *
missing_suite(const struct hello *hello, const struct handshake_terms *terms)
{
    if (terms->rsa_key_exchange || !hello->offers_rsa_key_exchange || hello->offers_ec ||
        hello->offers_rsa)
        return terms->has_rsa ? "none of its cipher suites is served here"
                              : "none of its cipher suites goes with an EC certificate: name an "
                                "RSA certificate besides";
    return "it knows RSA key exchange alone, as old phones do, which an `https` section serves";
}

static void
list_suites(const struct hello *hello, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < hello->suite_count && i < HELLO_SUITES_KEPT && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%04x", i == 0 ? "" : " ",
                                 hello->suites[i]);
    if (hello->suite_count > HELLO_SUITES_KEPT && used < size)
        snprintf(out + used, size - used, " ...");
}

void
handshake_explain(const struct handshake *handshake, const struct handshake_terms *terms,
                  bool timed_out, char *out, size_t size)
{
    const struct hello *hello = &handshake->hello;
    char suites[HELLO_SUITES_KEPT * 5 + 8];
    if (!handshake->hello_seen) {
        snprintf(out, size, "%s",
                 timed_out ? "no TLS hello came in time" : "what came was no TLS hello");
        return;
    }
    if (!hello->readable) {
        snprintf(out, size, "its hello cannot be read");
        return;
    }
    const char *why =
        "it broke off; perhaps it does not trust the certificate, or does not know its curve";
    if (hello->version < terms->oldest)
        why = terms->oldest > VERSION_TLS10
                  ? "too old for this port; phones of the 7900 series need an `https` section"
                  : "too old";
    else if (!suite_in_common(hello, terms))
        why = missing_suite(hello, terms);
    else if (timed_out)
        why = "it stopped half-way";
    list_suites(hello, suites, sizeof suites);
    snprintf(out, size, "it offers %s at most and %zu cipher suites (%s): %s",
             version_name(hello->version), hello->suite_count, suites, why);
}
