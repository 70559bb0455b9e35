/* SPDX-License-Identifier: MIT */
/* The clock that connections are timed by. */
#include "server/http/internal.h"

#include <time.h>

int64_t
clock_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
