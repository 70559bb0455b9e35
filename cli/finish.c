/* SPDX-License-Identifier: MIT */
/* How programs end: what they printed must be written, and signals that waited have their turn. */
#include "cli/program.h"
#include "cli/signals.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
cli_finish(int status)
{
    bool printed = fflush(stdout) == 0 && ferror(stdout) == 0;
    int reason = errno;
    cli_end_by_signal();
    if (printed)
        return status;
    errno = reason;
    cli_error("standard output", "cannot write: %s", strerror(errno));
    return CLI_FAILED;
}
