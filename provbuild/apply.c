/* SPDX-License-Identifier: MIT */
/* Building in rounds: each thread fills a batch of its own, and a round becomes durable at once. */
#include "provbuild/apply.h"

#include "cli/progress.h"
#include "provbuild/workers.h"
#include "provbuild/write.h"

#include <stdatomic.h>
#include <stdlib.h>

#define ROUND_MAX 2048 /* outputs that are made durable together */

struct round {
    struct plan *plan;
    const size_t *todo; /* steps to be done, by number */
    size_t total;
    atomic_size_t done;
    struct prov_batch *batches[WORKERS_MAX];
};

static void
build_one(void *context, unsigned worker, size_t index)
{
    struct round *round = context;
    struct step *step = &round->plan->steps[round->todo[index]];
    struct prov_error err;
    if (round->batches[worker] == NULL)
        round->batches[worker] = prov_batch_new();
    if (round->batches[worker] == NULL)
        step_withhold(step, "out of memory");
    else if (write_output(round->plan, step, round->batches[worker], &err) != PROV_OK)
        step_withhold(step, "%s", err.text);
    cli_progress(atomic_fetch_add(&round->done, 1) + 1, round->total);
}

/* What the threads wrote becomes visible. */
static int
commit(struct round *round, struct prov_error *err)
{
    int rc = PROV_OK;
    struct prov_batch *all = prov_batch_new();
    if (all == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (unsigned i = 0; i < WORKERS_MAX; i++)
        if (rc == PROV_OK && round->batches[i] != NULL)
            rc = prov_batch_take(all, round->batches[i], err);
    if (rc == PROV_OK)
        rc = prov_batch_commit(all, err);
    prov_batch_free(all);
    return rc;
}

static void
run_round(struct round *round, size_t begin, size_t end)
{
    struct prov_error err;
    workers_run(round->plan->run->jobs, begin, end, build_one, round);
    bool stopped = cli_interrupted();
    int rc = stopped ? PROV_OK : commit(round, &err);
    for (unsigned i = 0; i < WORKERS_MAX; i++) {
        prov_batch_free(round->batches[i]);
        round->batches[i] = NULL;
    }
    for (size_t i = begin; i < end; i++) {
        struct step *step = &round->plan->steps[round->todo[i]];
        if (step->kind == STEP_WRITE && stopped)
            step->kind = STEP_NONE;
        else if (step->kind == STEP_WRITE && rc != PROV_OK)
            step_withhold(step, "%s", err.text);
        else if (step->kind == STEP_WRITE)
            write_remove_obsolete(round->plan, step);
    }
}

static void
remove_all(struct plan *plan)
{
    struct prov_error err;
    for (size_t i = 0; i < plan->count; i++) {
        struct step *step = &plan->steps[i];
        if (step->kind == STEP_REMOVE && cli_interrupted())
            step->kind = STEP_NONE;
        else if (step->kind == STEP_REMOVE && prov_file_remove(step->path, &err) != PROV_OK)
            step_withhold(step, "%s", err.text);
    }
}

void
apply_plan(struct plan *plan)
{
    size_t *todo = calloc(plan->count + 1, sizeof *todo);
    struct round round = {.plan = plan, .todo = todo};
    if (todo == NULL) {
        report_fault(plan->run->report, NULL, "out of memory");
        return;
    }
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].kind == STEP_WRITE)
            todo[round.total++] = i;
    for (size_t begin = 0; begin < round.total; begin += ROUND_MAX) {
        size_t left = round.total - begin;
        run_round(&round, begin, begin + (left < ROUND_MAX ? left : ROUND_MAX));
    }
    remove_all(plan);
    free(todo);
}
