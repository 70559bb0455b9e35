/* SPDX-License-Identifier: MIT */
/* What the verbs of tlvfile share. */
#ifndef TLVFILE_TLVFILE_H
#define TLVFILE_TLVFILE_H

#include "cli/lists.h"
#include "cli/program.h"

#define ENTRIES_MAX 256 /* certificates on one command line; a list holds fewer than 64 KB */

enum {
    KEY_BUILD = CLI_KEY_TOOL,
    KEY_PARSE,
    KEY_DIFF,
    KEY_SIGNER_VERSION,
    KEY_ROLES /* and the enum prov_role */
};

/* A certificate as the command line named it. */
struct entry {
    const char *path;
    enum prov_role role;
};

struct tlvfile {
    struct cli_common common;
    int verb;
    struct prov_signer_version version;
    const char *filename;
    const char *previous;
    struct entry entries[ENTRIES_MAX];
    size_t count;
    char **files;
};

/* Each returns an exit code. */
int tlvfile_build(const struct tlvfile *run);
int tlvfile_parse(const struct tlvfile *run);
int tlvfile_diff(const struct tlvfile *run);

#endif
