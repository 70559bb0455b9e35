/* SPDX-License-Identifier: MIT */
/* mkcert: keys and certificates, self-signed or from a CA of one's own. */
#include "mkcert/mkcert.h"

#include <stdlib.h>
#include <string.h>

enum {
    KEY_SAN = CLI_KEY_TOOL,
    KEY_YEARS,
    KEY_BITS,
    KEY_KEY,
    KEY_CA,
    KEY_SERVER,
    KEY_CLIENT,
    KEY_FOR,
    KEY_CA_LIST
};

static const char *const synopsis[] = {
    "--common NAME --organization NAME --unit NAME [option...] [FILE]",
    "--ca [--issuer CA.pem] --common NAME [option...] [FILE]",
    "--issuer CA.pem [--server | --client] --common NAME [option...] [FILE]",
    "--for SYSTEM [--issuer CA.pem] --common NAME [option...] FOLDER",
    "--csr REQUEST --issuer CA.pem [option...] FILE",
    "--renew FILE [--issuer CA.pem] [option...]",
    NULL};

static const struct cli_option *const options[] = {
    CLI_OPTION(.help = "whom it names:"),
    CLI_OPTION(CLI_TEXT(struct mkcert, plan.common_name), 'c', "common", "NAME", false,
               "common name (CN)"),
    CLI_OPTION(CLI_TEXT(struct mkcert, plan.organization), 'o', "organization", "NAME", false,
               "organization (O)"),
    CLI_OPTION(CLI_TEXT(struct mkcert, plan.unit), 'u', "unit", "NAME", false,
               "organizational unit (OU)"),
    CLI_OPTION(CLI_TEXT(struct mkcert, plan.locality), 'l', "locality", "NAME", false,
               "locality (L)"),
    CLI_OPTION(CLI_TEXT(struct mkcert, plan.state), 's', "state", "NAME", false, "state (ST)"),
    CLI_OPTION(CLI_TEXT(struct mkcert, plan.country), 'C', "country", "CODE", false,
               "country (C), two letters"),
    CLI_OPTION(KEY_SAN, '\0', "san", "NAME", true, "further name: DNS:NAME or IP:ADDRESS"),
    CLI_OPTION(CLI_FLAG(struct mkcert, allow_wildcard), '\0', "allow-wildcard", NULL, false,
               "let a name be one, against RFC 5922"),
    CLI_OPTION(.help = "its key, validity and signature:"),
    CLI_OPTION(KEY_BITS, 'b', "bits", "NUMBER", false,
               "RSA key of 1024, 2048 (default), 3072 or 4096 bits"),
    CLI_OPTION(KEY_BITS, '\0', "key-size", "NUMBER", false, "the same as --bits"),
    CLI_OPTION(CLI_TEXT(struct mkcert, plan.curve), 'E', "curve", "NAME", false,
               "EC key on secp256r1, secp384r1 or secp521r1"),
    CLI_OPTION(KEY_KEY, '\0', "key", "FILE", false, "private key to use instead of making one"),
    CLI_OPTION(KEY_YEARS, 'y', "years", "NUMBER", false,
               "years of validity (10; with --renew as many as before)"),
    CLI_OPTION(CLI_TEXT(struct mkcert, plan.digest), 'd', "digest", "NAME", false,
               "sha1, sha256 (default) or sha512"),
    CLI_OPTION(.help = "CAs and what they issue:"),
    CLI_OPTION(KEY_CA, '\0', "ca", NULL, false, "make a CA"),
    CLI_OPTION(CLI_TEXT(struct mkcert, issuer_file), '\0', "issuer", "FILE", false,
               "CA that signs: its certificate and key"),
    CLI_OPTION(CLI_TEXT(struct mkcert, issuer_key_file), '\0', "issuer-key", "FILE", false,
               "the issuer's key, if it is not in its file"),
    CLI_OPTION(CLI_TEXT(struct mkcert, chain_file), '\0', "chain", "FILE", false,
               "CAs above the issuer, if they are not in its file"),
    CLI_OPTION(KEY_SERVER, '\0', "server", NULL, false, "for a TLS server only"),
    CLI_OPTION(KEY_CLIENT, '\0', "client", NULL, false, "for a TLS client only"),
    CLI_OPTION(CLI_TEXT(struct mkcert, request_file), '\0', "csr", "FILE", false,
               "sign this request (PKCS#10)"),
    CLI_OPTION(CLI_TEXT(struct mkcert, renew_file), '\0', "renew", "FILE", false,
               "issue its certificate again, in its place"),
    CLI_OPTION(.help = "the output:"),
    CLI_OPTION(CLI_TEXT(struct mkcert, file), 'f', "file", "FILE", false,
               "output (the common name, plus .pem)"),
    CLI_OPTION(KEY_FOR, '\0', "for", "SYSTEM", false,
               "asterisk, freeswitch, img2020, mediatrix or phone (default)"),
    CLI_OPTION(KEY_CA_LIST, '\0', "ca-list", "FILE", true, "further CAs for the system to trust"),
    CLI_OPTION(CLI_KEY_FORCE, '\0', "force", NULL, false,
               "replace FILE; a lost SAST key means resetting every phone"),
    &cli_passphrase_file,
    &cli_help,
    &cli_version,
    NULL,
};

static bool
take_bits(struct mkcert *run, const char *value)
{
    if (run->bits_given) {
        cli_usage("--bits and --key-size are the same; give one");
        return false;
    }
    run->bits_given = true;
    return cli_number(&run->plan.rsa_bits, "--bits", value, 1024, 4096);
}

static bool
take_name(const char **names, size_t *count, size_t max, const char *option, const char *value)
{
    if (*count == max) {
        cli_usage("more than %zu %s", max, option);
        return false;
    }
    names[(*count)++] = value;
    return true;
}

static bool
take_system(struct mkcert *run, const char *value)
{
    if (!mkcert_is_system(value)) {
        cli_usage("system %s is unknown; asterisk, freeswitch, img2020, mediatrix and phone are "
                  "known",
                  value);
        return false;
    }
    run->system = value;
    return true;
}

/* Where certutils' scripts abbreviate --key-size they write --key and a number. */
static bool
is_key_size(const char *value)
{
    return value[0] != '\0' && value[strspn(value, "0123456789")] == '\0';
}

static bool
take(void *context, int found, const char *value)
{
    struct mkcert *run = context;
    switch (found) {
    case KEY_YEARS:
        run->years_given = true;
        return cli_number(&run->plan.years, "--years", value, 1, PROV_YEARS_MAX);
    case KEY_BITS:
        return take_bits(run, value);
    case KEY_SAN:
        return take_name(run->alt_names, &run->plan.alt_name_count, MKCERT_NAMES_MAX, "--san",
                         value);
    case KEY_CA_LIST:
        return take_name(run->ca_lists, &run->ca_list_count, MKCERT_CA_LISTS_MAX, "--ca-list",
                         value);
    case KEY_FOR:
        return take_system(run, value);
    case KEY_CA:
        run->plan.purposes |= PROV_PURPOSE_CA;
        return true;
    case KEY_SERVER:
        run->plan.purposes |= PROV_PURPOSE_SERVER;
        return true;
    case KEY_CLIENT:
        run->plan.purposes |= PROV_PURPOSE_CLIENT;
        return true;
    default:
        if (is_key_size(value))
            return take_bits(run, value);
        run->key_file = value;
        return true;
    }
}

static const char *const reference[] = {
    "common", "organization", "unit",  "locality", "state", "country", "years",
    "bits",   "key-size",     "curve", "digest",   "file",  "help",    NULL,
};

static const struct cli_program program = {
    .name = "mkcert",
    .synopsis = synopsis,
    .summary =
        "Makes a key and its certificate: self-signed as phones want it, or the CA of a voice\n"
        "network, or issued by that CA. Both go into one PEM file that only its owner can read, "
        "or\n"
        "with --for into the files that a system reads.",
    .options = options,
    .examples = "  mkcert --common \"SAST Acme\" --organization Acme --unit Voice sast.pem\n"
                "  mkcert -c pbx.acme.example -o Acme -u Voice --san IP:192.0.2.10 asterisk.pem\n"
                "  mkcert --ca -c \"Acme Voice CA\" -o Acme -u Voice ca.pem\n"
                "  mkcert --issuer ca.pem -c pbx.acme.example --for asterisk /etc/asterisk/keys\n"
                "  mkcert --issuer ca.pem --csr gateway.csr gateway.crt\n"
                "  mkcert --issuer ca.pem --renew pbx.pem\n",
    .reference = reference,
    .take = take,
};

/* True for --for with a system that reads files of its own. */
static bool
is_for_system(const struct mkcert *run)
{
    return run->system != NULL && strcmp(run->system, "phone") != 0;
}

/* True if the command line says something about names or about a key to be made. */
static bool
describes_holder(const struct mkcert *run)
{
    const struct prov_certificate_plan *plan = &run->plan;
    return plan->common_name != NULL || plan->organization != NULL || plan->unit != NULL ||
           plan->locality != NULL || plan->state != NULL || plan->country != NULL ||
           plan->curve != NULL || run->bits_given;
}

static int
check_renewal(const struct mkcert *run, int files)
{
    if (prov_identity_is_uri(run->renew_file))
        return cli_usage("--renew is for a file; write the certificate of the token to one, and "
                         "name its key with --key");
    if (run->request_file != NULL || run->system != NULL || run->plan.purposes != 0 ||
        run->plan.alt_name_count > 0 || describes_holder(run))
        return cli_usage("--renew keeps key, names and purposes; --issuer, --key, --years and "
                         "--digest go with it");
    if (files > 0)
        return cli_usage("--renew replaces its file; give no output file");
    return CLI_DONE;
}

static int
check_request(const struct mkcert *run, int files)
{
    if (run->issuer_file == NULL)
        return cli_usage("give --issuer, the CA that signs the request");
    if (run->key_file != NULL || run->system != NULL || describes_holder(run))
        return cli_usage("--csr brings key and names with it; only --san replaces some");
    if (files == 0)
        return cli_usage("give the output file for the certificate");
    return CLI_DONE;
}

static int
check_holder(const struct mkcert *run, int files)
{
    const struct prov_certificate_plan *plan = &run->plan;
    bool named = plan->organization != NULL && plan->unit != NULL;
    if (plan->common_name == NULL || (!named && run->issuer_file == NULL))
        return run->issuer_file != NULL
                   ? cli_usage("give --common, the name of whom the certificate is for")
                   : cli_usage("give --common, --organization and --unit; phones expect all three");
    if (plan->curve != NULL && run->bits_given)
        return cli_usage("--bits and --curve exclude each other");
    if (run->key_file != NULL && (plan->curve != NULL || run->bits_given))
        return cli_usage("--key brings a key; --bits and --curve are for one that is made");
    if ((plan->purposes & PROV_PURPOSE_CA) != 0 && run->system != NULL)
        return cli_usage("--for is for what a CA issues, not for the CA");
    if (is_for_system(run) && files == 0)
        return cli_usage("give the folder that the files for %s go to", run->system);
    return CLI_DONE;
}

/* certutils' mkcert passes over all names but the first, and scripts rely on it. */
static bool
is_as_certutils(const struct mkcert *run)
{
    return run->plan.purposes == 0 && run->issuer_file == NULL && run->request_file == NULL &&
           run->renew_file == NULL && run->system == NULL && run->key_file == NULL;
}

static int
check_usage(const struct mkcert *run, int files)
{
    unsigned purposes = run->plan.purposes;
    if (files > 1 && !is_as_certutils(run))
        return cli_usage("give one output file; see mkcert --help");
    if (run->issuer_file == NULL && (run->issuer_key_file != NULL || run->chain_file != NULL))
        return cli_usage("--issuer-key and --chain go with --issuer");
    if ((purposes & PROV_PURPOSE_CA) != 0 &&
        (purposes != PROV_PURPOSE_CA || run->plan.alt_name_count > 0))
        return cli_usage("a CA is no server or client; --server, --client and --san are for what "
                         "it issues");
    if (run->ca_list_count > 0 && !is_for_system(run))
        return cli_usage("--ca-list goes with --for and a system that has a list");
    if (run->renew_file != NULL)
        return check_renewal(run, files);
    return run->request_file != NULL ? check_request(run, files) : check_holder(run, files);
}

/* The rest of what the plan says, once everything is known. Self-signed certificates for phones may
 * be for names of any kind, as they always could (formats.md, section 6). */
static bool
finish_plan(struct mkcert *run)
{
    struct prov_certificate_plan *plan = &run->plan;
    plan->alt_names = run->alt_names;
    plan->no_wildcards = !run->allow_wildcard &&
                         (run->issuer_file != NULL || is_for_system(run) || plan->purposes != 0);
    if (plan->digest == NULL && run->renew_file == NULL)
        plan->digest = "sha256";
    if (!run->years_given && run->renew_file == NULL)
        plan->years = 10;
    return cli_clock(&run->common, &plan->now);
}

static void
warn_of_names_left(const char *path, char **names, int count)
{
    for (int i = 0; i < count; i++)
        cli_warn(names[i], "nothing is written there: the one output file is %s", path);
}

static int
carry_out(struct mkcert *run, const char *path)
{
    if (run->renew_file != NULL)
        return mkcert_renew(run);
    if (run->request_file != NULL)
        return mkcert_sign_request(run, path);
    if (is_for_system(run))
        return mkcert_make_for_system(run, path);
    return mkcert_make(run, path);
}

int
main(int argc, char **argv)
{
    struct mkcert run = {.plan = {.size = sizeof run.plan, .rsa_bits = 2048}};
    char **operands = NULL;
    int status = CLI_USAGE;
    int count = cli_parse(&program, argc, argv, &run, &run.common, &operands, &status);
    if (count < 0)
        return status;
    status = check_usage(&run, count + (run.file != NULL ? 1 : 0));
    if (status != CLI_DONE)
        return status;
    if (!finish_plan(&run))
        return CLI_USAGE;
    bool unnamed = run.file == NULL && count == 0;
    char *path = unnamed && run.plan.common_name != NULL
                     ? mkcert_file_name(run.plan.common_name, ".pem")
                     : strdup(run.file != NULL ? run.file
                              : count > 0      ? operands[0]
                                               : "");
    if (path == NULL)
        return cli_error(NULL, "out of memory");
    int taken = run.file == NULL && count > 0 ? 1 : 0;
    warn_of_names_left(path, operands + taken, count - taken);
    status = mkcert_load(&run);
    cli_finish_before_signals();
    if (status == CLI_DONE)
        status = carry_out(&run, path);
    mkcert_unload(&run);
    free(path);
    return cli_finish(status);
}
