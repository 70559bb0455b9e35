/* SPDX-License-Identifier: MIT */
/* Pictures by their first bytes. */
#ifndef CHECKS_PNG_H
#define CHECKS_PNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct png_size {
    uint32_t width, height;
};

/* False for what does not begin as a PNG does, with its size; 24 bytes are enough. */
bool png_read(const uint8_t *start, size_t len, struct png_size *out);

/* "a JPEG" and the like for a picture of another kind, "no PNG" for what is not known. */
const char *png_other_kind(const uint8_t *start, size_t len);

#endif
