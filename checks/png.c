/* SPDX-License-Identifier: MIT */
/* Whether a picture is a PNG, and of which size, by its first chunk (ISO/IEC 15948). */
#include "checks/png.h"

#include <string.h>

#define SIGNATURE "\x89PNG\r\n\x1a\n"
#define SIGNATURE_LEN 8
#define AT_KIND 12
#define AT_WIDTH 16
#define AT_HEIGHT 20
#define START_LEN 24

static uint32_t
get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

bool
png_read(const uint8_t *start, size_t len, struct png_size *out)
{
    if (len < START_LEN || memcmp(start, SIGNATURE, SIGNATURE_LEN) != 0 ||
        memcmp(start + AT_KIND, "IHDR", 4) != 0)
        return false;
    *out = (struct png_size){get_u32(start + AT_WIDTH), get_u32(start + AT_HEIGHT)};
    return true;
}

const char *
png_other_kind(const uint8_t *start, size_t len)
{
    static const struct {
        const char *begins;
        size_t len;
        const char *kind;
    } kinds[] = {
        {"\xff\xd8\xff", 3, "a JPEG"},
        {"GIF8", 4, "a GIF"},
        {"BM", 2, "a BMP"},
        {"RIFF", 4, "a WebP"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (len >= kinds[i].len && memcmp(start, kinds[i].begins, kinds[i].len) == 0)
            return kinds[i].kind;
    return "no PNG";
}
