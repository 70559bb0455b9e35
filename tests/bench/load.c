/* SPDX-License-Identifier: MIT */
/* What the load generators share: clock, options, files to compare with, times. */
#include "tests/bench/load.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void
load_fatal(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

int64_t
load_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

double
load_cpu(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

void
load_parse_endpoint(const char *text, struct load_endpoint *out)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL)
        load_fatal("%s has no port; write ADDRESS:PORT", text);
    bool bracketed = text[0] == '[' && colon > text && colon[-1] == ']';
    size_t len = (size_t)(colon - text) - (bracketed ? 2 : 0);
    char *host = strndup(text + bracketed, len);
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (host == NULL || getaddrinfo(host, colon + 1, &hints, &found) != 0)
        load_fatal("%s is no address; write 192.0.2.1:69 or [2001:db8::1]:69", text);
    memcpy(&out->address, found->ai_addr, found->ai_addrlen);
    out->len = found->ai_addrlen;
    freeaddrinfo(found);
    free(host);
}

double
load_parse_decimal(const char *text, double low, double high)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= low && value <= high))
        load_fatal("%s is not a number from %g to %g", text, low, high);
    return value;
}

unsigned
load_parse_number(const char *text, unsigned low, unsigned high)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || value < low || value > high)
        load_fatal("%s is not a number from %u to %u", text, low, high);
    return (unsigned)value;
}

static uint8_t *
read_all(const char *path, size_t *size)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL || fseek(stream, 0, SEEK_END) != 0)
        load_fatal("%s: %s", path, strerror(errno));
    long end = ftell(stream);
    if (end < 0 || fseek(stream, 0, SEEK_SET) != 0)
        load_fatal("%s: %s", path, strerror(errno));
    *size = (size_t)end;
    uint8_t *bytes = malloc(*size + 1);
    if (bytes == NULL || fread(bytes, 1, *size, stream) != *size)
        load_fatal("%s cannot be read", path);
    fclose(stream);
    return bytes;
}

void
load_file_read(const char *folder, const char *name, struct load_file *out)
{
    *out = (struct load_file){.name = strdup(name)};
    char *path = NULL;
    if (out->name == NULL)
        load_fatal("out of memory");
    if (folder == NULL)
        return;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        load_fatal("out of memory");
    out->bytes = read_all(path, &out->size);
    free(path);
}

void
load_file_free(struct load_file *file)
{
    free(file->name);
    free(file->bytes);
}

void
load_times_add(struct load_times *times, int64_t microseconds)
{
    if (times->count == times->room) {
        times->room = times->room > 0 ? 2 * times->room : 4096;
        times->at = reallocarray(times->at, times->room, sizeof *times->at);
        if (times->at == NULL)
            load_fatal("out of memory");
    }
    times->at[times->count++] = (uint32_t)microseconds;
}

static int
compare_times(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

void
load_times_sort(struct load_times *times)
{
    if (times->count > 0)
        qsort(times->at, times->count, sizeof *times->at, compare_times);
}

double
load_times_ms(const struct load_times *times, double quantile)
{
    if (times->count == 0)
        return 0;
    size_t index = (size_t)(quantile * (double)(times->count - 1) + 0.5);
    return times->at[index] / 1e3;
}

void
load_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        load_fatal("the limit of descriptors stays: %s", strerror(errno));
}

static void
end_with_help(const char *help, int status)
{
    fputs(help, status == 0 ? stdout : stderr);
    exit(status);
}

void
load_take_options(struct load_run *run, int argc, char **argv, const char *letters,
                  const struct option *options, const char *help, bool (*take)(int option))
{
    int option;
    while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
        if (option == 's')
            run->seconds = load_parse_decimal(optarg, 0.001, 86400);
        else if (option == 'd')
            run->root = optarg;
        else if (option == 'h' || !take(option))
            end_with_help(help, option == 'h' ? 0 : 2);
    }
    if (argc - optind < 2)
        load_fatal("an address and a file are needed; see --help");
    run->target = argv[optind];
    load_parse_endpoint(run->target, &run->server);
    run->names = argv + optind + 1;
    run->name_count = (unsigned)(argc - optind - 1);
}

void
load_begin(struct load_run *run, unsigned active)
{
    run->began = load_now();
    run->stop_at = run->began + (int64_t)(run->seconds * 1e6);
    run->active = active;
}

void
load_print_counts(const struct load_run *run, const char *what)
{
    double seconds = (double)(run->ended - run->began) / 1e6;
    printf("%s=%zu failed=%ju bytes=%ju seconds=%.3f %s_per_s=%.1f mb_per_s=%.2f ", what,
           run->times.count, (uintmax_t)run->failed, (uintmax_t)run->bytes, seconds, what,
           (double)run->times.count / seconds, (double)run->bytes / seconds / 1e6);
}

void
load_print_times(struct load_run *run)
{
    load_times_sort(&run->times);
    printf("p50_ms=%.2f p99_ms=%.2f max_ms=%.2f cpu=%.3f\n", load_times_ms(&run->times, 0.5),
           load_times_ms(&run->times, 0.99), load_times_ms(&run->times, 1), load_cpu());
}
