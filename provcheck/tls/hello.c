/* SPDX-License-Identifier: MIT */
/* Writes the ClientHello of a device, byte for byte. */
#include "provcheck/tls/hello.h"

#include <string.h>

enum extension {
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_GROUPS = 10,
    EXTENSION_POINT_FORMATS = 11,
    EXTENSION_SIGNATURES = 13,
    EXTENSION_VERSIONS = 43,
    EXTENSION_KEY_SHARE = 51
};

#define GROUP_X25519 29

/* P-256, P-384, P-521; then newer ones: x25519, x448 (RFC 8446, section 4.2.7), brainpool (RFC
 * 7027). */
static const uint16_t groups[] = {23, 24, 25, GROUP_X25519, 30, 26, 27, 28};
#define OLD_GROUPS 3
/* RSA, DSA and ECDSA; then newer ones: RSA-PSS, Ed25519, Ed448 (RFC 8446, section 4.2.3). */
static const uint16_t signatures[] = {
    0x0601, 0x0603, 0x0501, 0x0503, 0x0401, 0x0403, 0x0602, 0x0502, 0x0402, 0x0201,
    0x0203, 0x0202, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0807, 0x0808,
};
#define OLD_SIGNATURES 12

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct writer {
    uint8_t *out;
    size_t len; /* beyond TLS_HELLO_MAX: it did not fit */
};

static void
put(struct writer *writer, const void *data, size_t len)
{
    if (writer->len + len <= TLS_HELLO_MAX)
        memcpy(writer->out + writer->len, data, len);
    writer->len += len;
}

static void
put8(struct writer *writer, unsigned value)
{
    put(writer, &(uint8_t){(uint8_t)value}, 1);
}

static void
put16(struct writer *writer, unsigned value)
{
    put8(writer, value >> 8);
    put8(writer, value & 0xff);
}

static void
put_numbers(struct writer *writer, const uint16_t *numbers, size_t count)
{
    put16(writer, (unsigned)(2 * count));
    for (size_t i = 0; i < count; i++)
        put16(writer, numbers[i]);
}

/* The length that stands before what was written since `start`. */
static void
set_length(const struct writer *writer, size_t start)
{
    size_t len = writer->len - start;
    if (writer->len > TLS_HELLO_MAX)
        return;
    writer->out[start - 2] = (uint8_t)(len >> 8);
    writer->out[start - 1] = (uint8_t)len;
}

static size_t
begin_extension(struct writer *writer, enum extension kind)
{
    put16(writer, kind);
    put16(writer, 0);
    return writer->len;
}

static void
put_name(struct writer *writer, const char *name)
{
    size_t len = strlen(name), start = begin_extension(writer, EXTENSION_SERVER_NAME);
    put16(writer, (unsigned)len + 3);
    put8(writer, 0); /* a host name */
    put16(writer, (unsigned)len);
    put(writer, name, len);
    set_length(writer, start);
}

static void
put_algorithms(struct writer *writer, const struct tls_offer *offer)
{
    bool newest = offer->version == TLS_1_3; /* which cannot do without them */
    size_t start = begin_extension(writer, EXTENSION_GROUPS);
    put_numbers(writer, groups, newest || offer->newer_groups ? COUNT(groups) : OLD_GROUPS);
    set_length(writer, start);
    start = begin_extension(writer, EXTENSION_POINT_FORMATS);
    put8(writer, 1);
    put8(writer, 0);
    set_length(writer, start);
    if (offer->version < TLS_1_2)
        return;
    start = begin_extension(writer, EXTENSION_SIGNATURES);
    put_numbers(writer, signatures,
                newest || offer->newer_signatures ? COUNT(signatures) : OLD_SIGNATURES);
    set_length(writer, start);
}

/* The handshake is not gone on with, so that any bytes are a key. */
static void
put_tls_1_3(struct writer *writer, const uint8_t *bytes)
{
    size_t start = begin_extension(writer, EXTENSION_VERSIONS);
    put8(writer, 2);
    put16(writer, TLS_1_3);
    set_length(writer, start);
    start = begin_extension(writer, EXTENSION_KEY_SHARE);
    put16(writer, 4 + TLS_RANDOM_LEN);
    put16(writer, GROUP_X25519);
    put16(writer, TLS_RANDOM_LEN);
    put(writer, bytes, TLS_RANDOM_LEN);
    set_length(writer, start);
}

static void
put_extensions(struct writer *writer, const struct tls_offer *offer)
{
    if (!offer->extensions && offer->name == NULL && offer->version != TLS_1_3)
        return;
    put16(writer, 0);
    size_t start = writer->len;
    if (offer->name != NULL)
        put_name(writer, offer->name);
    if (offer->extensions)
        put_algorithms(writer, offer);
    if (offer->version == TLS_1_3)
        put_tls_1_3(writer, offer->bytes);
    set_length(writer, start);
}

size_t
tls_hello_build(const struct tls_offer *offer, uint8_t out[static TLS_HELLO_MAX])
{
    struct writer writer = {.out = out};
    if (offer->suites.count > TLS_SUITES_MAX ||
        (offer->name != NULL && strlen(offer->name) > TLS_SNI_MAX))
        return 0;
    put8(&writer, 22); /* a handshake record */
    put16(&writer, offer->version < TLS_1_0 ? TLS_SSL3 : TLS_1_0);
    put16(&writer, 0);
    size_t record = writer.len;
    put8(&writer, 1); /* ClientHello */
    put8(&writer, 0);
    put16(&writer, 0);
    size_t message = writer.len;
    put16(&writer, offer->version < TLS_1_3 ? offer->version : TLS_1_2);
    put(&writer, offer->bytes, TLS_RANDOM_LEN);
    put8(&writer, 0); /* no session */
    put_numbers(&writer, offer->suites.at, offer->suites.count);
    put8(&writer, 1); /* no compression */
    put8(&writer, 0);
    put_extensions(&writer, offer);
    set_length(&writer, message);
    set_length(&writer, record);
    return writer.len <= TLS_HELLO_MAX ? writer.len : 0;
}
