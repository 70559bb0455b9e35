/* SPDX-License-Identifier: MIT */
/* What a checker may ask about other files than the one at hand: whether phones get them, how large
 * they are, and how they begin. */
#ifndef CHECKS_SERVED_H
#define CHECKS_SERVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVED_START_MAX 64

/* A file as phones get it, without the header of a signed one. */
struct served {
    uint64_t size;
    size_t start_len;
    uint8_t start[SERVED_START_MAX]; /* its first bytes */
};

/* False where phones ask for this name in vain. */
typedef bool served_find(void *context, const char *name, struct served *out);

/* Where a checker asks. */
struct served_files {
    served_find *find;
    void *context;
};

#endif
