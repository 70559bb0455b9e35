/* SPDX-License-Identifier: MIT */
/* mkcert: makes keys with their self-signed certificates. */
#include "cli/program.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_MODE 0600
#define ALT_NAMES_MAX 64

enum {
    KEY_COMMON = CLI_KEY_TOOL,
    KEY_ORGANIZATION,
    KEY_UNIT,
    KEY_LOCALITY,
    KEY_STATE,
    KEY_COUNTRY,
    KEY_YEARS,
    KEY_BITS,
    KEY_KEY_SIZE,
    KEY_CURVE,
    KEY_CERTIFICATE_DIGEST,
    KEY_SAN,
    KEY_FILE
};

struct mkcert {
    struct cli_common common;
    struct prov_certificate_plan plan;
    const char *alt_names[ALT_NAMES_MAX];
    bool bits_given;
    const char *file;
};

static const char *const synopsis[] = {
    "--common NAME --organization NAME --unit NAME [option...] [FILE]", NULL};

/* clang-format off */
static const struct cli_option common = {
    KEY_COMMON, 'c', "common", "NAME", false, "common name (CN)"};
static const struct cli_option organization = {
    KEY_ORGANIZATION, 'o', "organization", "NAME", false, "organization (O)"};
static const struct cli_option unit = {
    KEY_UNIT, 'u', "unit", "NAME", false, "organizational unit (OU)"};
static const struct cli_option locality = {
    KEY_LOCALITY, 'l', "locality", "NAME", false, "locality (L)"};
static const struct cli_option state = {
    KEY_STATE, 's', "state", "NAME", false, "state (ST)"};
static const struct cli_option country = {
    KEY_COUNTRY, 'C', "country", "CODE", false, "country (C), two letters"};
static const struct cli_option years = {
    KEY_YEARS, 'y', "years", "NUMBER", false, "years of validity (10)"};
static const struct cli_option bits = {
    KEY_BITS, 'b', "bits", "NUMBER", false, "RSA key of 1024, 2048 (default) or 4096 bits"};
static const struct cli_option key_size = {
    KEY_KEY_SIZE, '\0', "key-size", "NUMBER", false, "the same as --bits"};
static const struct cli_option curve = {
    KEY_CURVE, 'E', "curve", "NAME", false, "EC key on secp256r1, secp384r1 or secp521r1"};
static const struct cli_option digest = {
    KEY_CERTIFICATE_DIGEST, 'd', "digest", "NAME", false, "sha1, sha256 (default) or sha512"};
static const struct cli_option san = {
    KEY_SAN, '\0', "san", "NAME", true, "further name: DNS:NAME or IP:ADDRESS"};
static const struct cli_option file = {
    KEY_FILE, 'f', "file", "FILE", false, "output (the common name, plus .pem)"};
static const struct cli_option force = {
    CLI_KEY_FORCE, '\0', "force", NULL, false, "replace FILE; a lost SAST key means resetting every phone"};
/* clang-format on */

static const struct cli_option *const options[] = {
    &common, &organization, &unit, &locality, &state, &country,  &years,       &bits, &key_size,
    &curve,  &digest,       &san,  &file,     &force, &cli_help, &cli_version, NULL,
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
take_san(struct mkcert *run, const char *value)
{
    if (run->plan.alt_name_count == ALT_NAMES_MAX) {
        cli_usage("more than %d --san", ALT_NAMES_MAX);
        return false;
    }
    run->alt_names[run->plan.alt_name_count++] = value;
    return true;
}

static bool
take(void *context, int key, const char *value)
{
    struct mkcert *run = context;
    switch (key) {
    case KEY_COMMON:
        run->plan.common_name = value;
        return true;
    case KEY_ORGANIZATION:
        run->plan.organization = value;
        return true;
    case KEY_UNIT:
        run->plan.unit = value;
        return true;
    case KEY_LOCALITY:
        run->plan.locality = value;
        return true;
    case KEY_STATE:
        run->plan.state = value;
        return true;
    case KEY_COUNTRY:
        run->plan.country = value;
        return true;
    case KEY_YEARS:
        return cli_number(&run->plan.years, "--years", value, 1, PROV_YEARS_MAX);
    case KEY_BITS:
    case KEY_KEY_SIZE:
        return take_bits(run, value);
    case KEY_CURVE:
        run->plan.curve = value;
        return true;
    case KEY_CERTIFICATE_DIGEST:
        run->plan.digest = value;
        return true;
    case KEY_SAN:
        return take_san(run, value);
    default:
        run->file = value;
        return true;
    }
}

static const struct cli_program program = {
    .name = "mkcert",
    .synopsis = synopsis,
    .summary =
        "Makes a key and its self-signed certificate, both in one PEM file that only its owner "
        "can read.",
    .options = options,
    .examples = "  mkcert --common \"SAST Acme\" --organization Acme --unit Voice sast.pem\n"
                "  mkcert -c pbx.acme.example -o Acme -u Voice --san IP:192.0.2.10 asterisk.pem\n"
                "  mkcert -c web.acme.example -o Acme -u Voice --curve secp384r1 web-ec.pem\n",
    .take = take,
};

static int
check_usage(const struct mkcert *run, int count)
{
    if (run->plan.common_name == NULL || run->plan.organization == NULL || run->plan.unit == NULL)
        return cli_usage("give --common, --organization and --unit; phones expect all three");
    if (count > 1 || (count == 1 && run->file != NULL))
        return cli_usage("give one output file; see mkcert --help");
    if (run->plan.curve != NULL && run->bits_given)
        return cli_usage("--bits and --curve exclude each other");
    return CLI_DONE;
}

/* The common name with every character but letters, digits and hyphens made an underscore, as
 * scripts expect; to be freed. */
static char *
default_file(const char *common_name)
{
    char *name = NULL;
    if (asprintf(&name, "%s.pem", common_name) < 0)
        return NULL;
    char *to = name;
    for (const char *at = common_name; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if ((c & 0xc0) != 0x80) /* not the rest of a UTF-8 character */
            *to++ = isascii(c) && (isalnum(c) || c == '-') ? (char)c : '_';
    }
    memcpy(to, ".pem", sizeof ".pem");
    return name;
}

static bool
may_write(const char *path, bool replace)
{
    struct stat status;
    if (replace || (lstat(path, &status) != 0 && errno == ENOENT))
        return true;
    cli_error(path, "it exists, and a lost key cannot be had back; choose another name or give "
                    "--force");
    return false;
}

static int
write_file(const char *path, struct prov_span pem, bool replace, struct prov_error *err)
{
    struct prov_batch *batch = prov_batch_new();
    if (batch == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (!replace)
        prov_batch_only_new(batch);
    int rc = prov_batch_put(batch, path, KEY_MODE, pem.data, pem.len, err);
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, err);
    prov_batch_free(batch);
    return rc;
}

static int
make(const struct mkcert *run, const char *path)
{
    struct prov_error err;
    struct prov_bytes *pem = NULL;
    if (!may_write(path, run->common.force))
        return CLI_FAILED;
    int rc = prov_certificate_make(&run->plan, &pem, &err);
    if (rc == PROV_OK)
        rc = write_file(path, prov_bytes_span(pem), run->common.force, &err);
    prov_bytes_free(pem);
    if (rc == PROV_OK && run->plan.curve == NULL && run->plan.rsa_bits > PROV_SIGNER_KEY_MAX)
        cli_warn(path, "7900 phones refuse keys over %d bits", PROV_SIGNER_KEY_MAX);
    if (rc == PROV_OK)
        return CLI_DONE;
    if (rc == PROV_E_ARGUMENT)
        return cli_usage("%s", err.text);
    cli_fail(path, &err);
    return CLI_FAILED;
}

int
main(int argc, char **argv)
{
    struct mkcert run = {.plan = {.rsa_bits = 2048, .digest = "sha256", .years = 10}};
    char **operands = NULL;
    int status = CLI_USAGE;
    int count = cli_parse(&program, argc, argv, &run, &run.common, &operands, &status);
    if (count < 0)
        return status;
    status = check_usage(&run, count);
    if (status != CLI_DONE)
        return status;
    run.plan.alt_names = run.alt_names;
    if (!cli_clock(&run.common, &run.plan.now))
        return CLI_USAGE;
    char *path = run.file != NULL ? strdup(run.file)
                 : count == 1     ? strdup(operands[0])
                                  : default_file(run.plan.common_name);
    if (path == NULL) {
        cli_error(NULL, "out of memory");
        return CLI_FAILED;
    }
    cli_finish_before_signals();
    status = make(&run, path);
    free(path);
    return cli_finish(status);
}
