/* SPDX-License-Identifier: MIT */
/* Bytes as text. Names out of files are untrusted: they may hold escape sequences or broken UTF-8.
 */
#ifndef PROV_TEXT_H
#define PROV_TEXT_H

#include <prov/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes `len` bytes of `data` into `out` as valid UTF-8 for one line of a terminal: bytes that are
 * not UTF-8, control characters and the characters that turn the writing direction become \xHH for
 * each of their bytes; all else stays. Always ends with NUL; what does not fit into `size` bytes
 * (at least 4) is cut and ends with "...". Returns `out`. */
PROV_API const char *prov_printable(const void *data, size_t len, char *out, size_t size);

/* Bytes that prov_printable needs at most for `len` bytes of input, NUL included. */
#define PROV_PRINTABLE_SIZE(len) (4 * (size_t)(len) + 1)

/* Writes `len` bytes of `data` into `out` as two lower-case hexadecimal digits each, with a NUL at
 * the end; bytes that do not fit into `size` (at least 1) are left out. Returns `out`. */
PROV_API const char *prov_hex(const void *data, size_t len, char *out, size_t size);

/* Characters that prov_hex needs for `len` bytes, NUL included. */
#define PROV_HEX_SIZE(len) (2 * (size_t)(len) + 1)

/* The bytes that `text` writes as hexadecimal digits of any case, nothing between them, into `out`;
 * `*len` says how many. False, perhaps with some written, for anything else and for more than
 * `size` bytes. */
PROV_API bool prov_hex_read(const char *text, void *out, size_t size, size_t *len);

#endif
