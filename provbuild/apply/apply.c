/* SPDX-License-Identifier: MIT */
/* Building in rounds: each thread fills a batch of its own, and a round becomes durable at once,
 * while the next is built. */
#include "provbuild/apply/apply.h"

#include "cli/progress.h"
#include "cli/workers.h"
#include "provbuild/apply/write.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define ROUND_MAX 2048 /* outputs that are made durable together */

struct building {
    struct plan *plan;
    struct write_roots roots;
    const size_t *todo; /* steps to be done, by number */
    size_t total;
    atomic_size_t done;
    struct prov_batch *batches[WORKERS_MAX];
};

/* A round that was built, on its way to the disk. */
struct round {
    size_t begin, end; /* of `todo` */
    struct prov_batch *files;
    pthread_t thread;
    bool in_thread;
    int rc;
    struct prov_error err;
};

static void
build_one(void *context, unsigned worker, size_t index)
{
    struct building *building = context;
    struct step *step = &building->plan->steps[building->todo[index]];
    struct prov_batch **batch = &building->batches[worker];
    struct prov_error err;
    if (*batch == NULL)
        *batch = prov_batch_new();
    if (*batch == NULL)
        step_withhold(step, "out of memory");
    else if (write_output(building->plan, step, &building->roots, *batch, &err) != PROV_OK)
        step_withhold(step, "%s", err.text);
    cli_progress(atomic_fetch_add(&building->done, 1) + 1, building->total);
}

static void
build(struct building *building, struct round *round)
{
    workers_run(building->plan->run->jobs, round->begin, round->end, build_one, building);
    round->files = prov_batch_new();
    round->rc =
        round->files != NULL ? PROV_OK : prov_fail(&round->err, PROV_E_MEMORY, "out of memory");
    for (unsigned i = 0; i < WORKERS_MAX; i++) {
        if (round->rc == PROV_OK && building->batches[i] != NULL)
            round->rc = prov_batch_take(round->files, building->batches[i], &round->err);
        prov_batch_free(building->batches[i]);
        building->batches[i] = NULL;
    }
}

/* What the threads wrote becomes visible. */
static void *
commit(void *argument)
{
    struct round *round = argument;
    if (round->rc == PROV_OK)
        round->rc = prov_batch_commit(round->files, &round->err);
    return NULL;
}

static void
start_commit(struct round *round)
{
    round->in_thread = pthread_create(&round->thread, NULL, commit, round) == 0;
    if (!round->in_thread)
        commit(round);
}

static void
finish_commit(const struct building *building, struct round *round)
{
    if (round->in_thread)
        pthread_join(round->thread, NULL);
    prov_batch_free(round->files);
    for (size_t i = round->begin; i < round->end; i++) {
        struct step *step = &building->plan->steps[building->todo[i]];
        if (step->kind == STEP_WRITE && round->rc != PROV_OK) {
            step->torn = true;
            step_withhold(step, "%s", round->err.text);
        } else if (step->kind == STEP_WRITE) {
            write_remove_obsolete(building->plan, step);
        }
    }
    *round = (struct round){0};
}

/* A round in which a signal came is given up, with all those after it. */
static void
give_up(const struct building *building, struct round *round)
{
    prov_batch_free(round->files);
    for (size_t i = round->begin; i < building->total; i++) {
        struct step *step = &building->plan->steps[building->todo[i]];
        if (step->kind == STEP_WRITE)
            step->kind = STEP_NONE;
    }
}

static void
build_all(struct building *building)
{
    struct round before = {0};
    for (size_t begin = 0; begin < building->total; begin += ROUND_MAX) {
        size_t left = building->total - begin;
        struct round round = {.begin = begin, .end = begin + (left < ROUND_MAX ? left : ROUND_MAX)};
        build(building, &round);
        finish_commit(building, &before);
        if (cli_interrupted()) {
            give_up(building, &round);
            return;
        }
        before = round;
        start_commit(&before);
    }
    finish_commit(building, &before);
}

static int
remove_one(const struct settings *settings, const struct step *step, struct prov_error *err)
{
    return folders_remove(step->secure ? settings->secure : settings->tftpboot, step->shown, err);
}

static void
remove_all(struct plan *plan)
{
    struct prov_error err;
    for (size_t i = 0; i < plan->count; i++) {
        struct step *step = &plan->steps[i];
        if (step->kind == STEP_REMOVE && cli_interrupted())
            step->kind = STEP_NONE;
        else if (step->kind == STEP_REMOVE &&
                 remove_one(plan->run->settings, step, &err) != PROV_OK)
            step_withhold(step, "%s", err.text);
    }
}

void
apply_plan(struct plan *plan)
{
    size_t *todo = calloc(plan->count + 1, sizeof *todo);
    struct building building = {.plan = plan, .todo = todo};
    if (todo == NULL) {
        report_fault(plan->run->report, NULL, "out of memory");
        return;
    }
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].kind == STEP_WRITE)
            todo[building.total++] = i;
    struct prov_error err;
    if (write_begin(&building.roots, plan->run->settings, &err) == PROV_OK) {
        build_all(&building);
        remove_all(plan);
    } else {
        report_fault(plan->run->report, NULL, err.text);
    }
    write_end(&building.roots);
    free(todo);
}
