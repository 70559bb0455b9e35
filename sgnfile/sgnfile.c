/* SPDX-License-Identifier: MIT */
/* sgnfile: signs, shows and unwraps provisioning files. */
#include "sgnfile/sgnfile.h"

#include <string.h>

static const char *const synopsis[] = {
    "--build --tftp PEM [--root DIR | --filename NAME] [option...] FILE...",
    "--parse [--tftp PEM] [--json] FILE...",
    "--remove [--tftp PEM] [--output FILE] [--force] FILE...",
    NULL,
};

/* clang-format off */
static const struct cli_option build = {
    KEY_BUILD, 'b', "build", NULL, false, "sign each FILE into FILE.sgn"};
static const struct cli_option parse = {
    KEY_PARSE, 'p', "parse", NULL, false, "show the header, verify with --tftp"};
static const struct cli_option remove_header = {
    KEY_REMOVE, 'r', "remove", NULL, false, "write the content beside FILE, without the header"};
static const struct cli_option tftp = {
    KEY_TFTP, 't', "tftp", "PEM", false, "certificate that signs; with its key for --build"};
static const struct cli_option filename = {
    KEY_FILENAME, 'F', "filename", "NAME", false, "name inside the file, as phones ask for it"};
static const struct cli_option root = {
    KEY_ROOT, '\0', "root", "DIR", false, "names inside are relative to DIR (Chile/mk-sip.jar.sgn)"};
static const struct cli_option output = {
    KEY_OUTPUT, 'o', "output", "FILE", false, "with --remove: where the content goes; -: stdout"};
static const struct cli_option jobs = {
    KEY_JOBS, 'j', "jobs", "NUMBER", false, "files at the same time (as many as processors)"};
static const struct cli_option force = {
    CLI_KEY_FORCE, '\0', "force", NULL, false, "sign in another layout than the lists'; replace what --remove finds"};
/* clang-format on */

static const struct cli_option *const options[] = {
    &build,         &parse,
    &remove_header, &tftp,
    &cli_digest,    &filename,
    &root,          &cli_layout,
    &cli_timestamp, &output,
    &jobs,          &force,
    &cli_json,      &cli_passphrase_file,
    &cli_help,      &cli_version,
    NULL,
};

static bool
take(void *context, int key, const char *value)
{
    struct sgnfile *run = context;
    switch (key) {
    case KEY_BUILD:
    case KEY_PARSE:
    case KEY_REMOVE:
        return cli_verb(&run->verb, key, "--build, --parse and --remove");
    case KEY_TFTP:
        run->tftp = value;
        return true;
    case KEY_FILENAME:
        run->filename = value;
        return true;
    case KEY_ROOT:
        run->root = value;
        return true;
    case KEY_JOBS:
        return cli_number(&run->jobs, "--jobs", value, 1, 64);
    default:
        run->output = value;
        return true;
    }
}

static const char *const reference[] = {
    "parse", "build", "remove", "digest", "filename", "tftp", "help", NULL,
};

static const struct cli_program program = {
    .name = "sgnfile",
    .synopsis = synopsis,
    .summary =
        "Signs provisioning files for phones that hold a trust list, shows and verifies signed\n"
        "files and the vendor's firmware, and takes headers off.",
    .options = options,
    .examples =
        "  sgnfile --build --tftp asterisk.pem SEP58971ECC97C1.cnf.xml\n"
        "  sgnfile --build --tftp asterisk.pem --root /srv/tftp /srv/tftp/Chile/mk-sip.jar\n"
        "  sgnfile --parse --tftp asterisk.pem SEP58971ECC97C1.cnf.xml.sgn\n"
        "  sgnfile --parse term42.default.loads\n",
    .reference = reference,
    .take = take,
};

static int
check_usage(const struct sgnfile *run)
{
    if (run->verb == 0)
        return cli_usage("give one of --build, --parse and --remove; see sgnfile --help");
    if (run->count == 0)
        return cli_usage("give at least one file; see sgnfile --help");
    if (run->verb == KEY_BUILD && run->tftp == NULL)
        return cli_usage("--build needs --tftp, the certificate and key that sign");
    if (run->verb != KEY_BUILD && (run->filename != NULL || run->root != NULL))
        return cli_usage("--filename and --root go with --build");
    if (run->verb != KEY_PARSE && run->common.json)
        return cli_usage("--json goes with --parse");
    if (run->verb != KEY_REMOVE && run->output != NULL)
        return cli_usage("--output goes with --remove");
    if (run->filename != NULL && run->root != NULL)
        return cli_usage("--filename and --root exclude each other");
    if (run->count > 1 && (run->filename != NULL || run->output != NULL))
        return cli_usage("--filename and --output go with one file only");
    return CLI_DONE;
}

int
main(int argc, char **argv)
{
    struct sgnfile run = {0};
    int status = CLI_USAGE;
    int count = cli_parse(&program, argc, argv, &run, &run.common, &run.files, &status);
    if (count < 0)
        return status;
    run.count = (size_t)count;
    status = check_usage(&run);
    if (status != CLI_DONE)
        return status;
    if (run.tftp != NULL) {
        unsigned need = PROV_NEED_CERTIFICATE | (run.verb == KEY_BUILD ? PROV_NEED_KEY : 0);
        run.signer = cli_identity(&run.common, run.tftp, need);
        if (run.signer == NULL)
            return CLI_FAILED;
    }
    status = run.verb == KEY_BUILD   ? sgnfile_build(&run)
             : run.verb == KEY_PARSE ? sgnfile_parse(&run)
                                     : sgnfile_remove(&run);
    prov_identity_free(run.signer);
    return cli_finish(status);
}
