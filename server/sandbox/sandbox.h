/* SPDX-License-Identifier: MIT */
/* Giving up what the server does not need any more. In this order: bind, sandbox_become,
 * sandbox_confine, then the first thread. */
#ifndef SERVER_SANDBOX_SANDBOX_H
#define SERVER_SANDBOX_SANDBOX_H

#include <prov/error.h>

#include <stdbool.h>
#include <stddef.h>

/* Becomes `user` with its groups, for good, and gives up all capabilities and the way back to any
 * (no_new_privs). `user` NULL: only the latter. PROV_E_ARGUMENT for an unknown user. */
int sandbox_become(const char *user, struct prov_error *err) PROV_CHECKED;

enum sandbox_access {
    SANDBOX_READ, /* a file or a folder with all below */
    SANDBOX_WRITE /* a folder in which files are made, changed and renamed */
};

struct sandbox_path {
    const char *path;
    enum sandbox_access access;
};

/* From now on this thread and those that it starts reach only these paths (Landlock). `*confined`
 * is false where the kernel cannot; paths that do not exist are PROV_E_SYSTEM. */
int sandbox_confine(const struct sandbox_path *paths, size_t count, bool *confined,
                    struct prov_error *err) PROV_CHECKED;

#endif
