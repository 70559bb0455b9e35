/* SPDX-License-Identifier: MIT */
/* Many files on several threads. Each thread fills a batch of its own; a round of files becomes
 * durable at once. */
#include "cli/progress.h"
#include "sgnfile/sgnfile.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define BATCH_MAX 4096 /* files that are made durable together */
#define JOBS_MAX 64
#define FILES_PER_JOB 8 /* with fewer a thread is not worth its start */

/* A round of files that several threads take from, and that becomes durable at once. */
struct round {
    const struct sgnfile *run;
    sgnfile_each *one;
    const void *context;
    size_t end;
    atomic_size_t next;
};

struct worker {
    struct round *round;
    struct prov_batch *batch; /* its own: no locks */
    bool failed;
    pthread_t thread;
};

static void *
work(void *argument)
{
    struct worker *worker = argument;
    struct round *round = worker->round;
    size_t i;
    while (!cli_interrupted() && (i = atomic_fetch_add(&round->next, 1)) < round->end) {
        if (!round->one(round->run, round->context, worker->batch, round->run->files[i]))
            worker->failed = true;
        cli_progress(i + 1, round->run->count);
    }
    return NULL;
}

/* Runs a round on `jobs` threads, the calling one among them, and commits what they wrote. */
static bool
run_round(struct round *round, unsigned jobs)
{
    struct worker workers[JOBS_MAX] = {0};
    struct prov_error err;
    unsigned started = 0;
    bool done = true;
    for (unsigned i = 0; i < jobs; i++) {
        workers[i].round = round;
        workers[i].batch = prov_batch_new();
        if (workers[i].batch == NULL ||
            (i > 0 && pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0))
            break; /* fewer threads do as well */
        started++;
    }
    if (started > 0)
        work(&workers[0]);
    else
        done = false;
    for (unsigned i = 0; i < started; i++) {
        if (i > 0 && pthread_join(workers[i].thread, NULL) != 0)
            done = false;
        done = done && !workers[i].failed;
        if (i > 0 && prov_batch_take(workers[0].batch, workers[i].batch, &err) != PROV_OK) {
            cli_error(NULL, "%s", err.text);
            done = false;
        }
    }
    if (started > 0 && !cli_interrupted() && prov_batch_commit(workers[0].batch, &err) != PROV_OK) {
        cli_fail(round->run->files[round->end - 1], &err);
        done = false;
    }
    for (unsigned i = 0; i < jobs; i++)
        prov_batch_free(workers[i].batch);
    return done;
}

int
sgnfile_for_each(const struct sgnfile *run, sgnfile_each *one, const void *context)
{
    unsigned jobs = run->jobs;
    bool done = true;
    cli_finish_before_signals();
    if (jobs == 0)
        jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    if (jobs > JOBS_MAX)
        jobs = JOBS_MAX;
    if (run->count / FILES_PER_JOB < jobs)
        jobs = 1 + (unsigned)(run->count / FILES_PER_JOB);
    for (size_t begin = 0; begin < run->count; begin += BATCH_MAX) {
        size_t end = run->count - begin < BATCH_MAX ? run->count : begin + BATCH_MAX;
        struct round round = {
            .run = run, .one = one, .context = context, .end = end, .next = begin};
        done = run_round(&round, jobs) && done;
    }
    cli_progress_end();
    return done ? CLI_DONE : CLI_FAILED;
}
