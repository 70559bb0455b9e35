/* SPDX-License-Identifier: MIT */
/* The same done to many things by several threads, the calling one among them. */
#ifndef CLI_WORKERS_H
#define CLI_WORKERS_H

#include <stddef.h>

#define WORKERS_MAX 64

/* `worker` is below the number of threads. */
typedef void workers_each(void *context, unsigned worker, size_t index);

/* Calls `each` with `begin` to `end` - 1, in any order, until a signal asks the program to end. */
void workers_run(unsigned jobs, size_t begin, size_t end, workers_each *each, void *context);

#endif
