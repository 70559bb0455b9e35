/* SPDX-License-Identifier: MIT */
/* Times a command as a whole process, from fork to wait, and prints the median of some runs. The
 * standard tools either count a shell in or round to hundredths of a second.
 * usage: spawn RUNS LABEL REFERENCE_MS COMMAND [ARGUMENT...] */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double
milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int
run_once(char **command, double *took)
{
    pid_t child;
    int status = 0;
    double start = milliseconds();
    if (posix_spawn(&child, command[0], NULL, NULL, command, environ) != 0 ||
        waitpid(child, &status, 0) != child)
        return -1;
    *took = milliseconds() - start;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

int
main(int argc, char **argv)
{
    int runs = argc > 4 ? atoi(argv[1]) : 0;
    if (runs < 1) {
        fprintf(stderr, "usage: spawn RUNS LABEL REFERENCE_MS COMMAND [ARGUMENT...]\n");
        return 2;
    }
    double *took = calloc((size_t)runs, sizeof *took);
    if (took == NULL)
        return 1;
    double unused;
    (void)run_once(argv + 4, &unused); /* warms the caches */
    for (int i = 0; i < runs; i++) {
        if (run_once(argv + 4, &took[i]) != 0) {
            fprintf(stderr, "spawn: %s failed\n", argv[4]);
            free(took);
            return 1;
        }
    }
    qsort(took, (size_t)runs, sizeof *took, compare);
    double median = took[runs / 2], reference = atof(argv[3]);
    if (reference > 0)
        printf("%s: %.1f ms, %.0f times as fast as the reference's %.0f ms\n", argv[2], median,
               reference / median, reference);
    else
        printf("%s: %.1f ms\n", argv[2], median);
    free(took);
    return 0;
}
