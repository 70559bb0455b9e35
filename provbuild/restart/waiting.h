/* SPDX-License-Identifier: MIT */
/* Phones that must restart. Their names are kept in the file `to-restart` in the archive folder
 * from before a change is visible until the restart command was told, so that neither a command
 * that fails nor a run that is killed leaves a phone with stale files. */
#ifndef PROVBUILD_RESTART_WAITING_H
#define PROVBUILD_RESTART_WAITING_H

#include "provbuild/run/run.h"

#define PENDING_NAME_SIZE (3 + PROV_MAC_LEN + 1)

struct pending {
    bool all; /* all that have a configuration */
    size_t count, room;
    char (*at)[PENDING_NAME_SIZE];
};

/* Those of earlier runs, but for those whom another run tells right now. */
int pending_read(const struct run *run, struct pending *out, struct prov_error *err) PROV_CHECKED;
int pending_add(struct pending *pending, const struct prov_mac *phone,
                struct prov_error *err) PROV_CHECKED;
/* Each name once, in ascending order. */
void pending_sort(struct pending *pending);
void pending_release(struct pending *pending);

/* Keeps them; it is on the disk when this returns. Nothing is kept without an archive, or a
 * command. */
int pending_write(const struct run *run, struct pending *pending,
                  struct prov_error *err) PROV_CHECKED;
/* Keeps, besides what is kept, the phones that this trust list is for: it is about to change. */
int pending_note_list(const struct run *run, const char *name, struct prov_error *err) PROV_CHECKED;

/* Those that are kept are being told from now on, until the run ends; other runs see that.
 * `*lock` -1: nothing is kept. */
int pending_begin(const struct run *run, int *lock, char **path,
                  struct prov_error *err) PROV_CHECKED;
/* `told`: they need not be told again. Takes over `path`. */
int pending_end(int lock, char *path, bool told, struct prov_error *err) PROV_CHECKED;

#endif
