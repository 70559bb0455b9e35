/* SPDX-License-Identifier: MIT */
/* How far a long run is: one line that is rewritten on a terminal, nothing anywhere else. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stddef.h>

/* `done` of `total` files; to be called after each, by any thread. Clears its line when all are
 * done. */
void cli_progress(size_t done, size_t total);
/* Clears its line, once no thread calls the above any more: for runs that end before all are done,
 * or whose threads finish out of order. */
void cli_progress_end(void);

#endif
