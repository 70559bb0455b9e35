/* SPDX-License-Identifier: MIT */
/* What the library's writers need of struct prov_bytes beyond the public part. All arithmetic on
 * sizes is checked here. */
#ifndef LIBPROV_BYTES_H
#define LIBPROV_BYTES_H

#include <prov/bytes.h>

/* Overwrites two bytes that were put before, big-endian. */
void prov__bytes_patch_u16(struct prov_bytes *bytes, size_t offset, uint16_t value);
/* Room for `len` more bytes, counted as content; to be filled by the caller. NULL on failure. */
uint8_t *prov__bytes_extend(struct prov_bytes *bytes, size_t len, struct prov_error *err);
/* Forgets (and wipes) all content from `len` on. */
void prov__bytes_truncate(struct prov_bytes *bytes, size_t len);

#endif
