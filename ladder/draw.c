/* SPDX-License-Identifier: MIT */
/* The lot: which rung of a ladder a name draws at a time. */
#include "ladder/draw.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#define NAME_SHOWN_MAX 64

/* The digest's first bytes as a number. */
static uint64_t
number_of(const uint8_t *bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof number; i++)
        number = number << 8 | bytes[i];
    return number;
}

size_t
ladder_draw(const uint8_t secret[static LADDER_SECRET_LEN], const char *name, int64_t time,
            size_t count, size_t delivered)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char text[NAME_SHOWN_MAX + 32];
    int text_len = snprintf(text, sizeof text, "%.*s|%lld", NAME_SHOWN_MAX, name,
                            (long long)(time / LADDER_WINDOW));
    if (count < 2 || HMAC(EVP_sha256(), secret, LADDER_SECRET_LEN, (const uint8_t *)text,
                          (size_t)text_len, digest, &len) == NULL)
        return count - 1;
    uint64_t lot = number_of(digest);
    if (lot % 2 == 0)
        return (size_t)((lot >> 32) * count >> 32);
    size_t next = delivered == LADDER_NONE_DELIVERED ? 0 : delivered + 1;
    return next < count ? next : count - 1;
}
