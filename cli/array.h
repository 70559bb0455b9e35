/* SPDX-License-Identifier: MIT */
/* Arrays that grow by one element at a time, and may be sorted. */
#ifndef CLI_ARRAY_H
#define CLI_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for one element of `size` bytes behind the `count` that `array` has. It doubles where
 * `count` is a power of two, so that nobody needs to keep how much room there is: an array that
 * grows in this way grows in no other. NULL while it has none. Returns where it is now, to be freed
 * by the caller; NULL when memory is short, and then the array stands where it stood. */
void *array_room(void *array, size_t count, size_t size);

/* The same with the room at `place`, which is at most `count`: what stands there moves up. */
void *array_open(void *array, size_t count, size_t place, size_t size);

/* Where the element of this key stands in an array that is sorted, or belongs; `there`: it stands.
 * `compare` is that of bsearch, whose parameters these are. */
size_t array_place(const void *key, const void *array, size_t count, size_t size,
                   int (*compare)(const void *key, const void *element), bool *there);

#endif
