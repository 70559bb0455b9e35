/* SPDX-License-Identifier: MIT */
/* The options that say which server phones ask, and how: the same for every verb that asks one. */
#ifndef PROVCHECK_MAIN_TARGET_H
#define PROVCHECK_MAIN_TARGET_H

#include "families/family.h"
#include "provcheck/fetch/fetch.h"

#include "cli/program.h"

enum target_key {
    TARGET_SERVER = CLI_KEY_TOOL,
    TARGET_AS_PHONE,
    TARGET_PORTS,                                     /* and the enum fetch_transport */
    TARGET_KEY_VERB = TARGET_PORTS + FETCH_TRANSPORTS /* the first that a verb may use for itself */
};

extern const struct cli_option target_server, target_tftp_port, target_http_port, target_https_port,
    target_as_phone;

/* How they are asked, for the table of a verb's options. */
#define TARGET_OPTIONS &target_tftp_port, &target_http_port, &target_https_port, &target_as_phone

struct target {
    const char *host;
    unsigned ports[FETCH_TRANSPORTS];
    bool as_phone;
};

/* The phones' own ports (phones.md, section 2). */
void target_begin(struct target *target);
/* Takes one of the options above; false after a message. */
bool target_take(struct target *target, int key, const char *value);
/* The family of this name, or that of a model; NULL after a message. */
const struct family *target_family(const char *name);
/* Finds the server; an exit code, other than CLI_DONE after a message. */
int target_find(const struct target *target, struct fetch_server *out);

#endif
