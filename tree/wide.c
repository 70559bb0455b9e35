/* SPDX-License-Identifier: MIT */
/* Makes text in UTF-16 readable to those who look for words of ASCII. */
#include "tree/wide.h"

#include <openssl/crypto.h>
#include <stdlib.h>

static bool
begins_with(struct prov_span text, uint8_t first, uint8_t second)
{
    return text.len >= 2 && text.data[0] == first && text.data[1] == second;
}

static bool
is_little(struct prov_span text)
{
    return begins_with(text, 0xff, 0xfe) || begins_with(text, '<', 0);
}

bool
wide_is(struct prov_span text)
{
    return is_little(text) || begins_with(text, 0xfe, 0xff) || begins_with(text, 0, '<');
}

uint8_t *
wide_narrow(struct prov_span text, size_t *len)
{
    const size_t low = is_little(text) ? 0 : 1, high = 1 - low;
    uint8_t *narrow = malloc(text.len / 2 + 1);
    if (narrow == NULL)
        return NULL;
    *len = 0;
    for (size_t i = 0; i + 1 < text.len; i += 2)
        narrow[(*len)++] = text.data[i + high] == 0 ? text.data[i + low] : '?';
    return narrow;
}

void
wide_free(uint8_t *narrow, size_t len)
{
    if (narrow != NULL)
        OPENSSL_cleanse(narrow, len);
    free(narrow);
}
