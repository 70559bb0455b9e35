/* SPDX-License-Identifier: MIT */
/* What a server answers to a ClientHello. It is anybody's bytes: each length is checked against
 * what is there before it is used. */
#include "provcheck/tls/hello.h"

#include <string.h>

#define RECORD_HEADER 5
#define RECORD_MAX (16384 + 2048) /* RFC 5246, section 6.2.3 */
#define EXTENSION_SUPPORTED_VERSIONS 43

enum record { RECORD_ALERT = 21, RECORD_HANDSHAKE = 22 };

enum message {
    HELLO_REQUEST = 0,
    SERVER_HELLO = 2,
    CERTIFICATE = 11,
    SERVER_KEY_EXCHANGE = 12,
    CERTIFICATE_REQUEST = 13,
    SERVER_HELLO_DONE = 14,
    CERTIFICATE_STATUS = 22
};

/* What is still to be read of something whose end is known. */
struct reader {
    const uint8_t *at;
    size_t left;
};

static void
broken(struct tls_flight *flight, const char *problem)
{
    flight->answer = TLS_BROKEN;
    flight->problem = problem;
}

/* A big-endian number of `size` bytes, at most 3; false if it is not there. */
static bool
take_number(struct reader *reader, size_t size, size_t *out)
{
    if (reader->left < size)
        return false;
    *out = 0;
    for (size_t i = 0; i < size; i++)
        *out = *out << 8 | reader->at[i];
    reader->at += size;
    reader->left -= size;
    return true;
}

static bool
take_bytes(struct reader *reader, size_t len, struct reader *out)
{
    if (reader->left < len)
        return false;
    *out = (struct reader){reader->at, len};
    reader->at += len;
    reader->left -= len;
    return true;
}

/* A vector after its length of `size` bytes. */
static bool
take_vector(struct reader *reader, size_t size, struct reader *out)
{
    size_t len;
    return take_number(reader, size, &len) && take_bytes(reader, len, out);
}

/* --- messages */

static bool
read_extensions(struct reader body, struct tls_flight *flight)
{
    struct reader list, value;
    size_t kind, version;
    if (body.left == 0)
        return true;
    if (!take_vector(&body, 2, &list) || body.left != 0)
        return false;
    while (list.left > 0) {
        if (!take_number(&list, 2, &kind) || !take_vector(&list, 2, &value))
            return false;
        if (kind == EXTENSION_SUPPORTED_VERSIONS) {
            if (!take_number(&value, 2, &version) || value.left != 0)
                return false;
            flight->version = (unsigned)version;
        }
    }
    return true;
}

static void
read_server_hello(struct reader body, struct tls_flight *flight)
{
    struct reader random, session;
    size_t version, suite, compression;
    if (!take_number(&body, 2, &version) || !take_bytes(&body, TLS_RANDOM_LEN, &random) ||
        !take_vector(&body, 1, &session) || session.left > 32 || !take_number(&body, 2, &suite) ||
        !take_number(&body, 1, &compression)) {
        broken(flight, "its ServerHello is cut short");
        return;
    }
    flight->version = (unsigned)version;
    flight->suite = (uint16_t)suite;
    if (!read_extensions(body, flight))
        broken(flight, "the extensions of its ServerHello are malformed");
    else if (tls_version_name(flight->version) == NULL)
        broken(flight, "it chose a version of TLS that does not exist");
    else if (flight->version == TLS_1_3)
        flight->answer = TLS_AGREED; /* all that follows is encrypted */
}

static void
read_certificates(struct reader body, struct tls_flight *flight)
{
    struct reader list, der;
    if (!take_vector(&body, 3, &list) || body.left != 0) {
        broken(flight, "its list of certificates is cut short");
        return;
    }
    while (list.left > 0) {
        if (!take_vector(&list, 3, &der)) {
            broken(flight, "a certificate is cut short");
            return;
        }
        if (flight->certificate_count < TLS_CERTIFICATES_MAX)
            flight->certificates[flight->certificate_count++] =
                (struct prov_span){der.at, der.left};
        else
            flight->certificates_passed_over++;
    }
}

static void
read_message(enum message kind, struct reader body, struct tls_flight *flight)
{
    if (kind == HELLO_REQUEST)
        return;
    if ((kind == SERVER_HELLO) != (flight->version == 0)) {
        broken(flight, "its messages come in a wrong order");
        return;
    }
    switch (kind) {
    case SERVER_HELLO:
        read_server_hello(body, flight);
        return;
    case CERTIFICATE:
        if (flight->certificate_count > 0)
            broken(flight, "it sends its certificates twice");
        else
            read_certificates(body, flight);
        return;
    case CERTIFICATE_REQUEST:
        flight->asks_certificate = true;
        return;
    case SERVER_HELLO_DONE:
        flight->answer = TLS_AGREED;
        return;
    case SERVER_KEY_EXCHANGE:
    case CERTIFICATE_STATUS:
        return;
    default:
        broken(flight, "it sends a message that does not belong there");
    }
}

/* Those that are whole, and were not read before. */
static void
read_messages(struct tls_flight *flight)
{
    size_t kind;
    struct reader reader, body;
    while (flight->answer == TLS_MORE) {
        reader = (struct reader){flight->handshake + flight->handshake_read,
                                 flight->handshake_len - flight->handshake_read};
        if (!take_number(&reader, 1, &kind) || !take_vector(&reader, 3, &body))
            return;
        flight->handshake_read = flight->handshake_len - reader.left;
        read_message((enum message)kind, body, flight);
    }
}

/* --- records */

static void
read_alert(struct reader body, struct tls_flight *flight)
{
    size_t level, alert;
    if (!take_number(&body, 1, &level) || !take_number(&body, 1, &alert)) {
        broken(flight, "its alert is cut short");
        return;
    }
    if (level == 1 && alert != 0)
        return; /* a warning; a notice of closure is an end all the same */
    flight->answer = TLS_ALERT;
    flight->alert = (uint8_t)alert;
}

static void
read_record(enum record kind, struct reader body, struct tls_flight *flight)
{
    if (kind == RECORD_ALERT) {
        read_alert(body, flight);
        return;
    }
    if (body.left > sizeof flight->handshake - flight->handshake_len) {
        broken(flight, "its answer has no end");
        return;
    }
    if (body.left > 0)
        memcpy(flight->handshake + flight->handshake_len, body.at, body.left);
    flight->handshake_len += body.left;
    read_messages(flight);
}

static bool
looks_like_tls(struct reader reader)
{
    return (reader.at[0] == RECORD_ALERT || reader.at[0] == RECORD_HANDSHAKE) &&
           (reader.left < 2 || reader.at[1] == TLS_SSL3 >> 8);
}

void
tls_flight_read(const uint8_t *data, size_t len, struct tls_flight *flight)
{
    size_t kind, version;
    struct reader reader, body;
    while (flight->answer == TLS_MORE && flight->records_read < len) {
        reader = (struct reader){data + flight->records_read, len - flight->records_read};
        if (!looks_like_tls(reader)) {
            if (flight->records_read == 0)
                flight->answer = TLS_PLAIN;
            else
                broken(flight, "its records are malformed");
            return;
        }
        if (reader.left >= RECORD_HEADER &&
            (size_t)(reader.at[3] << 8 | reader.at[4]) > RECORD_MAX) {
            broken(flight, "a record is longer than records may be");
            return;
        }
        if (!take_number(&reader, 1, &kind) || !take_number(&reader, 2, &version) ||
            !take_vector(&reader, 2, &body))
            return;
        flight->records_read = len - reader.left;
        read_record((enum record)kind, body, flight);
    }
}

/* --- alerts */

static const struct alert {
    uint8_t number;
    const char *text;
} alerts[] = {
    /* clang-format off */
    {0, "close notify"}, {10, "unexpected message"}, {20, "bad record mac"},
    {21, "decryption failed"}, {22, "record overflow"}, {30, "decompression failure"},
    {40, "handshake failure"}, {41, "no certificate"}, {42, "bad certificate"},
    {43, "unsupported certificate"}, {44, "certificate revoked"}, {45, "certificate expired"},
    {46, "certificate unknown"}, {47, "illegal parameter"}, {48, "unknown CA"},
    {49, "access denied"}, {50, "decode error"}, {51, "decrypt error"},
    {70, "protocol version"}, {71, "insufficient security"}, {80, "internal error"},
    {86, "inappropriate fallback"}, {90, "user canceled"}, {109, "missing extension"},
    {112, "unrecognized name"}, {116, "certificate required"}, {120, "no application protocol"},
    /* clang-format on */
};

const char *
tls_alert_text(uint8_t alert)
{
    for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++)
        if (alerts[i].number == alert)
            return alerts[i].text;
    return "an alert that nobody knows";
}
