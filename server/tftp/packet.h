/* SPDX-License-Identifier: MIT */
/* TFTP's packets as bytes: reading requests, writing answers. Knows no sockets. */
#ifndef SERVER_TFTP_PACKET_H
#define SERVER_TFTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TFTP_REQUEST_MAX 512 /* bytes (RFC 2347) */
#define TFTP_HEADER_LEN 4    /* of DATA and ACK: opcode and block number */
#define TFTP_ERROR_MAX 64    /* bytes of an ERROR of ours */
#define TFTP_BLKSIZE_DEFAULT 512
#define TFTP_BLKSIZE_MIN 8 /* RFC 2348 */
#define TFTP_BLKSIZE_MAX 65464
#define TFTP_WINDOWSIZE_MAX 65535 /* RFC 7440 */
#define TFTP_TIMEOUT_MAX 255      /* seconds (RFC 2349) */

enum tftp_opcode { TFTP_RRQ = 1, TFTP_WRQ, TFTP_DATA, TFTP_ACK, TFTP_ERROR, TFTP_OACK };

enum tftp_error_code {
    TFTP_ERROR_UNDEFINED = 0,
    TFTP_ERROR_NOT_FOUND = 1,
    TFTP_ERROR_ACCESS = 2,
    TFTP_ERROR_ILLEGAL = 4
};

enum tftp_mode { TFTP_OCTET, TFTP_NETASCII };

enum tftp_option { TFTP_BLKSIZE, TFTP_TIMEOUT, TFTP_TSIZE, TFTP_WINDOWSIZE, TFTP_OPTIONS };

struct tftp_asked_option {
    enum tftp_option option;
    const char *spelling; /* its name as the client wrote it */
    uint64_t value;
};

/* Points into the packet. Of an option that comes twice the first counts; those that are unknown or
 * hold no decimal number are left out. */
struct tftp_request {
    const char *name;
    size_t name_len;
    enum tftp_mode mode;
    bool marked; /* by a program that only plays a phone: option "provcheck" */
    size_t option_count;
    struct tftp_asked_option options[TFTP_OPTIONS];
};

enum tftp_verdict {
    TFTP_READ,     /* a read request, valid */
    TFTP_WRITE,    /* a write request */
    TFTP_ILLEGAL,  /* a read request with a bad mode or end; only its name is set, perhaps empty */
    TFTP_MALFORMED /* anything else */
};

enum tftp_verdict tftp_parse_request(const uint8_t *packet, size_t len,
                                     struct tftp_request *request);

/* What the client sends during a transfer. */
enum tftp_reply { TFTP_REPLY_ACK, TFTP_REPLY_ERROR, TFTP_REPLY_OTHER };
enum tftp_reply tftp_parse_reply(const uint8_t *packet, size_t len, uint16_t *block);

void tftp_put_data_header(uint8_t packet[TFTP_HEADER_LEN], uint16_t block);
/* A text that would not fit is cut. Returns the packet's length. */
size_t tftp_put_error(uint8_t packet[TFTP_ERROR_MAX], enum tftp_error_code code, const char *text);

#endif
