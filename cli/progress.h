/* SPDX-License-Identifier: MIT */
/* How far a long run is: one line that is rewritten on a terminal, nothing anywhere else. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stddef.h>

/* `done` of `total` files; to be called after each. Clears its line when all are done. */
void cli_progress(size_t done, size_t total);

#endif
