/* SPDX-License-Identifier: MIT */
/* The clock, beside the one of the last run: what is signed with a wrong one phones may refuse, or
 * refuse all that comes later. */
#include "provbuild/main/clock.h"

#include "provbuild/lists/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define HOUR ((int64_t)3600)
#define DAY (24 * HOUR)
#define AHEAD_MAX (31 * DAY) /* who builds by hand may do so seldom */

/* False if no run was there yet whose lists the tree has. */
static bool
last_run(const struct run *run, int64_t *out)
{
    struct stat status;
    char *path = run_path(run->settings->tftpboot, INVENTORY_FILE, "");
    bool known = path != NULL && stat(path, &status) == 0;
    free(path);
    if (known)
        *out = status.st_mtim.tv_sec;
    return known;
}

static void
show_day(int64_t when, char *out, size_t size)
{
    time_t time = (time_t)when;
    struct tm day;
    if (gmtime_r(&time, &day) == NULL || strftime(out, size, "%Y-%m-%d", &day) == 0)
        snprintf(out, size, "%lld", (long long)when);
}

/* `agrees`: there was a last run, and its clock was not far from this one. */
static int
check_last_run(const struct run *run, bool *agrees, struct prov_error *err)
{
    int64_t last = 0, now = run->now;
    char last_day[32], day[32];
    *agrees = false;
    if (run->dated || !last_run(run, &last))
        return PROV_OK;
    *agrees = run->accept_clock || (now >= last - DAY && now <= last + AHEAD_MAX);
    if (*agrees)
        return PROV_OK;
    show_day(last, last_day, sizeof last_day);
    show_day(now, day, sizeof day);
    return prov_fail(err, PROV_E_CONTINUITY,
                     "the clock says %s, and the last run's said %s; nothing is built before it "
                     "is right: set the clock, or give --accept-clock if it is",
                     day, last_day);
}

/* "3 days", "2 hours" */
static void
show_time(int64_t seconds, char *out, size_t size)
{
    if (seconds >= 2 * DAY)
        snprintf(out, size, "%lld days", (long long)((seconds + DAY / 2) / DAY));
    else
        snprintf(out, size, "%lld hours", (long long)((seconds + HOUR / 2) / HOUR));
}

static void
warn_of_lists(const struct run *run, const char *name, int64_t ahead)
{
    char time[32], text[512];
    show_time(ahead, time, sizeof time);
    snprintf(text, sizeof text,
             "it was published by a clock that was ahead, and is dated %s ahead of this one: until "
             "then lists are dated after it, second by second, since some phones take none that is "
             "older; phones that refuse lists from the future take none of them before",
             time);
    report_warning(run->report, name, text);
}

int
clock_check(const struct run *run, const struct lists *lists, struct prov_error *err)
{
    bool agrees = false;
    const char *name = NULL;
    int rc = check_last_run(run, &agrees, err);
    int64_t ahead = rc == PROV_OK ? lists_ahead(lists, run->published, run->now, &name) : 0;
    if (rc != PROV_OK || ahead <= DAY)
        return rc;
    if (!agrees && !run->accept_clock)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "the clock is more than a day behind %s, which was published already; "
                         "nothing is built before it is right; set the clock, or give "
                         "--accept-clock if it is",
                         name);
    warn_of_lists(run, name, ahead);
    return PROV_OK;
}

void
clock_note(const struct run *run)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_NOW}};
    char *path = run_path(run->settings->tftpboot, INVENTORY_FILE, "");
    if (path != NULL && !run->dated && !run->dry_run &&
        utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) != 0 && errno != ENOENT)
        report_warning(run->report, path, strerror(errno));
    free(path);
}
