/* SPDX-License-Identifier: MIT */
/* Netascii on its way out: LF becomes CR LF, CR becomes CR NUL. */
#include "server/tftp/netascii.h"

static uint8_t
begin_pair(struct tftp_netascii *state, uint8_t second)
{
    state->has_second = true;
    state->second = second;
    return '\r';
}

size_t
tftp_netascii_encode(struct tftp_netascii *state, const uint8_t *in, size_t len, size_t *used,
                     uint8_t *out, size_t room)
{
    size_t from = 0, to = 0;
    while (to < room && (state->has_second || from < len)) {
        if (state->has_second) {
            out[to++] = state->second;
            state->has_second = false;
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
