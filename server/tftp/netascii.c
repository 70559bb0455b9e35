/* SPDX-License-Identifier: MIT */
#include "server/tftp/netascii.h"

static uint8_t
begin_pair(struct tftp_netascii *state, uint8_t second)
{
    state->pending = true;
    state->second = second;
    return '\r';
}

size_t
tftp_netascii_encode(struct tftp_netascii *state, const uint8_t *in, size_t len, size_t *used,
                     uint8_t *out, size_t room)
{
    size_t from = 0, to = 0;
    while (to < room && (state->pending || from < len)) {
        if (state->pending) {
            out[to++] = state->second;
            state->pending = false;
            continue;
        }
        uint8_t byte = in[from++];
        if (byte == '\n')
            out[to++] = begin_pair(state, '\n');
        else if (byte == '\r')
            out[to++] = begin_pair(state, '\0');
        else
            out[to++] = byte;
    }
    *used = from;
    return to;
}
