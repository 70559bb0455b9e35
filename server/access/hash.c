/* SPDX-License-Identifier: MIT */
/* SipHash-2-4. */
#include "server/access/hash.h"

#include <endian.h>
#include <string.h>

static uint64_t
rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void
sip_rounds(uint64_t v[4], unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

static void
absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_rounds(v, 2);
    v[0] ^= word;
}

uint64_t
access_hash(const uint64_t secret[2], const void *data, size_t len)
{
    uint64_t v[4] = {secret[0] ^ 0x736f6d6570736575, secret[1] ^ 0x646f72616e646f6d,
                     secret[0] ^ 0x6c7967656e657261, secret[1] ^ 0x7465646279746573};
    const uint8_t *bytes = data;
    uint64_t word = 0;
    size_t whole = len - len % sizeof word;
    for (size_t i = 0; i < whole; i += sizeof word) {
        memcpy(&word, bytes + i, sizeof word);
        absorb(v, le64toh(word));
    }
    word = 0;
    memcpy(&word, bytes + whole, len - whole);
    absorb(v, le64toh(word) | (uint64_t)len << 56);
    v[2] ^= 0xff;
    sip_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
