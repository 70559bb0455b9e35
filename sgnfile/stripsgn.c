/* SPDX-License-Identifier: MIT */
/* stripsgn: takes the header off a signed file or package. */
#include "cli/program.h"
#include "sgnfile/strip.h"

enum { KEY_OUTPUT = CLI_KEY_TOOL };

static const char *const synopsis[] = {"[--output FILE] [--force] FILE", NULL};

/* clang-format off */
static const struct cli_option force = {
    CLI_KEY_FORCE, '\0', "force", NULL, false, "replace a file of that name with another content"};
static const struct cli_option output = {
    KEY_OUTPUT, 'o', "output", "FILE", false, "where to, instead of FILE less .sgn or .sha512; -: stdout"};
/* clang-format on */
static const struct cli_option *const options[] = {&output, &force, &cli_help, &cli_version, NULL};

static bool
take(void *context, int key, const char *value)
{
    if (key == KEY_OUTPUT)
        *(const char **)context = value;
    return true;
}

static const struct cli_program program = {
    .name = "stripsgn",
    .synopsis = synopsis,
    .summary =
        "Takes the header off a .sgn or .sha512 file and leaves the content beside it. Nothing "
        "is\nverified: sgnfile --remove --tftp CERTIFICATE does that first.",
    .options = options,
    .examples = "  stripsgn SEP58971ECC97C1.cnf.xml.sgn\n"
                "  stripsgn --output load.bin term42.default.loads\n",
    .take = take,
};

int
main(int argc, char **argv)
{
    struct cli_common common;
    struct prov_error err;
    const char *output_path = NULL;
    char **operands = NULL;
    int status = CLI_USAGE;
    int count = cli_parse(&program, argc, argv, &output_path, &common, &operands, &status);
    if (count < 0)
        return status;
    if (count != 1)
        return cli_usage("give one file; see stripsgn --help");
    struct prov_batch *batch = prov_batch_new();
    if (batch == NULL) {
        cli_error(NULL, "out of memory");
        return CLI_FAILED;
    }
    status = CLI_FAILED;
    cli_finish_before_signals();
    if (strip_header(batch, operands[0], NULL, output_path, common.force)) {
        if (prov_batch_commit(batch, &err) == PROV_OK)
            status = CLI_DONE;
        else
            cli_fail(operands[0], &err);
    }
    prov_batch_free(batch);
    return cli_finish(status);
}
