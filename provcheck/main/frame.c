/* SPDX-License-Identifier: MIT */
/* What every verb does around its own work: takes the command line, prints the report. */
#include "provcheck/main/frame.h"

bool
frame_parse(const struct cli_program *program, int argc, char **argv, void *command,
            struct cli_common *common, int (*check)(void *command, int count, char **operands),
            int *status)
{
    char **operands = NULL;
    *status = CLI_USAGE;
    int count = cli_parse(program, argc, argv, command, common, &operands, status);
    if (count < 0)
        return false;
    *status = check(command, count, operands);
    return *status == CLI_DONE;
}

int
frame_report(bool json, int (*fill)(void *context, struct cli_report *report), void *context)
{
    struct cli_report *report = cli_report_new(json);
    if (report == NULL) {
        cli_error(NULL, "out of memory");
        return CLI_FAILED;
    }
    int status = fill(context, report);
    if (status != CLI_USAGE && !cli_report_print(report)) {
        cli_error("standard output", "cannot print the report");
        status = CLI_FAILED;
    }
    cli_report_free(report);
    return status;
}
