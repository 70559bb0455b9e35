/* SPDX-License-Identifier: MIT */
/* Option negotiation (RFC 2347): what was asked and what is possible make the terms of a
 * transfer. */
#ifndef SERVER_TFTP_NEGOTIATE_H
#define SERVER_TFTP_NEGOTIATE_H

#include "server/tftp/packet.h"

/* All four options in the client's spelling with their longest values. */
#define TFTP_OACK_MAX 96

struct tftp_limits {
    size_t blksize;
    size_t windowsize;
    uint64_t size; /* of the file, for tsize */
};

struct tftp_terms {
    uint16_t blksize;
    uint16_t windowsize;
    uint8_t timeout;  /* seconds; 0: not negotiated */
    uint8_t oack_len; /* 0: no option was accepted, so no OACK */
    uint8_t oack[TFTP_OACK_MAX];
};

void tftp_negotiate(const struct tftp_request *request, const struct tftp_limits *limits,
                    struct tftp_terms *terms);
/* True if that option was asked for. */
bool tftp_asked_for(const struct tftp_request *request, enum tftp_option option);

#endif
