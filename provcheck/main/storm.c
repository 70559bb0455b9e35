/* SPDX-License-Identifier: MIT */
/* provcheck storm: many phones at once, as after a power cut. */
#include "provcheck/main/target.h"
#include "provcheck/main/verbs.h"
#include "provcheck/storm/runner.h"

#include "cli/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PHONES_MAX 100000
#define FAMILIES_MAX 16
#define DESCRIPTORS_BESIDE 64 /* those that are not a phone's socket */
#define PROGRESS_PAUSE 200    /* milliseconds between two lines */

enum { KEY_FAMILY = TARGET_KEY_VERB, KEY_PHONES, KEY_FIRST };

static const struct cli_option *const options[] = {
    &target_server,
    CLI_OPTION(KEY_FAMILY, 'f', "family", "NAME", true,
               "7900, 8800 and so on, or a model; of several, phones in turn"),
    CLI_OPTION(KEY_PHONES, 'n', "phones", "N", false, "how many phones"),
    CLI_OPTION(KEY_FIRST, '\0', "first", "SEP<MAC>", false,
               "the first phone; the others count up from it"),
    TARGET_OPTIONS,
    &cli_timestamp,
    &cli_json,
    &cli_help,
    &cli_version,
    NULL,
};

struct command {
    struct cli_common common;
    struct target target;
    const struct family *families[FAMILIES_MAX];
    size_t family_count;
    unsigned phones;
    uint64_t first; /* MAC address as a number */
    int64_t now;
};

static bool
take_family(struct command *command, const char *value)
{
    const struct family *found = target_family(value);
    if (found != NULL && command->family_count == FAMILIES_MAX) {
        cli_usage("give --family at most %d times", FAMILIES_MAX);
        return false;
    }
    if (found != NULL)
        command->families[command->family_count++] = found;
    return found != NULL;
}

static bool
take_first(struct command *command, const char *value)
{
    struct prov_mac mac;
    bool known = prov_mac_of_file(value, "", "", &mac);
    if (known)
        command->first = strtoull(mac.text, NULL, 16);
    else
        cli_usage("--first must be a phone such as SEP58971ECC97C1, not %s", value);
    return known;
}

static bool
take(void *context, int option, const char *value)
{
    struct command *command = context;
    switch (option) {
    case KEY_FAMILY:
        return take_family(command, value);
    case KEY_PHONES:
        return cli_number(&command->phones, "phones", value, 1, PHONES_MAX);
    case KEY_FIRST:
        return take_first(command, value);
    default:
        return target_take(&command->target, option, value);
    }
}

static const char *const synopsis[] = {
    "--server HOST --phones N --family NAME [option ...]",
    NULL,
};

static const struct cli_program program = {
    .name = "provcheck storm",
    .synopsis = synopsis,
    .summary = "Boots many phones at once, each fresh from the box, and counts how they fare.",
    .options = options,
    .examples = "  provcheck storm --server 192.0.2.10 --phones 500 --family 8800\n"
                "      SEP000000000001 and the 499 after it\n",
    .take = take,
};

/* --- the storm */

/* A socket for each phone. */
static int
raise_limit(unsigned phones)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)phones + DESCRIPTORS_BESIDE;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        limit.rlim_cur = wanted;
        if (limit.rlim_max < wanted)
            limit.rlim_max = wanted;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            return cli_error(NULL,
                             "%u phones need %ju descriptors: %s; give fewer phones or raise "
                             "ulimit -n",
                             phones, (uintmax_t)wanted, strerror(errno));
    }
    return CLI_DONE;
}

static struct runner_phone *
make_phones(const struct command *command, struct trust_library *library)
{
    struct runner_phone *phones = calloc(command->phones, sizeof *phones);
    for (unsigned i = 0; phones != NULL && i < command->phones; i++) {
        struct boot_phone *phone = &phones[i].phone;
        phone->family = command->families[i % command->family_count];
        phone->now = command->now;
        phones[i].trust.known = library;
        snprintf(phone->mac.text, sizeof phone->mac.text, "%012" PRIX64,
                 (command->first + i) & UINT64_C(0xffffffffffff));
    }
    return phones;
}

struct progress {
    size_t total;
    int64_t last;
};

/* One line, rewritten, on a terminal alone. */
static void
show_progress(void *context, size_t done, size_t failed)
{
    struct progress *progress = context;
    int64_t now = fetch_clock();
    if (isatty(STDERR_FILENO) != 1 || now - progress->last < PROGRESS_PAUSE)
        return;
    progress->last = now;
    fprintf(stderr, "\r%zu of %zu phones are through, %zu failed\033[K", done, progress->total,
            failed);
}

/* --- the table */

struct totals {
    size_t by_result[BOOT_RESULTS];
    const struct runner_phone *slowest;
    uint64_t requests;
    uint64_t fallbacks;
    uint64_t resends;
};

static struct totals
add_up(const struct runner_phone *phones, size_t count)
{
    struct totals totals = {.slowest = phones};
    for (size_t i = 0; i < count; i++) {
        totals.by_result[phones[i].result]++;
        totals.requests += phones[i].requests;
        totals.fallbacks += phones[i].fallbacks;
        totals.resends += phones[i].resends;
        if (phones[i].milliseconds > totals.slowest->milliseconds)
            totals.slowest = &phones[i];
    }
    return totals;
}

static void
report_failures(struct cli_report *report, const struct runner_phone *phones, size_t count,
                const struct totals *totals)
{
    for (size_t result = BOOT_UP + 1; result < BOOT_RESULTS; result++) {
        size_t i = 0;
        if (totals->by_result[result] == 0)
            continue;
        while (i < count && phones[i].result != result)
            i++;
        char name[sizeof "SEP" + PROV_MAC_LEN];
        snprintf(name, sizeof name, "SEP%s", phones[i].phone.mac.text);
        cli_report_open(report, "failures", false);
        cli_report_text(report, "Failure", boot_result_name((enum boot_result)result));
        cli_report_number(report, "Phones", totals->by_result[result], "", NULL);
        cli_report_text(report, "First", name);
        cli_report_close(report);
    }
}

static int
report_all(const struct runner_phone *phones, size_t count, bool json)
{
    const struct totals totals = add_up(phones, count);
    int64_t milliseconds = totals.slowest->milliseconds > 0 ? totals.slowest->milliseconds : 1;
    char slowest[64];
    struct cli_report *report = cli_report_new(json);
    if (report == NULL)
        return cli_report_end(NULL, CLI_FAILED);
    cli_report_number(report, "Phones", count, "", NULL);
    cli_report_number(report, "Up", totals.by_result[BOOT_UP], "", NULL);
    cli_report_number(report, "Failed", count - totals.by_result[BOOT_UP], "", NULL);
    cli_report_number(report, "Milliseconds", (uint64_t)milliseconds, "", NULL);
    cli_report_number(report, "Boots per Second", count * 1000 / (uint64_t)milliseconds, "", NULL);
    snprintf(slowest, sizeof slowest, "SEP%s", totals.slowest->phone.mac.text);
    cli_report_text(report, "Slowest Phone", slowest);
    cli_report_number(report, "Requests", totals.requests, "", NULL);
    cli_report_number(report, "Answers that Failed", totals.fallbacks, "", NULL);
    cli_report_number(report, "Retransmissions", totals.resends, "", NULL);
    report_failures(report, phones, count, &totals);
    return cli_report_end(report, totals.by_result[BOOT_UP] == count ? CLI_DONE : CLI_FAILED);
}

static int
storm(const struct command *command)
{
    struct prov_error err;
    struct fetch_server server;
    struct runner_server asked = {.server = &server};
    struct progress progress = {.total = command->phones};
    int status = target_find(&command->target, &server);
    if (status == CLI_DONE)
        status = raise_limit(command->phones);
    if (status != CLI_DONE)
        return status;
    struct trust_library *library = trust_library_new();
    struct runner_phone *phones = make_phones(command, library);
    int rc = PROV_E_MEMORY;
    if (phones == NULL || library == NULL)
        prov_fail(&err, rc, "out of memory");
    else
        rc = fetch_tls_new(NULL, &asked.tls, &err);
    if (rc == PROV_OK)
        rc = runner_run(phones, command->phones, &asked, show_progress, &progress, &err);
    if (progress.last != 0)
        fprintf(stderr, "\r\033[K");
    status = rc == PROV_OK ? report_all(phones, command->phones, command->common.json)
                           : cli_fail(NULL, &err);
    free(phones);
    trust_library_free(library);
    fetch_tls_free(asked.tls);
    return status;
}

static int
check_usage(void *context, int count, char **operands)
{
    struct command *command = context;
    if (count > 0)
        return cli_usage("%s: storm takes options alone; see provcheck storm --help", operands[0]);
    if (command->target.host == NULL || command->phones == 0 || command->family_count == 0)
        return cli_usage("give --server, --phones and --family; see provcheck storm --help");
    return cli_clock(&command->common, &command->now) ? CLI_DONE : CLI_USAGE;
}

int
verb_storm(int argc, char **argv)
{
    struct command command = {.first = 1};
    int status;
    target_begin(&command.target);
    if (!cli_start(&program, argc, argv, &command, &command.common, check_usage, &status))
        return status;
    return cli_finish(storm(&command));
}
