/* SPDX-License-Identifier: MIT */
/* The difference between what is wanted and what stands: a step for each output, and for each file
 * that is to go. */
#ifndef PROVBUILD_PLAN_PLAN_H
#define PROVBUILD_PLAN_PLAN_H

#include "provbuild/publish/publish.h"
#include "provbuild/secrets/encrypted_before.h"
#include "provbuild/source/manifest.h"

enum step_kind {
    STEP_NONE,    /* it stands as it is wanted */
    STEP_WRITE,   /* `parts`, because of `reason` */
    STEP_REMOVE,  /* `path`: its source is gone */
    STEP_WITHHOLD /* wanted, but not to be done, or it failed: `text` says why and what to do */
};

struct step {
    enum step_kind kind;
    const struct output *output; /* NULL for STEP_REMOVE */
    unsigned parts;              /* enum output_part: to be written */
    unsigned obsolete;           /* enum output_part: to be removed once the others are written */
    const char *reason;          /* "new", "content", "signer", "digest", "name", … */
    const char *remark;          /* more to say when it is done; NULL */
    bool exposed;               /* the clear text of an encrypted configuration stands in the public
                                   tree, and provbuild did not put it there */
    bool torn;                  /* withheld, but some of its files may have become visible */
    enum evidence_state before; /* what was known of the phone */
    char *path;                 /* STEP_REMOVE: with its root */
    bool secure;                /* STEP_REMOVE: in the secure root */
    const char *shown;          /* STEP_REMOVE: the path below its root */
    char *text;
};

struct plan {
    const struct run *run;
    struct manifest *manifest;
    const struct lists *lists;
    struct evidence *evidence;
    bool unmounted; /* the devices folder is empty, though phones in the manifest were encrypted */
    bool first;     /* no file of any phone stands: there is no need to look for each */
    size_t count;   /* a step for each output, then removals */
    struct step *steps;
    size_t current;
};

/* Surveys what stands, with the threads of the run. */
int plan_make(const struct run *run, struct manifest *manifest, const struct lists *lists,
              struct evidence *evidence, struct plan *out, struct prov_error *err) PROV_CHECKED;
/* Adds the removal of what has lost its source (--prune). */
int plan_prune(struct plan *plan, struct prov_error *err) PROV_CHECKED;
/* Before the plan is carried out: withholds clear text of phones that the ledger saw encrypted, and
 * keeps the evidence of those that were, or are about to be, and of those that go back by name. */
int plan_keep_evidence(struct plan *plan, struct prov_error *err) PROV_CHECKED;
/* Afterwards: phones of which nothing was published are what they were before. */
int plan_correct_evidence(struct plan *plan, struct prov_error *err) PROV_CHECKED;
void plan_release(struct plan *plan);

/* Sets why a step is not done; the step is withheld from then on. */
void step_withhold(struct step *step, const char *format, ...) PROV_PRINTF(2, 3);

#endif
