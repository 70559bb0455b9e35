/* SPDX-License-Identifier: MIT */
/* Raises the limit of descriptors to what connections may need. */
#include "server/main/limits.h"

#include "server/log/log.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#define RESERVED 64 /* descriptors for everything but connections and files; TFTP needs no more */
#define FILES 1024  /* files too large, or too many, to be held in memory */
#define LEAST 8     /* connections are never fewer */

void
limits_fit(struct settings *settings)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        log_warn("cannot learn the limit of open files: %s", strerror(errno));
        return;
    }
    unsigned long wanted = RESERVED + FILES + settings->connections;
    if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
        rlim_t old = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            limit.rlim_cur = old;
    }
    if (limit.rlim_cur >= wanted)
        return;
    unsigned long spare = limit.rlim_cur > RESERVED ? limit.rlim_cur - RESERVED : 0;
    unsigned long connections = spare / 2 > LEAST ? spare / 2 : LEAST;
    if (connections >= settings->connections)
        return;
    settings->connections = (unsigned)connections;
    log_warn("only %lu files may be open (LimitNOFILE=, ulimit -n): at most %u HTTP connections at "
             "once",
             (unsigned long)limit.rlim_cur, settings->connections);
}
