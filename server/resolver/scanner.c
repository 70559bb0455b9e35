/* SPDX-License-Identifier: MIT */
/* Looks through large files for keys, and remembers what it found by their versions. */
#include "server/resolver/scanner.h"

#include "server/thread/thread.h"
#include "tree/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Versions are remembered in sets of a few, chosen by inode; in a full set the one that was asked
 * for longest ago is forgotten. */
#define SETS 1024
#define WAYS 8
#define WAITING_MAX 64 /* each holds a descriptor; who comes beyond asks again */

struct version {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

struct scan {
    bool used;
    struct version version;
    enum scan_verdict verdict;
    int error;      /* where SCAN_FAILED */
    int fd;         /* where SCAN_WAITING */
    int64_t due;    /* not to be looked through before */
    uint64_t asked; /* order of use */
};

struct scanner {
    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_t thread;
    bool running, stopping;
    uint64_t uses;
    unsigned waiting;
    struct scan scans[SETS][WAYS];
};

/* --- versions */

bool
scan_settled(const struct stat *status)
{
    time_t last = time(NULL) - SCAN_SETTLED / 1000;
    return status->st_mtim.tv_sec < last && status->st_ctim.tv_sec < last;
}

int64_t
scan_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct version
version_of(const struct stat *status)
{
    return (struct version){.device = status->st_dev,
                            .inode = status->st_ino,
                            .size = status->st_size,
                            .modified = status->st_mtim,
                            .changed = status->st_ctim};
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
same_version(const struct version *a, const struct version *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           same_time(&a->modified, &b->modified) && same_time(&a->changed, &b->changed);
}

/* What the file holds; SCAN_WAITING if it changed while it was read, so that nobody can tell. */
static enum scan_verdict
look_through(int fd, const struct version *version)
{
    struct stat after;
    int found = secret_in_file(fd);
    if (found < 0 || fstat(fd, &after) != 0)
        return SCAN_FAILED;
    struct version then = version_of(&after);
    if (!same_version(version, &then))
        return SCAN_WAITING;
    return found > 0 ? SCAN_SECRET : SCAN_HARMLESS;
}

/* --- what is remembered; all need the lock */

static struct scan *
set_of(struct scanner *scanner, const struct version *version)
{
    return scanner->scans[(version->inode ^ version->device) % SETS];
}

static struct scan *
find(struct scanner *scanner, const struct version *version)
{
    struct scan *set = set_of(scanner, version);
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].used && same_version(&set[i].version, version)) {
            set[i].asked = ++scanner->uses;
            return &set[i];
        }
    return NULL;
}

/* A place for the version; NULL while all that it may take wait for the thread. */
static struct scan *
place_for(struct scanner *scanner, const struct version *version)
{
    struct scan *set = set_of(scanner, version), *place = NULL;
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].used && set[i].verdict == SCAN_WAITING)
            continue;
        if (place == NULL || (place->used && (!set[i].used || set[i].asked < place->asked)))
            place = &set[i];
    }
    if (place != NULL)
        *place = (struct scan){.used = true, .version = *version, .asked = ++scanner->uses};
    return place;
}

static enum scan_verdict
enqueue(struct scanner *scanner, int fd, const struct stat *status, const struct version *version)
{
    if (scanner->waiting == WAITING_MAX)
        return SCAN_WAITING;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        return SCAN_FAILED;
    struct scan *scan = place_for(scanner, version);
    if (scan == NULL) {
        close(own);
        return SCAN_WAITING;
    }
    scan->verdict = SCAN_WAITING;
    scan->fd = own;
    scan->due = scan_clock() + (scan_settled(status) ? 0 : SCAN_SETTLED);
    scanner->waiting++;
    pthread_cond_signal(&scanner->work);
    return SCAN_WAITING;
}

enum scan_verdict
scanner_ask(struct scanner *scanner, int fd, const struct stat *status)
{
    struct version version = version_of(status);
    pthread_mutex_lock(&scanner->lock);
    struct scan *scan = find(scanner, &version);
    enum scan_verdict verdict =
        scan != NULL ? scan->verdict : enqueue(scanner, fd, status, &version);
    if (scan != NULL && verdict == SCAN_FAILED) {
        errno = scan->error;
        scan->used = false;
    }
    pthread_mutex_unlock(&scanner->lock);
    return verdict;
}

enum scan_verdict
scanner_look(struct scanner *scanner, int fd, const struct stat *status)
{
    struct version version = version_of(status);
    pthread_mutex_lock(&scanner->lock);
    const struct scan *known = find(scanner, &version);
    enum scan_verdict verdict = known != NULL ? known->verdict : SCAN_WAITING;
    pthread_mutex_unlock(&scanner->lock);
    if (verdict == SCAN_HARMLESS || verdict == SCAN_SECRET)
        return verdict;
    verdict = look_through(fd, &version);
    if ((verdict != SCAN_HARMLESS && verdict != SCAN_SECRET) || !scan_settled(status))
        return verdict;
    pthread_mutex_lock(&scanner->lock);
    struct scan *scan = find(scanner, &version) == NULL ? place_for(scanner, &version) : NULL;
    if (scan != NULL)
        scan->verdict = verdict;
    pthread_mutex_unlock(&scanner->lock);
    return verdict;
}

/* --- the thread */

/* The one that may be looked through first; of those whose time has come, the smallest. */
static struct scan *
next_scan(struct scanner *scanner, int64_t now)
{
    struct scan *next = NULL;
    for (size_t i = 0; scanner->waiting > 0 && i < SETS * WAYS; i++) {
        struct scan *scan = &scanner->scans[i / WAYS][i % WAYS];
        if (!scan->used || scan->verdict != SCAN_WAITING)
            continue;
        bool both_due = next != NULL && scan->due <= now && next->due <= now;
        if (next == NULL ||
            (both_due ? scan->version.size < next->version.size : scan->due < next->due))
            next = scan;
    }
    return next;
}

static void
wait_for_work(struct scanner *scanner, const struct scan *next)
{
    if (next == NULL) {
        pthread_cond_wait(&scanner->work, &scanner->lock);
        return;
    }
    struct timespec due = {.tv_sec = next->due / 1000, .tv_nsec = next->due % 1000 * 1000000};
    pthread_cond_timedwait(&scanner->work, &scanner->lock, &due);
}

/* Without the lock while it reads; the place stays, since it waits. */
static void
serve_scan(struct scanner *scanner, struct scan *scan)
{
    int fd = scan->fd;
    struct version version = scan->version;
    pthread_mutex_unlock(&scanner->lock);
    enum scan_verdict verdict = look_through(fd, &version);
    int error = errno;
    close(fd);
    pthread_mutex_lock(&scanner->lock);
    scan->verdict = verdict;
    scan->error = error;
    scan->used = verdict != SCAN_WAITING;
    scanner->waiting--;
}

static void *
run(void *context)
{
    struct scanner *scanner = context;
    pthread_mutex_lock(&scanner->lock);
    while (!scanner->stopping) {
        int64_t now = scan_clock();
        struct scan *next = next_scan(scanner, now);
        if (next != NULL && next->due <= now)
            serve_scan(scanner, next);
        else
            wait_for_work(scanner, next);
    }
    pthread_mutex_unlock(&scanner->lock);
    return NULL;
}

/* --- start and end */

struct scanner *
scanner_new(void)
{
    struct scanner *scanner = calloc(1, sizeof *scanner);
    pthread_condattr_t monotonic;
    if (scanner == NULL)
        return NULL;
    pthread_mutex_init(&scanner->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&scanner->work, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return scanner;
}

int
scanner_start(struct scanner *scanner, struct prov_error *err)
{
    int rc = thread_start(&scanner->thread, "scanner", run, scanner, err);
    scanner->running = rc == PROV_OK;
    return rc;
}

void
scanner_free(struct scanner *scanner)
{
    if (scanner == NULL)
        return;
    pthread_mutex_lock(&scanner->lock);
    scanner->stopping = true;
    pthread_cond_signal(&scanner->work);
    pthread_mutex_unlock(&scanner->lock);
    if (scanner->running)
        pthread_join(scanner->thread, NULL);
    for (size_t i = 0; i < SETS * WAYS; i++) {
        const struct scan *scan = &scanner->scans[i / WAYS][i % WAYS];
        if (scan->used && scan->verdict == SCAN_WAITING)
            close(scan->fd);
    }
    pthread_cond_destroy(&scanner->work);
    pthread_mutex_destroy(&scanner->lock);
    free(scanner);
}
