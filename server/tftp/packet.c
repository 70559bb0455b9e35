/* SPDX-License-Identifier: MIT */
/* TFTP's packets as bytes: requests and replies read, answers written. */
#include "server/tftp/packet.h"

#include <string.h>
#include <strings.h>

#define MARK "provcheck"

static const char *const option_names[TFTP_OPTIONS] = {
    [TFTP_BLKSIZE] = "blksize",
    [TFTP_TIMEOUT] = "timeout",
    [TFTP_TSIZE] = "tsize",
    [TFTP_WINDOWSIZE] = "windowsize",
};

static uint16_t
get_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void
put_u16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

/* The next string of `*rest`, or NULL if no NUL ends it. */
static const char *
take_string(const uint8_t **rest, const uint8_t *end)
{
    const uint8_t *start = *rest;
    const uint8_t *nul = start < end ? memchr(start, '\0', (size_t)(end - start)) : NULL;
    if (nul == NULL)
        return NULL;
    *rest = nul + 1;
    return (const char *)start;
}

static bool
parse_number(const char *text, uint64_t *value)
{
    uint64_t number = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number))
            return false;
    }
    *value = number;
    return true;
}

static enum tftp_option
option_named(const char *name)
{
    enum tftp_option option = 0;
    while (option < TFTP_OPTIONS && strcasecmp(name, option_names[option]) != 0)
        option++;
    return option;
}

/* A value that is no number, and a name without a value at the end, are passed over as unknown
 * options are. */
static void
parse_options(const uint8_t *rest, const uint8_t *end, struct tftp_request *request)
{
    const char *name = NULL, *value = NULL;
    bool seen[TFTP_OPTIONS + 1] = {false};
    while ((name = take_string(&rest, end)) != NULL && (value = take_string(&rest, end)) != NULL) {
        struct tftp_asked_option asked = {.option = option_named(name), .spelling = name};
        if (asked.option != TFTP_OPTIONS && !seen[asked.option] &&
            parse_number(value, &asked.value))
            request->options[request->option_count++] = asked;
        seen[asked.option] = true;
        request->marked |= strcasecmp(name, MARK) == 0;
    }
}

static enum tftp_verdict
parse_read(const uint8_t *rest, const uint8_t *end, struct tftp_request *request)
{
    const char *name = take_string(&rest, end);
    if (name == NULL)
        return TFTP_ILLEGAL;
    request->name = name;
    request->name_len = strlen(name);
    const char *mode = take_string(&rest, end);
    if (mode == NULL || end[-1] != '\0')
        return TFTP_ILLEGAL;
    if (strcasecmp(mode, "octet") == 0)
        request->mode = TFTP_OCTET;
    else if (strcasecmp(mode, "netascii") == 0)
        request->mode = TFTP_NETASCII;
    else
        return TFTP_ILLEGAL;
    parse_options(rest, end, request);
    return TFTP_READ;
}

static enum tftp_verdict
parse_write(const uint8_t *rest, const uint8_t *end, struct tftp_request *request)
{
    const char *name = take_string(&rest, end);
    const char *mode = name != NULL ? take_string(&rest, end) : NULL;
    if (mode == NULL)
        return TFTP_MALFORMED;
    if (strcasecmp(mode, "octet") != 0 && strcasecmp(mode, "netascii") != 0 &&
        strcasecmp(mode, "mail") != 0)
        return TFTP_MALFORMED;
    request->name = name;
    request->name_len = strlen(name);
    return TFTP_WRITE;
}

enum tftp_verdict
tftp_parse_request(const uint8_t *packet, size_t len, struct tftp_request *request)
{
    *request = (struct tftp_request){.name = ""};
    if (len < 2 || len > TFTP_REQUEST_MAX)
        return TFTP_MALFORMED;
    switch (get_u16(packet)) {
    case TFTP_RRQ:
        return parse_read(packet + 2, packet + len, request);
    case TFTP_WRQ:
        return parse_write(packet + 2, packet + len, request);
    default:
        return TFTP_MALFORMED;
    }
}

enum tftp_reply
tftp_parse_reply(const uint8_t *packet, size_t len, uint16_t *block)
{
    if (len < TFTP_HEADER_LEN)
        return TFTP_REPLY_OTHER;
    *block = get_u16(packet + 2);
    switch (get_u16(packet)) {
    case TFTP_ACK:
        return TFTP_REPLY_ACK;
    case TFTP_ERROR:
        return TFTP_REPLY_ERROR;
    default:
        return TFTP_REPLY_OTHER;
    }
}

void
tftp_put_data_header(uint8_t packet[TFTP_HEADER_LEN], uint16_t block)
{
    put_u16(packet, TFTP_DATA);
    put_u16(packet + 2, block);
}

size_t
tftp_put_error(uint8_t packet[TFTP_ERROR_MAX], enum tftp_error_code code, const char *text)
{
    size_t len = strnlen(text, TFTP_ERROR_MAX - TFTP_HEADER_LEN - 1);
    put_u16(packet, TFTP_ERROR);
    put_u16(packet + 2, code);
    memcpy(packet + TFTP_HEADER_LEN, text, len);
    packet[TFTP_HEADER_LEN + len] = '\0';
    return TFTP_HEADER_LEN + len + 1;
}
