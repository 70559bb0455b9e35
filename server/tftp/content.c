/* SPDX-License-Identifier: MIT */
/* A file as numbered blocks, in octet or netascii mode. */
#include "server/tftp/content.h"

#include <string.h>

#define PIECE 4096 /* of a file that is not in memory */

uint64_t
tftp_content_last(const struct tftp_content *content)
{
    if (content->mode != TFTP_OCTET)
        return UINT64_MAX;
    return content->file->size / content->blksize + 1;
}

static uint64_t
smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static int
octet_block(const struct tftp_content *content, uint64_t block, uint8_t *out, size_t *len)
{
    const struct resolver_file *file = content->file;
    uint64_t offset = (block - 1) * content->blksize;
    *len = (size_t)smaller(content->blksize, file->size - offset);
    if (file->data != NULL) {
        memcpy(out, file->data + offset, *len);
        return 0;
    }
    return *len == 0 || resolver_read(file, offset, out, *len) == (ssize_t)*len ? 0 : -1;
}

/* The file's bytes at the cursor: where they lie in memory, or read into `piece`. */
static const uint8_t *
source(const struct resolver_file *file, uint64_t offset, uint8_t piece[PIECE], size_t *len)
{
    if (file->data != NULL) {
        *len = (size_t)(file->size - offset);
        return file->data + offset;
    }
    *len = (size_t)smaller(PIECE, file->size - offset);
    if (*len == 0)
        return piece;
    return resolver_read(file, offset, piece, *len) == (ssize_t)*len ? piece : NULL;
}

static int
convert_block(const struct tftp_content *content, struct tftp_cursor *cursor, uint8_t *out,
              size_t *len)
{
    uint8_t piece[PIECE];
    size_t used = 0, made = 0;
    *len = 0;
    do {
        size_t available = 0;
        const uint8_t *in = source(content->file, cursor->offset, piece, &available);
        if (in == NULL)
            return -1;
        made = tftp_netascii_encode(&cursor->state, in, available, &used, out + *len,
                                    content->blksize - *len);
        cursor->offset += used;
        *len += made;
    } while (made > 0 && *len < content->blksize);
    cursor->block++;
    return 0;
}

int
tftp_content_block(struct tftp_content *content, uint64_t block, uint8_t *out, size_t *len)
{
    if (content->mode == TFTP_OCTET)
        return octet_block(content, block, out, len);
    if (block <= content->next.block)
        content->next = content->acknowledged;
    int rc = 0;
    while (rc == 0 && content->next.block < block)
        rc = convert_block(content, &content->next, out, len);
    return rc;
}

int
tftp_content_acknowledge(struct tftp_content *content, uint64_t block, uint8_t *scratch)
{
    if (content->mode == TFTP_OCTET)
        return 0;
    if (block == content->next.block)
        content->acknowledged = content->next;
    int rc = 0;
    size_t len = 0;
    while (rc == 0 && content->acknowledged.block < block)
        rc = convert_block(content, &content->acknowledged, scratch, &len);
    return rc;
}

uint64_t
tftp_content_bytes(const struct tftp_content *content, uint64_t acknowledged)
{
    if (content->mode != TFTP_OCTET)
        return content->acknowledged.offset;
    return smaller(acknowledged * content->blksize, content->file->size);
}
