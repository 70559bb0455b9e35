/* SPDX-License-Identifier: MIT */
/* How far a long run is, on one line of a terminal. */
#include "cli/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define STEPS 100 /* redraws in a run */
#define WIDTH 30  /* of the bar */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t shown; /* the number that stands on the terminal; 0: none */

static void
clear(void)
{
    if (shown > 0)
        fprintf(stderr, "\r\033[K");
    shown = 0;
}

static void
draw(size_t done, size_t total)
{
    char bar[WIDTH + 1];
    for (size_t i = 0; i < WIDTH; i++)
        bar[i] = i < done * WIDTH / total ? '#' : '-';
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r[%s] %zu of %zu files", bar, done, total);
    shown = done;
}

void
cli_progress(size_t done, size_t total)
{
    if (total < STEPS || (done < total && done % (total / STEPS) != 0) ||
        isatty(STDERR_FILENO) != 1)
        return;
    pthread_mutex_lock(&lock);
    if (done == total)
        clear();
    else if (done > shown)
        draw(done, total);
    pthread_mutex_unlock(&lock);
}

void
cli_progress_end(void)
{
    pthread_mutex_lock(&lock);
    clear();
    pthread_mutex_unlock(&lock);
}
