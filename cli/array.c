/* SPDX-License-Identifier: MIT */
/* Making room in arrays that grow by one element at a time. */
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
