/* SPDX-License-Identifier: MIT */
/* stripsgn: takes the header off a signed file or package. */
#include "cli/program.h"
#include "sgnfile/strip.h"

static const char *const synopsis[] = {"[--output FILE] [--force] FILE", NULL};

struct stripsgn {
    struct cli_common common;
    const char *output;
    const char *file;
};

static const struct cli_option *const options[] = {
    CLI_OPTION(CLI_TEXT(struct stripsgn, output), 'o', "output", "FILE", false,
               "where to, instead of FILE less .sgn or .sha512; -: stdout"),
    CLI_OPTION(CLI_KEY_FORCE, '\0', "force", NULL, false,
               "replace a file of that name with another content"),
    &cli_help,
    &cli_version,
    NULL,
};

static const struct cli_program program = {
    .name = "stripsgn",
    .synopsis = synopsis,
    .summary =
        "Takes the header off a .sgn or .sha512 file and leaves the content beside it. Nothing "
        "is\nverified: sgnfile --remove --tftp CERTIFICATE does that first.",
    .options = options,
    .examples = "  stripsgn SEP58971ECC97C1.cnf.xml.sgn\n"
                "  stripsgn --output load.bin term42.default.loads\n",
};

static int
check_usage(void *context, int count, char **operands)
{
    struct stripsgn *run = context;
    run->file = operands[0];
    return count == 1 ? CLI_DONE : cli_usage("give one file; see stripsgn --help");
}

int
main(int argc, char **argv)
{
    struct stripsgn run = {0};
    struct prov_error err;
    int status;
    if (!cli_start(&program, argc, argv, &run, &run.common, check_usage, &status))
        return status;
    struct prov_batch *batch = prov_batch_new();
    if (batch == NULL)
        return cli_error(NULL, "out of memory");
    status = CLI_FAILED;
    cli_finish_before_signals();
    if (strip_header(batch, run.file, NULL, run.output, run.common.force) == CLI_DONE)
        status = prov_batch_commit(batch, &err) == PROV_OK ? CLI_DONE : cli_fail(run.file, &err);
    prov_batch_free(batch);
    return cli_finish(status);
}
