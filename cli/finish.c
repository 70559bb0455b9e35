/* SPDX-License-Identifier: MIT */
/* How programs end: signals wait until what is being written is whole, and what was printed must be
 * written. */
#include "cli/program.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static atomic_int received; /* threads look at it */

static void
note(int number)
{
    received = number;
}

void
cli_finish_before_signals(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        struct sigaction before;
        if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            (void)sigaction(ending[i], &action, NULL); /* cannot fail with these signals */
    }
}

bool
cli_interrupted(void)
{
    return received != 0;
}

int
cli_finish(int status)
{
    bool printed = fflush(stdout) == 0 && ferror(stdout) == 0;
    int reason = errno;
    if (received != 0)
        raise(received); /* its default action is back since it came */
    if (printed)
        return status;
    return cli_error("standard output", "cannot write: %s", strerror(reason));
}
