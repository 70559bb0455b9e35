/* SPDX-License-Identifier: MIT */
/* No core files: private keys and clear configurations are in the memory of every program here. */
#include "cli/core.h"

#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int
cli_forbid_core(struct prov_error *err)
{
    struct rlimit limit;
    bool done = getrlimit(RLIMIT_CORE, &limit) == 0;
    limit.rlim_cur = 0;
    done = done && setrlimit(RLIMIT_CORE, &limit) == 0;
    /* The limit says nothing to a program that takes core files through a pipe (core(5)). */
    done = done && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
    return done ? PROV_OK : prov_system_failed(err, "cannot forbid core files");
}
