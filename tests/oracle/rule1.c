/* SPDX-License-Identifier: MIT */
/* The oracle for "never lock a phone out": random histories of sites that provbuild builds, phones
 * that boot from them, and somebody on the network who asks in any name. No phone may be left
 * without a way to the newest list that stands, but where the operator was told so before.
 *
 *   rule1 [--histories N] [--steps N] [--jobs N] [--older PROGRAMS] [--verbose] PROGRAMS FATE
 *
 * PROGRAMS is the folder with provbuild and mkcert (--older: those of another version, which run
 * now and then), FATE the library of fate.c. SEED=n in the environment says where to begin, and
 * alone repeats that one history; --verbose tells its steps.
 */
#include "tests/oracle/history.h"

#include "server/log/log.h"

#include <errno.h>
#include <getopt.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX 64

struct asked {
    unsigned long histories;
    int steps; /* of a history */
    int jobs;
    bool verbose;
    uint64_t seed;
    const char *older;
};

/* What the processes share. */
struct shared {
    atomic_ulong next;
    struct history_count counts[JOBS_MAX];
};

static unsigned long
number_of(const char *text)
{
    char *end = NULL;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0')
        die("%s is no number", text);
    return number;
}

static void
take_options(int argc, char **argv, struct asked *asked)
{
    static const struct option options[] = {
        {"histories", required_argument, NULL, 'n'}, {"steps", required_argument, NULL, 's'},
        {"jobs", required_argument, NULL, 'j'},      {"older", required_argument, NULL, 'o'},
        {"verbose", no_argument, NULL, 'v'},         {NULL, 0, NULL, 0}};
    const char *seed = getenv("SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *asked = (struct asked){.histories = seed != NULL ? 1 : 300,
                            .steps = 7,
                            .jobs = (int)sysconf(_SC_NPROCESSORS_ONLN),
                            .seed = seed != NULL ? number_of(seed)
                                                 : (uint64_t)(now.tv_sec % 100000) * 100000};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'n')
            asked->histories = number_of(optarg);
        else if (option == 's')
            asked->steps = (int)number_of(optarg);
        else if (option == 'j')
            asked->jobs = (int)number_of(optarg);
        else if (option == 'o')
            asked->older = optarg;
        else if (option == 'v')
            asked->verbose = true;
        else
            exit(2);
    }
    if (argc - optind != 2)
        die("give the folder of the programs and the library of their fate");
    if (asked->jobs < 1 || asked->jobs > JOBS_MAX)
        asked->jobs = 1;
}

/* --- the work */

static void
work(const struct asked *asked, const struct site_tools *tools, const char *folder,
     struct shared *shared, int job)
{
    unsigned long index;
    while ((index = atomic_fetch_add(&shared->next, 1)) < asked->histories) {
        char site[PATH_SIZE];
        struct history_count count;
        path_to(site, folder, "%llu", (unsigned long long)(asked->seed + index));
        history_live(tools, site, asked->seed + index, asked->steps, asked->verbose, &count);
        history_add(&shared->counts[job], &count);
    }
}

/* True if all processes ended well. */
static bool
share_work(const struct asked *asked, const struct site_tools *tools, const char *folder,
           struct shared *shared)
{
    bool well = true;
    for (int job = 0; job < asked->jobs; job++) {
        pid_t pid = fork();
        if (pid < 0)
            die("no process: %s", strerror(errno));
        if (pid == 0) {
            work(asked, tools, folder, shared, job);
            exit(0);
        }
    }
    for (int status, job = 0; job < asked->jobs; job++)
        if (wait(&status) < 0 || status != 0)
            well = false;
    return well;
}

/* --- the report */

static double
part(unsigned long some, unsigned long all, double of)
{
    return all > 0 ? of * (double)some / (double)all : 0;
}

static void
report(const struct asked *asked, const struct history_count *sum)
{
    unsigned long phones = 6 * sum->histories;
    unsigned long changes = sum->rotations + sum->recoveries;
    printf("# SEED=%llu: %lu histories of %d steps, %lu with a server that gives what stands\n",
           (unsigned long long)asked->seed, sum->histories, asked->steps, sum->still);
    printf("# %lu runs, %lu refused, %lu killed; %lu rotations, %lu of them with a lost key\n",
           sum->runs, sum->refused, sum->killed, changes, sum->recoveries);
    printf("# %lu with --force or --forget, %lu with --accept-archive, %lu times all evidence was "
           "older than what phones may hold\n",
           sum->forced, sum->accepted, sum->beyond);
    printf("# boots behind, of a phone over three rotations: %.1f (proof.md: 13)\n",
           part(sum->behind, phones, 3 * part(sum->histories, changes, 1)));
    printf("# boots without service, per 1000: %.0f (proof.md: 72)\n",
           part(sum->unserved, sum->boots, 1000));
    printf(
        "# judged: %lu phones led to the newest list, in %lu boots at most, %lu in more than %d; "
        "%lu given up before; %lu lost\n",
        sum->led, sum->most_boots, sum->late, HISTORY_BOOTS, sum->forsaken, sum->lost);
    if (sum->unsettled > 0)
        printf("# %lu sites that provbuild builds no more, and says so\n", sum->unsettled);
}

int
main(int argc, char **argv)
{
    struct asked asked;
    struct prov_error err;
    char folder[PATH_SIZE], pool[PATH_SIZE];
    struct history_count sum = {.histories = 0};
    const char *temporary = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    take_options(argc, argv, &asked);
    if (log_open(SETTINGS_LOG_FILE, "/dev/null", &err) != PROV_OK)
        die("%s", err.text);
    path_to(folder, temporary != NULL ? temporary : "/tmp", "prov-oracle.XXXXXX");
    if (mkdtemp(folder) == NULL)
        die("%s: %s", folder, strerror(errno));
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die("out of memory");
    const struct site_tools tools = {
        .programs = argv[optind], .fate = argv[optind + 1], .pool = path_to(pool, folder, "pool")};
    site_make_pool(&tools);
    bool well = share_work(&asked, &tools, folder, shared);
    for (int job = 0; job < asked.jobs; job++)
        history_add(&sum, &shared->counts[job]);
    report(&asked, &sum);
    if (asked.verbose) {
        printf("# all of it is left in %s\n", folder);
    } else {
        folder_empty(folder);
        (void)rmdir(folder);
    }
    return well && sum.lost == 0 && sum.broken == 0 && sum.histories == asked.histories ? 0 : 1;
}
