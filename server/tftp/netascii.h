/* SPDX-License-Identifier: MIT */
/* Netascii on its way out (RFC 764, RFC 1350): LF becomes CR LF, CR becomes CR NUL. */
#ifndef SERVER_TFTP_NETASCII_H
#define SERVER_TFTP_NETASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The second half of a pair whose first half ended the last block. */
struct tftp_netascii {
    bool has_second;
    uint8_t second;
};

/* Converts until `in` is used up or `out` is full; `*used` bytes of `in` are done with. Returns the
 * bytes written. */
size_t tftp_netascii_encode(struct tftp_netascii *state, const uint8_t *in, size_t len,
                            size_t *used, uint8_t *out, size_t room);

#endif
