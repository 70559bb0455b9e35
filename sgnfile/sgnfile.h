/* SPDX-License-Identifier: MIT */
/* What the verbs of sgnfile share. */
#ifndef SGNFILE_SGNFILE_H
#define SGNFILE_SGNFILE_H

#include "cli/program.h"

enum { KEY_BUILD = CLI_KEY_TOOL, KEY_PARSE, KEY_REMOVE, KEY_JOBS };

struct sgnfile {
    struct cli_common common;
    int verb;
    const char *tftp;
    const char *filename;
    const char *root;
    const char *output;
    unsigned jobs; /* threads; 0: as many as there are processors */
    char **files;
    size_t count;
    struct prov_identity *signer; /* from tftp; NULL without */
};

/* The name inside the signed `file`, to be freed; NULL after a message. */
char *sgnfile_stored_name(const struct sgnfile *run, const char *file);

/* What a verb does with one file: adds its output to `batch`. An exit code. */
typedef int sgnfile_each(const struct sgnfile *run, const void *context, struct prov_batch *batch,
                         const char *file);
/* All files through `one`, several at a time, and what they gave to the disk; an exit code. */
int sgnfile_for_each(const struct sgnfile *run, sgnfile_each *one, const void *context);

/* Each goes through all files, also past one that fails, and returns an exit code. */
int sgnfile_build(const struct sgnfile *run);
int sgnfile_parse(const struct sgnfile *run);
int sgnfile_remove(const struct sgnfile *run);

#endif
