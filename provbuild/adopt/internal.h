/* SPDX-License-Identifier: MIT */
/* What --adopt finds out, within its files. */
#ifndef PROVBUILD_ADOPT_INTERNAL_H
#define PROVBUILD_ADOPT_INTERNAL_H

#include "provbuild/lists/lists.h"
#include "provbuild/run/run.h"

#include <stdio.h>

struct adopt_key {
    char *path; /* absolute */
    struct prov_identity *identity;
};

struct adoption {
    struct run *run;
    const struct settings *settings;
    size_t key_count;
    struct adopt_key *keys; /* certificates in the folder, with keys or without */
    FILE *text;             /* the sections */
    unsigned faults;
    size_t lost_count;
    char **lost; /* sources of signed files that are not there, though the signer is known */
};

/* "text" with what libconfuse would take for something else escaped. */
void adopt_quote(FILE *text, const char *value);
/* Section `sign` and those for files that are signed in another way. */
int adopt_signers(struct adoption *adoption, struct prov_error *err) PROV_CHECKED;
/* Takes lost sources out of the files that were signed, and says which have none. */
int adopt_sources(struct adoption *adoption, struct prov_error *err) PROV_CHECKED;

#endif
