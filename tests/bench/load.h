/* SPDX-License-Identifier: MIT */
/* What the load generators have in common: the clock, the files they expect, the times they saw. */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct load_endpoint {
    struct sockaddr_storage address;
    socklen_t len;
};

struct load_file {
    char *name;
    uint8_t *bytes; /* NULL: content unknown, nothing is compared */
    size_t size;
};

/* How long each transfer took, in microseconds. */
struct load_times {
    uint32_t *at;
    size_t count, room;
};

/* What every load generator is told, and what it counts. */
struct load_run {
    const char *target; /* as given */
    struct load_endpoint server;
    const char *root; /* where the files are to compare with, or NULL */
    double seconds;
    char **names; /* of the files */
    unsigned name_count;
    unsigned active; /* phones or connections that are not through */
    int64_t began, ended, stop_at;
    struct load_times times;
    uint64_t failed, bytes;
};

/* Says what is wrong and ends the program with status 2. */
void load_fatal(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

int64_t load_now(void); /* microseconds, monotonic */
double load_cpu(void);  /* seconds of processor time that this process used */

/* "192.0.2.1:69" or "[2001:db8::1]:69". */
void load_parse_endpoint(const char *text, struct load_endpoint *out);
unsigned load_parse_number(const char *text, unsigned low, unsigned high);
double load_parse_decimal(const char *text, double low, double high);

/* Reads `folder`/`name`; without a folder, the name alone is kept. */
void load_file_read(const char *folder, const char *name, struct load_file *out);
void load_file_free(struct load_file *file);

void load_times_add(struct load_times *times, int64_t microseconds);
void load_times_sort(struct load_times *times);
/* Milliseconds that `quantile` (0 to 1) of the sorted times stay within. */
double load_times_ms(const struct load_times *times, double quantile);

/* Takes the command line: --seconds, --root and --help itself, other options by `take`, which is
 * false for one that it does not know; then an address and files. Ends the program on --help and on
 * wrong usage. */
void load_take_options(struct load_run *run, int argc, char **argv, const char *letters,
                       const struct option *options, const char *help, bool (*take)(int option));
/* Starts the clock for so many phones or connections. */
void load_begin(struct load_run *run, unsigned active);
/* The result as one line of key=value: what each generator adds goes between the two. `what` was
 * fetched. */
void load_print_counts(const struct load_run *run, const char *what);
void load_print_times(struct load_run *run);

/* As many descriptors as the system allows. */
void load_raise_descriptors(void);

#endif
