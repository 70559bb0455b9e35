/* SPDX-License-Identifier: MIT */
/* What the load generators have in common: the clock, the files they expect, the times they saw. */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

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

/* As many descriptors as the system allows. */
void load_raise_descriptors(void);

#endif
