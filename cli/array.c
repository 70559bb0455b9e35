/* SPDX-License-Identifier: MIT */
/* Making room in arrays that grow by one element at a time, and finding the place for it. */
#include "cli/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *
array_room(void *array, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return array;
    return reallocarray(array, count > 0 ? 2 * count : 1, size);
}

void *
array_open(void *array, size_t count, size_t place, size_t size)
{
    uint8_t *at = array_room(array, count, size);
    if (at != NULL)
        memmove(at + (place + 1) * size, at + place * size, (count - place) * size);
    return at;
}

size_t
array_place(const void *key, const void *array, size_t count, size_t size,
            int (*compare)(const void *key, const void *element), bool *there)
{
    const uint8_t *at = array;
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(key, at + middle * size) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    *there = low < count && compare(key, at + low * size) == 0;
    return low;
}
