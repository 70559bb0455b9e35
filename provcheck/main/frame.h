/* SPDX-License-Identifier: MIT */
/* What every verb does around its own work: takes the command line, prints the report. */
#ifndef PROVCHECK_MAIN_FRAME_H
#define PROVCHECK_MAIN_FRAME_H

#include "cli/program.h"
#include "cli/report.h"

/* Parses the command line into `command` and has `check` look at it, which returns an exit code,
 * other than CLI_DONE after a message. False where the verb is to end at once with `*status`. */
bool frame_parse(const struct cli_program *program, int argc, char **argv, void *command,
                 struct cli_common *common, int (*check)(void *command, int count, char **operands),
                 int *status);

/* Makes a report, has `fill` fill it, which returns an exit code, and prints it unless that is
 * CLI_USAGE. Returns the exit code of the program. */
int frame_report(bool json, int (*fill)(void *context, struct cli_report *report), void *context);

#endif
