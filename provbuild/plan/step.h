/* SPDX-License-Identifier: MIT */
/* What is to be done for one output, or with one file that is to go. */
#ifndef PROVBUILD_PLAN_STEP_H
#define PROVBUILD_PLAN_STEP_H

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
    const char *doubt;           /* what its phone may refuse, for all that is known; NULL */
    bool exposed;                /* the clear text of an encrypted configuration stands in the
                                    public tree, and provbuild did not put it there */
    bool secret;                 /* withheld for what it holds */
    bool torn;                   /* withheld, but some of its files may have become visible */
    enum encrypted_state before; /* what was known of the phone */
    char *path;                  /* STEP_REMOVE: with its root */
    bool secure;                 /* STEP_REMOVE: in the secure root */
    const char *shown;           /* STEP_REMOVE: the path below its root */
    char *text;
};

/* Sets why a step is not done; the step is withheld from then on. */
void step_withhold(struct step *step, const char *format, ...) PROV_PRINTF(2, 3);

#endif
