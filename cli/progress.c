/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#define STEPS 100 /* redraws in a run */

void
cli_progress(size_t done, size_t total)
{
    if (total < STEPS || isatty(STDERR_FILENO) != 1)
        return;
    if (done == total)
        fprintf(stderr, "\r\033[K");
    else if (done % (total / STEPS) == 0)
        fprintf(stderr, "\r%zu of %zu files", done, total);
}
