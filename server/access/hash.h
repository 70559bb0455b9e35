/* SPDX-License-Identifier: MIT */
/* SipHash-2-4: strangers choose what is hashed here, so they must not foresee where it falls. */
#ifndef SERVER_ACCESS_HASH_H
#define SERVER_ACCESS_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t access_hash(const uint64_t secret[2], const void *data, size_t len);

#endif
