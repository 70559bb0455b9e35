/* SPDX-License-Identifier: MIT */
/* sgnfile --build and --remove: the verbs that write. */
#include "cli/progress.h"
#include "sgnfile/sgnfile.h"
#include "sgnfile/strip.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever may read a file may read it signed: it may hold passwords. */
#define OPEN_TO (S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)
#define BATCH_MAX 4096 /* files that are made durable together */
#define JOBS_MAX 64
#define FILES_PER_JOB 8 /* with fewer a thread is not worth its start */

/* Takes empty and "." components out of `path`, as servers do with what phones ask for; false if it
 * leads upwards. */
static bool
normalise(char *path)
{
    char *to = path;
    for (const char *at = path; *at != '\0';) {
        size_t len = strcspn(at, "/");
        if (len == 2 && at[0] == '.' && at[1] == '.')
            return false;
        if (len > 0 && !(len == 1 && at[0] == '.')) {
            if (to != path)
                *to++ = '/';
            memmove(to, at, len);
            to += len;
        }
        at += len + (at[len] == '/');
    }
    *to = '\0';
    return true;
}

/* The rest of `path` where it is written as `root` and something below it, to be freed; NULL where
 * it is not. */
static char *
written_below(const char *root, const char *path)
{
    size_t len = strlen(root);
    while (len > 0 && root[len - 1] == '/')
        len--;
    if (strncmp(path, root, len) != 0 || path[len] != '/')
        return NULL;
    char *rest = strdup(path + len);
    if (rest != NULL && normalise(rest))
        return rest;
    free(rest);
    return NULL;
}

/* The folder of `file` with its links resolved, and the base name; to be freed. */
static char *
resolve(const char *file)
{
    char *path = NULL, *folder = NULL;
    int len = (int)(prov_file_base(file) - file);
    if (asprintf(&folder, "%.*s.", len, file) < 0)
        return NULL;
    char *real_folder = realpath(folder, NULL);
    free(folder);
    if (real_folder != NULL && asprintf(&path, "%s/%s", real_folder, prov_file_base(file)) < 0)
        path = NULL;
    free(real_folder);
    return path;
}

/* The path of `file` below `root`, as phones ask for it: as it was written, since links inside the
 * tree are names like others; where it was not written so, by its real folder. To be freed; NULL
 * after a message. */
static char *
path_below(const char *root, const char *file)
{
    char *below = written_below(root, file);
    if (below != NULL)
        return below;
    char *real_root = realpath(root, NULL);
    if (real_root == NULL) {
        cli_error(root, "cannot find it: %s", strerror(errno));
        return NULL;
    }
    char *real_file = resolve(file);
    if (real_file != NULL)
        below = written_below(real_root, real_file);
    if (below == NULL)
        cli_error(file, "it is not below --root %s", root);
    free(real_root);
    free(real_file);
    return below;
}

/* The name inside the signed file, to be freed; NULL after a message. */
static char *
stored_name(const struct sgnfile *run, const char *file)
{
    if (run->filename != NULL)
        return strdup(run->filename);
    char *below = run->root != NULL ? path_below(run->root, file) : strdup(prov_file_base(file));
    char *name = NULL;
    if (below != NULL && asprintf(&name, "%s.sgn", below) < 0)
        name = NULL;
    free(below);
    return name;
}

/* A file that is signed already is signed again as it was asked for, but hardly ever was that
 * meant. */
static void
warn_if_signed(const char *file, int in)
{
    uint8_t start[PROV_HEADER_PREFIX];
    size_t header_len = 0;
    if (pread(in, start, sizeof start, 0) == (ssize_t)sizeof start &&
        prov_header_length(start, sizeof start, &header_len, NULL) == PROV_OK)
        cli_warn(file, "it carries a signature already and gets a second one");
}

static bool
sign_open(const struct sgnfile *run, const struct prov_signing *how, struct prov_batch *batch,
          const char *file, const char *output, int in)
{
    struct prov_error err;
    struct stat status;
    int out = -1;
    char *name = stored_name(run, file);
    if (name == NULL)
        return false;
    int rc = fstat(in, &status) == 0
                 ? prov_batch_open(batch, output, status.st_mode & OPEN_TO, &out, &err)
                 : prov_fail(&err, PROV_E_SYSTEM, "cannot look at it: %s", strerror(errno));
    if (rc == PROV_OK) {
        rc = prov_signedfile_build(how, name, in, out, &err);
        if (rc != PROV_OK)
            prov_batch_drop(batch);
        else
            rc = prov_batch_done(batch, &err);
    }
    if (rc != PROV_OK)
        cli_fail(output, &err);
    free(name);
    return rc == PROV_OK;
}

static bool
sign(const struct sgnfile *run, const struct prov_signing *how, struct prov_batch *batch,
     const char *file)
{
    struct prov_error err;
    char *output = NULL;
    int in = -1;
    if (prov_file_open(file, &in, &err) != PROV_OK) {
        cli_fail(file, &err);
        return false;
    }
    warn_if_signed(file, in);
    bool done = asprintf(&output, "%s.sgn", file) >= 0;
    if (done) {
        done = sign_open(run, how, batch, file, output, in);
        free(output);
    }
    close(in);
    return done;
}

/* What a verb does with one file; adds its output to `batch`. */
typedef bool each(const struct sgnfile *run, const void *context, struct prov_batch *batch,
                  const char *file);

/* A round of files that several threads take from, and that becomes durable at once. */
struct round {
    const struct sgnfile *run;
    each *one;
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

static int
for_each(const struct sgnfile *run, each *one, const void *context)
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
    return done ? CLI_DONE : CLI_FAILED;
}

static bool
build_one(const struct sgnfile *run, const void *context, struct prov_batch *batch,
          const char *file)
{
    return sign(run, context, batch, file);
}

int
sgnfile_build(const struct sgnfile *run)
{
    struct prov_signing how;
    int status = cli_signing(&run->common, run->tftp, run->signer, &how);
    if (status != CLI_DONE)
        return status;
    cli_warn_signer(run->tftp, run->signer);
    return for_each(run, build_one, &how);
}

static bool
remove_one(const struct sgnfile *run, const void *context, struct prov_batch *batch,
           const char *file)
{
    (void)context;
    return strip_header(batch, file, run->signer, run->output, run->common.force);
}

int
sgnfile_remove(const struct sgnfile *run)
{
    return for_each(run, remove_one, NULL);
}
