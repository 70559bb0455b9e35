/* SPDX-License-Identifier: MIT */
/* The same done to many things by several threads. */
#include "cli/workers.h"
#include "cli/program.h"

#include <pthread.h>
#include <stdatomic.h>

#define EACH_MIN 8 /* things for which a thread is worth its start */

struct work {
    workers_each *each;
    void *context;
    size_t end;
    atomic_size_t next;
};

struct worker {
    struct work *work;
    unsigned number;
    pthread_t thread;
};

static void *
work_off(void *argument)
{
    struct worker *worker = argument;
    struct work *work = worker->work;
    size_t i;
    while (!cli_interrupted() && (i = atomic_fetch_add(&work->next, 1)) < work->end)
        work->each(work->context, worker->number, i);
    return NULL;
}

void
workers_run(unsigned jobs, size_t begin, size_t end, workers_each *each, void *context)
{
    struct work work = {.each = each, .context = context, .end = end, .next = begin};
    struct worker workers[WORKERS_MAX];
    unsigned started = 1;
    if (jobs > WORKERS_MAX)
        jobs = WORKERS_MAX;
    if ((end - begin) / EACH_MIN < jobs)
        jobs = 1 + (unsigned)((end - begin) / EACH_MIN);
    for (; started < jobs; started++) {
        workers[started] = (struct worker){.work = &work, .number = started};
        if (pthread_create(&workers[started].thread, NULL, work_off, &workers[started]) != 0)
            break; /* fewer threads do as well */
    }
    workers[0] = (struct worker){.work = &work, .number = 0};
    work_off(&workers[0]);
    for (unsigned i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
}
