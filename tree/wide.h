/* SPDX-License-Identifier: MIT */
/* Text of two bytes a character, as Windows writes it. */
#ifndef TREE_WIDE_H
#define TREE_WIDE_H

#include <prov/bytes.h>

#include <stdbool.h>

/* True if it begins as UTF-16 does: with its mark, or with markup. */
bool wide_is(struct prov_span text);

/* The same text with a byte for each character of ASCII and '?' for each other, to be wiped and
 * freed (wide_free); NULL when memory is short. */
uint8_t *wide_narrow(struct prov_span text, size_t *len);
void wide_free(uint8_t *narrow, size_t len);

#endif
