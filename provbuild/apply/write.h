/* SPDX-License-Identifier: MIT */
/* The files of one output. */
#ifndef PROVBUILD_APPLY_WRITE_H
#define PROVBUILD_APPLY_WRITE_H

#include "provbuild/disk/folders.h"
#include "provbuild/plan/plan.h"

/* The folders that are written to, open until all is committed. */
struct write_roots {
    struct folders tree, secure;
};
/* To be ended, also after a failure. */
int write_begin(struct write_roots *roots, const struct settings *settings,
                struct prov_error *err) PROV_CHECKED;
void write_end(struct write_roots *roots);

/* Adds the parts that the step names to `batch`. */
int write_output(const struct plan *plan, const struct step *step, struct write_roots *roots,
                 struct prov_batch *batch, struct prov_error *err) PROV_CHECKED;

/* Removes the parts that the step calls obsolete, once the others are there. */
void write_remove_obsolete(const struct plan *plan, struct step *step);

#endif
