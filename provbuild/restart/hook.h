/* SPDX-License-Identifier: MIT */
/* hooks { restart }: phones fetch only when they restart, so somebody has to tell them. */
#ifndef PROVBUILD_RESTART_HOOK_H
#define PROVBUILD_RESTART_HOOK_H

#include "provbuild/plan/plan.h"
#include "provbuild/restart/waiting.h"

/* Before anything is changed: keeps the names of those that will have to restart. `waiting` are
 * those of earlier runs. */
int hook_prepare(const struct plan *plan, struct pending *waiting,
                 struct prov_error *err) PROV_CHECKED;

/* The command is being called for all that are kept: a lock that shows it to other runs. */
struct hook {
    bool any;
    struct pending names;
    int lock;
    char *path;
};
/* Whom to call it for: `waiting`, which it takes over, and those that something changed for: those
 * whose own files did, or all in the manifest where a file for all changed. */
int hook_begin(const struct plan *plan, struct pending *waiting, struct hook *out,
               struct prov_error *err) PROV_CHECKED;
/* Calls the command. False after a report. */
bool hook_call(const struct plan *plan, struct hook *hook);

#endif
