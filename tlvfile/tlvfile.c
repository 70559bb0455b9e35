/* SPDX-License-Identifier: MIT */
/* tlvfile: builds, shows and compares trust lists. */
#include "tlvfile/tlvfile.h"

#include <string.h>

static const char *const synopsis[] = {
    "--build --sast PEM [--sast PEM] [role option...] [option...] FILE.tlv",
    "--parse [--sast PEM] [--json] FILE.tlv",
    "--diff [--json] OLD.tlv NEW.tlv",
    NULL,
};

static const struct cli_option *const options[] = {
    CLI_OPTION(KEY_BUILD, 'b', "build", NULL, false, "make FILE.tlv; the first --sast signs it"),
    CLI_OPTION(KEY_PARSE, 'p', "parse", NULL, false, "show FILE.tlv and verify its signature"),
    CLI_OPTION(KEY_DIFF, '\0', "diff", NULL, false, "will a phone that holds OLD take NEW?"),
    CLI_OPTION(KEY_ROLES + PROV_ROLE_SAST, 's', "sast", "PEM", true,
               "signs trust lists (first: with its key)"),
    CLI_OPTION(KEY_ROLES + PROV_ROLE_CCM, 'c', "ccm", "PEM", true, "SIP-TLS call server"),
    CLI_OPTION(KEY_ROLES + PROV_ROLE_TFTP, 't', "tftp", "PEM", true,
               "signs files (RSA), serves HTTPS (EC)"),
    CLI_OPTION(KEY_ROLES + PROV_ROLE_CCM_TFTP, 'C', "ccm-tftp", "PEM", true, "both of the above"),
    CLI_OPTION(KEY_ROLES + PROV_ROLE_CAPF, 'A', "capf", "PEM", true, "certificate enrolment"),
    CLI_OPTION(KEY_ROLES + PROV_ROLE_APP_SERVER, 'a', "app-server", "PEM", true,
               "HTTPS of XML services"),
    CLI_OPTION(KEY_ROLES + PROV_ROLE_TVS, 'T', "tvs", "PEM", true, "trust verification"),
    CLI_OPTION(KEY_SIGNER_VERSION, 'v', "version", "NUMBER", false,
               "1.0 (default), or 1.1 for HTTPS and EC"),
    &cli_digest,
    CLI_OPTION(CLI_TEXT(struct tlvfile, filename), 'F', "filename", "NAME", false,
               "name inside the list, where FILE's is not it"),
    CLI_OPTION(CLI_TEXT(struct tlvfile, previous), '\0', "previous", "FILE", false,
               "a list that phones hold besides FILE.tlv"),
    &cli_layout,
    &cli_timestamp,
    CLI_OPTION(CLI_KEY_FORCE, '\0', "force", NULL, false,
               "replace FILE.tlv though phones must be reset by hand; it is kept"),
    &cli_json,
    &cli_passphrase_file,
    &cli_help,
    /* --version has another meaning here, and scripts rely on it. */
    CLI_OPTION(CLI_KEY_VERSION, 'V', NULL, NULL, false, "print the program's version"),
    NULL,
};

static bool
take_version(struct tlvfile *run, const char *value)
{
    bool known = strcmp(value, "1.0") == 0 || strcmp(value, "1.1") == 0;
    if (known)
        run->version = (struct prov_signer_version){1, value[2] == '1'};
    else
        cli_usage("version %s is unknown; 1.0 and 1.1 are known (the program's own: -V)", value);
    return known;
}

static bool
take_entry(struct tlvfile *run, int key, const char *path)
{
    if (run->count == ENTRIES_MAX) {
        cli_usage("more than %d certificates", ENTRIES_MAX);
        return false;
    }
    run->entries[run->count++] = (struct entry){path, (enum prov_role)(key - KEY_ROLES)};
    return true;
}

static bool
take(void *context, int key, const char *value)
{
    struct tlvfile *run = context;
    switch (key) {
    case KEY_BUILD:
    case KEY_PARSE:
    case KEY_DIFF:
        return cli_verb(&run->verb, key, "--build, --parse and --diff");
    case KEY_SIGNER_VERSION:
        return take_version(run, value);
    default:
        return take_entry(run, key, value);
    }
}

static const char *const reference[] = {
    "parse", "build",    "version", "digest",     "filename", "sast", "ccm",
    "tftp",  "ccm-tftp", "capf",    "app-server", "tvs",      "help", NULL,
};

static const struct cli_program program = {
    .name = "tlvfile",
    .synopsis = synopsis,
    .summary = "Builds the trust lists (ITLFile.tlv, CTLFile.tlv) that phones install, shows them, "
               "and says\n"
               "whether phones that hold one list will take another. A list is only replaced if "
               "they will.",
    .options = options,
    .examples =
        "  tlvfile --build ITLFile.tlv --sast sast.pem --sast recovery.pem --tftp asterisk.pem\n"
        "  tlvfile --parse ITLFile.tlv\n"
        "  tlvfile --diff /srv/tftp/ITLFile.tlv ITLFile.tlv\n",
    .reference = reference,
    .take = take,
};

static bool
has_sast(const struct tlvfile *run)
{
    for (size_t i = 0; i < run->count; i++)
        if (run->entries[i].role == PROV_ROLE_SAST)
            return true;
    return false;
}

static int
check_usage(void *context, int count, char **operands)
{
    struct tlvfile *run = context;
    run->files = operands;
    if (run->verb == 0)
        return cli_usage("give one of --build, --parse and --diff; see tlvfile --help");
    if (run->verb == KEY_DIFF && count != 2)
        return cli_usage("--diff takes two files, the old list and the new one");
    if (run->verb != KEY_DIFF && count != 1)
        return cli_usage("give one file; see tlvfile --help");
    if (run->verb == KEY_DIFF && run->count > 0)
        return cli_usage("--diff takes no certificates");
    if (run->verb == KEY_PARSE &&
        (run->count > 1 || (run->count == 1 && run->entries[0].role != PROV_ROLE_SAST)))
        return cli_usage("--parse takes one certificate at most, with --sast");
    if (run->verb == KEY_BUILD && !has_sast(run))
        return cli_usage("--build needs --sast, the certificate and key that sign the list");
    if (run->verb == KEY_BUILD && run->common.json)
        return cli_usage("--json goes with --parse and --diff");
    if (run->verb != KEY_BUILD && (run->previous != NULL || run->filename != NULL))
        return cli_usage("--previous and --filename go with --build");
    return CLI_DONE;
}

int
main(int argc, char **argv)
{
    static struct tlvfile run = {.version = {1, 0}};
    int status;
    if (!cli_start(&program, argc, argv, &run, &run.common, check_usage, &status))
        return status;
    status = run.verb == KEY_BUILD   ? tlvfile_build(&run)
             : run.verb == KEY_PARSE ? tlvfile_parse(&run)
                                     : tlvfile_diff(&run);
    return cli_finish(status);
}
