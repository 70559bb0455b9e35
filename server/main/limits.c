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

unsigned
limits_connections(unsigned wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        log_warn("cannot learn the limit of open files: %s", strerror(errno));
        return wanted;
    }
    unsigned long files = RESERVED + FILES + wanted;
    if (limit.rlim_cur < files && limit.rlim_cur < limit.rlim_max) {
        rlim_t old = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max < files ? limit.rlim_max : files;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            limit.rlim_cur = old;
    }
    if (limit.rlim_cur >= files)
        return wanted;
    unsigned long spare = limit.rlim_cur > RESERVED ? limit.rlim_cur - RESERVED : 0;
    unsigned long connections = spare / 2 > LEAST ? spare / 2 : LEAST;
    if (connections >= wanted)
        return wanted;
    log_warn(
        "only %lu files may be open (LimitNOFILE=, ulimit -n): at most %lu HTTP connections at "
        "once",
        (unsigned long)limit.rlim_cur, connections);
    return (unsigned)connections;
}
