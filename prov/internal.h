/* SPDX-License-Identifier: MIT */
/* What the files of `prov` share: its commands, and the programs that do them. */
#ifndef PROV_INTERNAL_H
#define PROV_INTERNAL_H

#include <stddef.h>

struct command {
    const char *name;    /* as in "prov build" */
    const char *program; /* as it is installed: "provbuild" */
    const char *summary; /* one line for --help */
};

/* All commands, in the order of --help, up to one without a name. */
extern const struct command commands[];

/* NULL: there is none of this name. */
const struct command *command_find(const char *name);
/* The command that was likely meant by a name that is none; NULL where none is near. */
const struct command *command_guess(const char *name);

/* Becomes the program, with these arguments after its name. Returns only if that failed, an exit
 * code after a message that says where it was looked for. */
int program_run(const char *program, char **arguments);

#endif
