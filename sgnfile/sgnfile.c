/* SPDX-License-Identifier: MIT */
/* sgnfile: signs, shows and unwraps provisioning files. */
#include "sgnfile/sgnfile.h"

static const char *const synopsis[] = {
    "--build --tftp PEM [--root DIR | --filename NAME] [option...] FILE...",
    "--parse [--tftp PEM] [--json] FILE...",
    "--remove [--tftp PEM] [--output FILE] [--force] FILE...",
    NULL,
};

static const struct cli_option *const options[] = {
    CLI_OPTION(KEY_BUILD, 'b', "build", NULL, false, "sign each FILE into FILE.sgn"),
    CLI_OPTION(KEY_PARSE, 'p', "parse", NULL, false, "show the header, verify with --tftp"),
    CLI_OPTION(KEY_REMOVE, 'r', "remove", NULL, false,
               "write the content beside FILE, without the header"),
    CLI_OPTION(CLI_TEXT(struct sgnfile, tftp), 't', "tftp", "PEM", false,
               "certificate that signs; with its key for --build"),
    &cli_digest,
    CLI_OPTION(CLI_TEXT(struct sgnfile, filename), 'F', "filename", "NAME", false,
               "name inside the file, as phones ask for it"),
    CLI_OPTION(CLI_TEXT(struct sgnfile, root), '\0', "root", "DIR", false,
               "names inside are relative to DIR (Chile/mk-sip.jar.sgn)"),
    &cli_layout,
    &cli_timestamp,
    CLI_OPTION(CLI_TEXT(struct sgnfile, output), 'o', "output", "FILE", false,
               "with --remove: where the content goes; -: stdout"),
    CLI_OPTION(KEY_JOBS, 'j', "jobs", "NUMBER", false,
               "files at the same time (as many as processors)"),
    CLI_OPTION(CLI_KEY_FORCE, '\0', "force", NULL, false,
               "sign in another layout than the lists'; replace what --remove finds"),
    &cli_json,
    &cli_passphrase_file,
    &cli_help,
    &cli_version,
    NULL,
};

static bool
take(void *context, int key, const char *value)
{
    struct sgnfile *run = context;
    return key == KEY_JOBS ? cli_number(&run->jobs, "--jobs", value, 1, 64)
                           : cli_verb(&run->verb, key, "--build, --parse and --remove");
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
check_usage(void *context, int count, char **operands)
{
    struct sgnfile *run = context;
    run->files = operands;
    run->count = (size_t)count;
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
    int status;
    if (!cli_start(&program, argc, argv, &run, &run.common, check_usage, &status))
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
