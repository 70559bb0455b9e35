/* SPDX-License-Identifier: MIT */
/* Phones that must restart. Their names are kept in the file `to-restart` in the archive folder
 * from before a change is visible until the restart command was told, so that neither a command
 * that fails nor a run that is killed leaves a phone with stale files. */
#ifndef PROVBUILD_RESTART_WAITING_H
#define PROVBUILD_RESTART_WAITING_H

#include "provbuild/run/run.h"

struct restarts_waiting {
    bool all; /* all that have a configuration */
    struct phones phones;
};

/* Those of earlier runs, but for those whom another run tells right now. */
int restarts_read(const struct run *run, struct restarts_waiting *out,
                  struct prov_error *err) PROV_CHECKED;
int restarts_add(struct restarts_waiting *restarts, const struct restarts_waiting *others,
                 struct prov_error *err) PROV_CHECKED;
bool restarts_any(const struct restarts_waiting *restarts);
void restarts_release(struct restarts_waiting *restarts);

/* Keeps them; it is on the disk when this returns. Nothing is kept without an archive, or a
 * command. */
int restarts_write(const struct run *run, const struct restarts_waiting *restarts,
                   struct prov_error *err) PROV_CHECKED;
/* Keeps, besides what is kept, the phones that this trust list is for: it is about to change. */
int restarts_note_list(const struct run *run, const char *name,
                       struct prov_error *err) PROV_CHECKED;

/* Those that are kept are being told from now on, until the run ends; other runs see that.
 * `*lock` -1: nothing is kept. */
int restarts_begin(const struct run *run, int *lock, char **path,
                   struct prov_error *err) PROV_CHECKED;
/* `told`: they need not be told again. Takes over `path`. */
int restarts_end(int lock, char *path, bool told, struct prov_error *err) PROV_CHECKED;

#endif
