/* SPDX-License-Identifier: MIT */
#include "server/main/limits.h"

#include "server/log/log.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#define RESERVED 64 /* descriptors for everything but transfers, connections and files */
#define FILES 1024  /* files too large, or too many, to be held in memory */
#define LEAST 8     /* transfers and connections are never fewer */

static unsigned long
at_least(unsigned long value, unsigned long least)
{
    return value > least ? value : least;
}

void
limits_fit(struct settings *settings)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        log_warn("cannot learn the limit of open files: %s", strerror(errno));
        return;
    }
    unsigned long wanted = RESERVED + FILES + settings->transfers + settings->connections;
    if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
        rlim_t old = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            limit.rlim_cur = old;
    }
    if (limit.rlim_cur >= wanted)
        return;
    unsigned long spare = limit.rlim_cur > RESERVED ? limit.rlim_cur - RESERVED : 0;
    unsigned long connections = at_least(spare / 4, LEAST);
    unsigned long transfers = at_least(spare / 2, LEAST);
    unsigned old_transfers = settings->transfers;
    if (connections < settings->connections)
        settings->connections = (unsigned)connections;
    if (transfers < settings->transfers)
        settings->transfers = (unsigned)transfers;
    if (settings->transfers < old_transfers)
        log_warn("only %lu files may be open (LimitNOFILE=, ulimit -n): at most %u TFTP transfers "
                 "and %u connections at once",
                 (unsigned long)limit.rlim_cur, settings->transfers, settings->connections);
}
