/* SPDX-License-Identifier: MIT */
/* Untrusted bytes made fit for one line of a terminal. */
#include <prov/text.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Length of the UTF-8 sequence at `s` (RFC 3629, section 4), 0 if there is none; its character. */
static size_t
utf8_sequence(const uint8_t *s, size_t len, uint32_t *character)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t lead = s[0];
    if (lead < 0x80) {
        *character = lead;
        return 1;
    }
    size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || n > len)
        return 0;
    uint32_t c = lead & (0xffU >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3fU);
    }
    if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *character = c;
    return n;
}

/* Controls, line and paragraph separators, and the marks, embeddings, overrides and isolates that
 * turn the writing direction. */
static bool
moves_the_terminal(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x061c;
}

const char *
prov_printable(const void *data, size_t len, char *out, size_t size)
{
    static const char cut[] = "...";
    const uint8_t *in = data;
    size_t used = 0;
    size_t cut_at = 0; /* where the ellipsis still fits */
    for (size_t i = 0; i < len;) {
        char piece[4 * 4 + 1];
        uint32_t character = 0;
        size_t n = utf8_sequence(in + i, len - i, &character);
        size_t piece_len = 0;
        if (n == 0 || moves_the_terminal(character)) {
            n = n == 0 ? 1 : n;
            for (size_t k = 0; k < n; k++)
                piece_len += (size_t)snprintf(piece + piece_len, sizeof piece - piece_len,
                                              "\\x%02x", in[i + k]);
        } else {
            memcpy(piece, in + i, n);
            piece_len = n;
        }
        if (used + piece_len >= size) {
            memcpy(out + cut_at, cut, sizeof cut);
            return out;
        }
        memcpy(out + used, piece, piece_len);
        used += piece_len;
        if (used + sizeof cut <= size)
            cut_at = used;
        i += n;
    }
    out[used] = '\0';
    return out;
}
