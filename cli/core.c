/* SPDX-License-Identifier: MIT */
/* No core files: private keys and clear configurations are in the memory of every program here. */
#include "cli/core.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static int
failed(struct prov_error *err)
{
    int sys = errno;
    prov_fail(err, PROV_E_SYSTEM, "cannot forbid core files: %s", strerror(sys));
    if (err != NULL)
        err->sys = sys;
    return PROV_E_SYSTEM;
}

int
cli_forbid_core(struct prov_error *err)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0)
        return failed(err);
    limit.rlim_cur = 0;
    if (setrlimit(RLIMIT_CORE, &limit) != 0)
        return failed(err);
    /* The limit says nothing to a program that takes core files through a pipe (core(5)). */
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? PROV_OK : failed(err);
}
