/* SPDX-License-Identifier: MIT */
/* Bytes as hexadecimal digits, and back. */
#include <prov/text.h>

#include <string.h>

const char *
prov_hex(const void *data, size_t len, char *out, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = data;
    size_t used = 0;
    for (size_t i = 0; i < len && used + 2 < size; i++) {
        out[used++] = digits[in[i] >> 4];
        out[used++] = digits[in[i] & 0xf];
    }
    out[used] = '\0';
    return out;
}

/* -1 for what is no digit. */
static int
value_of(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool
prov_hex_read(const char *text, void *out, size_t size, size_t *len)
{
    uint8_t *bytes = out;
    size_t digits = strlen(text);
    if (digits % 2 != 0 || digits / 2 > size)
        return false;
    for (size_t i = 0; i < digits / 2; i++) {
        int high = value_of(text[2 * i]), low = value_of(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    *len = digits / 2;
    return true;
}
