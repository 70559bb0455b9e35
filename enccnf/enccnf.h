/* SPDX-License-Identifier: MIT */
/* What the verbs of enccnf share. */
#ifndef ENCCNF_ENCCNF_H
#define ENCCNF_ENCCNF_H

#include "cli/program.h"

enum { KEY_BUILD = CLI_KEY_TOOL, KEY_PARSE, KEY_REMOVE };

struct enccnf {
    struct cli_common common;
    int verb;
    const char *tftp;
    const char *certificate;
    const char *key;
    const char *root;
    bool keep;
    const char *file;
    struct prov_identity *signer; /* from tftp; NULL without */
    struct prov_identity *device; /* from certificate or key; NULL without */
};

#define CLEAR_ENDING ".cnf.xml"
#define ENCRYPTED_ENDING ".cnf.xml.enc.sgn"

/* Each returns an exit code. */
int enccnf_build(const struct enccnf *run);
int enccnf_parse(const struct enccnf *run);
int enccnf_remove(const struct enccnf *run);

/* Removes a file for good; one that is not there is fine. An exit code. */
int remove_file(const char *path);

#endif
