/* SPDX-License-Identifier: MIT */
/* hooks { restart }: phones fetch only when they restart, so somebody has to tell them. */
#ifndef PROVBUILD_RESTART_HOOK_H
#define PROVBUILD_RESTART_HOOK_H

#include "provbuild/restart/waiting.h"

/* Before anything is changed: keeps the names of those that will have to restart, besides those of
 * earlier runs, which `waiting` becomes. */
int hook_prepare(const struct run *run, const struct restarts_waiting *changing,
                 struct restarts_waiting *waiting, struct prov_error *err) PROV_CHECKED;

/* The command is being called for all that are kept: a lock that shows it to other runs. */
struct hook {
    struct restarts_waiting names;
    bool any;
    int lock;
    char *path;
};
/* Whom to call it for: `waiting`, which it takes over, those that something changed for, and
 * everybody in `all` where that was a file for all. */
int hook_begin(const struct run *run, const struct restarts_waiting *changed,
               const struct phones *all, struct restarts_waiting *waiting, struct hook *out,
               struct prov_error *err) PROV_CHECKED;
/* Calls the command. False after a report. */
bool hook_call(const struct run *run, struct hook *hook);

#endif
