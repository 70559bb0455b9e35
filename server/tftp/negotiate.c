/* SPDX-License-Identifier: MIT */
/* Makes the terms of a transfer of what was asked and what is possible (RFC 2347). */
#include "server/tftp/negotiate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A burst that the send buffer of a socket holds. */
#define BURST_MAX (128U * 1024)

static uint64_t
smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The value to answer with, or false to leave the option out. */
static bool
accept_option(const struct tftp_asked_option *asked, enum tftp_mode mode,
              const struct tftp_limits *limits, struct tftp_terms *terms, uint64_t *value)
{
    switch (asked->option) {
    case TFTP_BLKSIZE:
        *value = smaller(asked->value, smaller(limits->blksize, TFTP_BLKSIZE_MAX));
        terms->blksize = *value >= TFTP_BLKSIZE_MIN ? (uint16_t)*value : terms->blksize;
        return *value >= TFTP_BLKSIZE_MIN;
    case TFTP_TIMEOUT:
        *value = asked->value;
        terms->timeout = *value <= TFTP_TIMEOUT_MAX ? (uint8_t)*value : 0;
        return terms->timeout > 0;
    case TFTP_TSIZE:
        /* Netascii's size on the wire is unknown before the conversion (RFC 2349). Curl takes an
         * empty file's size for an error. */
        *value = limits->size;
        return mode == TFTP_OCTET && limits->size > 0;
    case TFTP_WINDOWSIZE:
        *value = smaller(asked->value, smaller(limits->windowsize, BURST_MAX / terms->blksize));
        *value = asked->value > 0 && *value == 0 ? UINT64_C(1) : *value;
        terms->windowsize = *value > 0 ? (uint16_t)*value : 1;
        return *value > 0;
    default:
        return false;
    }
}

static size_t
put_option(uint8_t *out, size_t room, const char *name, uint64_t value)
{
    char text[TFTP_OACK_MAX];
    int name_len = snprintf(text, sizeof text, "%s", name);
    int value_len =
        snprintf(text + name_len + 1, sizeof text - (size_t)name_len - 1, "%" PRIu64, value);
    size_t len = (size_t)name_len + 1 + (size_t)value_len + 1;
    if (len > room)
        return 0;
    memcpy(out, text, len);
    return len;
}

bool
tftp_asked_for(const struct tftp_request *request, enum tftp_option option)
{
    for (size_t i = 0; i < request->option_count; i++) {
        if (request->options[i].option == option)
            return true;
    }
    return false;
}

/* The window depends on the block size, wherever in the request that stands. */
static void
settle_blksize(const struct tftp_request *request, const struct tftp_limits *limits,
               struct tftp_terms *terms)
{
    uint64_t value = 0;
    for (size_t i = 0; i < request->option_count; i++) {
        if (request->options[i].option == TFTP_BLKSIZE)
            (void)accept_option(&request->options[i], request->mode, limits, terms, &value);
    }
}

void
tftp_negotiate(const struct tftp_request *request, const struct tftp_limits *limits,
               struct tftp_terms *terms)
{
    *terms = (struct tftp_terms){.blksize = TFTP_BLKSIZE_DEFAULT, .windowsize = 1};
    size_t len = 2;
    settle_blksize(request, limits, terms);
    for (size_t i = 0; i < request->option_count; i++) {
        const struct tftp_asked_option *asked = &request->options[i];
        uint64_t value = 0;
        if (accept_option(asked, request->mode, limits, terms, &value))
            len += put_option(terms->oack + len, sizeof terms->oack - len, asked->spelling, value);
    }
    terms->oack[1] = TFTP_OACK;
    terms->oack_len = len > 2 ? (uint8_t)len : 0;
}
