/* SPDX-License-Identifier: MIT */
/* enccnf: encrypts configurations to single phones, shows and decrypts them. */
#include "enccnf/enccnf.h"

#include <string.h>

static const char *const synopsis[] = {
    "--build --tftp PEM --certificate PEM [--keep] [option...] SEP<MAC>.cnf.xml",
    "--parse [--tftp PEM] [--key PEM] [--json] SEP<MAC>.cnf.xml.enc.sgn",
    "--remove --key PEM [--tftp PEM] [--keep] [--force] SEP<MAC>.cnf.xml.enc.sgn",
    NULL,
};

static const struct cli_option *const options[] = {
    CLI_OPTION(KEY_BUILD, 'b', "build", NULL, false, "encrypt and sign; the clear text is removed"),
    CLI_OPTION(KEY_PARSE, 'p', "parse", NULL, false,
               "show the header; verify with --tftp and --key"),
    CLI_OPTION(KEY_REMOVE, 'r', "remove", NULL, false, "decrypt; the encrypted pair is removed"),
    CLI_OPTION(CLI_TEXT(struct enccnf, tftp), 't', "tftp", "PEM", false,
               "certificate that signs; with its key for --build"),
    CLI_OPTION(CLI_TEXT(struct enccnf, certificate), 'c', "certificate", "PEM", false,
               "the phone's certificate (MIC or LSC)"),
    CLI_OPTION(CLI_TEXT(struct enccnf, key), 'k', "key", "PEM", false, "the phone's private key"),
    CLI_OPTION(CLI_FLAG(struct enccnf, keep), '\0', "keep", NULL, false,
               "leave the input where it is"),
    CLI_OPTION(CLI_TEXT(struct enccnf, root), '\0', "root", "DIR", false,
               "the phones' trust lists are in DIR, not beside FILE"),
    &cli_digest,
    &cli_layout,
    &cli_timestamp,
    CLI_OPTION(CLI_KEY_FORCE, '\0', "force", NULL, false,
               "another name or layout than the phone's; lose an existing clear text"),
    &cli_json,
    &cli_passphrase_file,
    &cli_help,
    &cli_version,
    NULL,
};

static bool
take(void *context, int option, const char *value)
{
    struct enccnf *run = context;
    (void)value;
    return cli_verb(&run->verb, option, "--build, --parse and --remove");
}

static const char *const reference[] = {
    "parse", "build", "remove", "digest", "tftp", "certificate", "key", "help", NULL,
};

static const struct cli_program program = {
    .name = "enccnf",
    .synopsis = synopsis,
    .summary =
        "Encrypts a phone's configuration to its certificate. Writes SEP<MAC>.cnf.xml.enc.sgn and "
        "the\nsigned SEP<MAC>.cnf.xml.sgn that leads the phone there, then removes the clear text.",
    .options = options,
    .examples = "  enccnf --build --tftp asterisk.pem --certificate SEP58971ECC97C1.pem \\\n"
                "      SEP58971ECC97C1.cnf.xml\n"
                "  enccnf --parse --tftp asterisk.pem SEP58971ECC97C1.cnf.xml.enc.sgn\n"
                "  enccnf --remove --key SEP58971ECC97C1.pem SEP58971ECC97C1.cnf.xml.enc.sgn\n",
    .reference = reference,
    .take = take,
};

static bool
has_ending(const char *path, const char *ending)
{
    size_t len = strlen(path), ending_len = strlen(ending);
    return len > ending_len && strcmp(path + len - ending_len, ending) == 0;
}

static int
check_usage(void *context, int count, char **operands)
{
    struct enccnf *run = context;
    run->file = operands[0];
    if (run->verb == 0)
        return cli_usage("give one of --build, --parse and --remove; see enccnf --help");
    if (count != 1)
        return cli_usage("give one file; see enccnf --help");
    if (run->verb == KEY_BUILD && (run->tftp == NULL || run->certificate == NULL))
        return cli_usage("--build needs --tftp, which signs, and --certificate, the phone's");
    if (run->verb == KEY_BUILD && run->key != NULL)
        return cli_usage("--key goes with --parse and --remove");
    if (run->verb != KEY_BUILD && run->certificate != NULL)
        return cli_usage("--certificate goes with --build");
    if (run->verb != KEY_BUILD && run->root != NULL)
        return cli_usage("--root goes with --build");
    if (run->verb != KEY_PARSE && run->common.json)
        return cli_usage("--json goes with --parse");
    if (run->verb == KEY_REMOVE && run->key == NULL)
        return cli_usage("--remove needs --key, the phone's private key");
    if (run->verb == KEY_BUILD && !has_ending(run->file, CLEAR_ENDING))
        return cli_usage("--build takes a file SEP<MAC>" CLEAR_ENDING);
    if (run->verb == KEY_REMOVE && !has_ending(run->file, ENCRYPTED_ENDING))
        return cli_usage("--remove takes a file SEP<MAC>" ENCRYPTED_ENDING);
    return CLI_DONE;
}

static bool
load_identities(struct enccnf *run)
{
    unsigned signer_need = PROV_NEED_CERTIFICATE | (run->verb == KEY_BUILD ? PROV_NEED_KEY : 0);
    if (run->tftp != NULL) {
        run->signer = cli_identity(&run->common, run->tftp, signer_need);
        if (run->signer == NULL)
            return false;
    }
    const char *device = run->certificate != NULL ? run->certificate : run->key;
    if (device != NULL)
        run->device = cli_identity(
            &run->common, device, run->certificate != NULL ? PROV_NEED_CERTIFICATE : PROV_NEED_KEY);
    return device == NULL || run->device != NULL;
}

int
main(int argc, char **argv)
{
    struct enccnf run = {0};
    int status;
    if (!cli_start(&program, argc, argv, &run, &run.common, check_usage, &status))
        return status;
    status = CLI_FAILED;
    if (load_identities(&run))
        status = run.verb == KEY_BUILD   ? enccnf_build(&run)
                 : run.verb == KEY_PARSE ? enccnf_parse(&run)
                                         : enccnf_remove(&run);
    prov_identity_free(run.signer);
    prov_identity_free(run.device);
    return cli_finish(status);
}
