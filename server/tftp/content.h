/* SPDX-License-Identifier: MIT */
/* A file as numbered blocks, in octet or netascii mode. */
#ifndef SERVER_TFTP_CONTENT_H
#define SERVER_TFTP_CONTENT_H

#include "server/tftp/netascii.h"
#include "server/tftp/packet.h"

#include "server/resolver/resolver.h"

/* How far the conversion to netascii has come after `block`. */
struct tftp_cursor {
    uint64_t block;
    uint64_t offset; /* in the file */
    struct tftp_netascii state;
};

struct tftp_content {
    struct resolver_file *file;
    enum tftp_mode mode;
    uint16_t blksize;
    struct tftp_cursor acknowledged, next; /* netascii only */
};

/* The number of the last block, or UINT64_MAX if only the conversion can tell. */
uint64_t tftp_content_last(const struct tftp_content *content);
/* Writes block number `block` (from 1, not before the last acknowledged) to `out`, which has room
 * for a whole one. The block that is shorter ends the file. -1 with errno. */
int tftp_content_block(struct tftp_content *content, uint64_t block, uint8_t *out, size_t *len);
/* Blocks up to `block` are never asked for again. `scratch` has room for one. */
int tftp_content_acknowledge(struct tftp_content *content, uint64_t block, uint8_t *scratch);
/* Bytes of the file in the blocks up to `acknowledged`. */
uint64_t tftp_content_bytes(const struct tftp_content *content, uint64_t acknowledged);

#endif
