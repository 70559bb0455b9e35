/* SPDX-License-Identifier: MIT */
/* The folders below a root that files are written to and removed from. Whoever may write to the
 * tree may move and swap them meanwhile: nothing that is done here ever leads out of the root. */
#ifndef PROVBUILD_DISK_FOLDERS_H
#define PROVBUILD_DISK_FOLDERS_H

#include <prov/error.h>

#include <pthread.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

struct folders {
    const char *path; /* of the root; NULL: there is none */
    int root;
    pthread_mutex_t lock; /* for what follows */
    size_t count;
    struct folder *at;   /* each opened once */
    struct rlimit limit; /* of open files, as it was */
};

/* `root` may be NULL and is borrowed. To be ended, also after a failure. */
int folders_begin(struct folders *folders, const char *root, struct prov_error *err) PROV_CHECKED;
void folders_end(struct folders *folders);

/* The folder that `file`, a path below the root, stands in, made with `mode` where it is missing,
 * and on the disk then. `*fd` is borrowed until the end. PROV_E_ARGUMENT for one that is a link out
 * of the root. May be called by several threads at once. */
int folders_of(struct folders *folders, const char *file, mode_t mode, int *fd,
               struct prov_error *err) PROV_CHECKED;

/* Removes `file` below `root`, durably. One that is not there is no error. */
int folders_remove(const char *root, const char *file, struct prov_error *err) PROV_CHECKED;

#endif
