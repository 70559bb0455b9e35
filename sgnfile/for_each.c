/* SPDX-License-Identifier: MIT */
/* Many files on several threads. Each thread fills a batch of its own; a round of files becomes
 * durable at once. */
#include "cli/progress.h"
#include "cli/workers.h"
#include "sgnfile/sgnfile.h"

#include <stdatomic.h>
#include <unistd.h>

#define ROUND_MAX 4096 /* files that are made durable together */

struct round {
    const struct sgnfile *run;
    sgnfile_each *one;
    const void *context;
    struct prov_batch *batches[WORKERS_MAX]; /* a thread's own: no locks */
    atomic_bool failed;
};

static void
do_one(void *context, unsigned worker, size_t index)
{
    struct round *round = context;
    struct prov_batch **batch = &round->batches[worker];
    if (*batch == NULL)
        *batch = prov_batch_new();
    if (*batch == NULL)
        cli_error(round->run->files[index], "out of memory");
    if (*batch == NULL ||
        round->one(round->run, round->context, *batch, round->run->files[index]) != CLI_DONE)
        round->failed = true;
    cli_progress(index + 1, round->run->count);
}

/* Commits what all threads wrote; the last file is to blame for what fails. */
static bool
commit(struct round *round, const char *last)
{
    struct prov_error err;
    struct prov_batch *all = prov_batch_new();
    int rc = all != NULL ? PROV_OK : prov_fail(&err, PROV_E_MEMORY, "out of memory");
    for (unsigned i = 0; i < WORKERS_MAX; i++) {
        if (rc == PROV_OK && round->batches[i] != NULL)
            rc = prov_batch_take(all, round->batches[i], &err);
        prov_batch_free(round->batches[i]);
        round->batches[i] = NULL;
    }
    if (rc == PROV_OK && !cli_interrupted())
        rc = prov_batch_commit(all, &err);
    if (rc != PROV_OK)
        cli_fail(last, &err);
    prov_batch_free(all);
    return rc == PROV_OK;
}

int
sgnfile_for_each(const struct sgnfile *run, sgnfile_each *one, const void *context)
{
    struct round round = {.run = run, .one = one, .context = context};
    unsigned jobs = run->jobs != 0 ? run->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    cli_finish_before_signals();
    for (size_t begin = 0; begin < run->count; begin += ROUND_MAX) {
        size_t end = run->count - begin < ROUND_MAX ? run->count : begin + ROUND_MAX;
        workers_run(jobs, begin, end, do_one, &round);
        if (!commit(&round, run->files[end - 1]))
            round.failed = true;
    }
    cli_progress_end();
    return round.failed ? CLI_FAILED : CLI_DONE;
}
