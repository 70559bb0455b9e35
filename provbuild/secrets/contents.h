/* SPDX-License-Identifier: MIT */
/* What a file would give away to everybody who can read it, whatever it is called: private keys,
 * and passwords, those above all of phones that get their configuration encrypted. */
#ifndef PROVBUILD_SECRETS_CONTENTS_H
#define PROVBUILD_SECRETS_CONTENTS_H

#include "provbuild/secrets/encrypted_before.h"
#include "provbuild/source/manifest.h"

#include "tree/passwords.h"

/* Files with more bytes are firmware, or the like: only keys are looked for in them. */
#define CONTENTS_HELD_MAX (8 * 1024 * 1024)

struct contents {
    bool key;                         /* a private key */
    char password[PASSWORD_NAME_MAX]; /* what the first password goes by; "": there is none */
    bool names;                       /* with a password: it also names, */
    struct prov_mac phone;            /* in its own name or inside, a phone that is a secret */
};

/* Looks into the file at `path`, which is called `name`, for keys, and, if `passwords`, for those.
 * `encrypted` and `manifest` say which
 * phones are a secret; both NULL: nobody asks. May be called by several threads at once. */
int contents_look(const char *path, const char *name, bool passwords, const struct run *run,
                  const struct encrypted_before *encrypted, const struct manifest *manifest,
                  struct contents *out, struct prov_error *err) PROV_CHECKED;

/* Tells of each file in the public tree that holds a key or a password, whoever put it there, but
 * for the configurations in the manifest. */
int contents_standing(const struct run *run, const struct manifest *manifest, walk_report *report,
                      void *context, struct prov_error *err) PROV_CHECKED;

#endif
