/* SPDX-License-Identifier: MIT */
/* The command line, parsed by the table that --help is printed from. */
#include "cli/program.h"
#include "cli/core.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* clang-format off */
const struct cli_option cli_help = {
    CLI_KEY_HELP, 'H', "help", NULL, false, "print this help"};
const struct cli_option cli_version = {
    CLI_KEY_VERSION, 'V', "version", NULL, false, "print the program's version"};
const struct cli_option cli_json = {
    CLI_KEY_JSON, '\0', "json", NULL, false, "print the result as JSON"};
const struct cli_option cli_layout = {
    CLI_KEY_LAYOUT, '\0', "layout", "NAME", false, "callmanager (default), 4.11 or 4.13"};
const struct cli_option cli_digest = {
    CLI_KEY_DIGEST, 'd', "digest", "NAME", false, "sha1 (default) or sha512"};
const struct cli_option cli_timestamp = {
    CLI_KEY_TIMESTAMP, '\0', "timestamp", "SECONDS", false, "seconds since 1970 instead of the clock"};
const struct cli_option cli_passphrase_file = {
    CLI_KEY_PASSPHRASE_FILE, '\0', "passphrase-file", "FILE", false, "its first line opens encrypted keys"};
/* clang-format on */

static void
print_option(const struct cli_option *option)
{
    char left[64];
    if (option->key == 0) {
        printf(" %s\n", option->help);
        return;
    }
    int used = option->letter != '\0' ? snprintf(left, sizeof left, "-%c", option->letter)
                                      : snprintf(left, sizeof left, "  ");
    if (option->name != NULL)
        snprintf(left + used, sizeof left - (size_t)used, "%s --%s%s%s",
                 option->letter != '\0' ? "," : " ", option->name,
                 option->argument != NULL ? " " : "",
                 option->argument != NULL ? option->argument : "");
    printf("  %-27s %s%s\n", left, option->help, option->repeatable ? " (repeatable)" : "");
}

static void
print_help(const struct cli_program *program)
{
    printf("usage:\n");
    for (size_t i = 0; program->synopsis[i] != NULL; i++)
        printf("  %s %s\n", program->name, program->synopsis[i]);
    printf("\n%s\n\noptions:\n", program->summary);
    for (size_t i = 0; program->options[i] != NULL; i++)
        print_option(program->options[i]);
    printf("\nexamples:\n%s", program->examples);
}

/* By what getopt returned: a letter or a key. */
static const struct cli_option *
find_option(const struct cli_program *program, int found)
{
    for (size_t i = 0; program->options[i] != NULL; i++)
        if (program->options[i]->key == found || program->options[i]->letter == found)
            return program->options[i];
    return NULL;
}

/* Getopt's two descriptions of the table. The leading colon makes it silent. */
static void
describe(const struct cli_program *program, char *letters, struct option *long_options)
{
    *letters++ = ':';
    for (size_t i = 0; program->options[i] != NULL; i++) {
        const struct cli_option *option = program->options[i];
        if (option->letter != '\0')
            *letters++ = option->letter;
        if (option->letter != '\0' && option->argument != NULL)
            *letters++ = ':';
        if (option->name != NULL)
            *long_options++ = (struct option){
                option->name, option->argument != NULL ? required_argument : no_argument, NULL,
                option->key};
    }
    *letters = '\0';
    *long_options = (struct option){0};
}

static bool
take_layout(struct cli_common *common, const char *name)
{
    common->layout = prov_layout_find(name);
    if (common->layout == NULL)
        cli_usage("layout %s is unknown; callmanager, 4.11 and 4.13 are known", name);
    return common->layout != NULL;
}

static bool
take_digest(struct cli_common *common, const char *name)
{
    bool known = prov_digest_parse(name, &common->digest);
    if (!known)
        cli_usage("digest %s cannot be used here; sha1 and sha512 can", name);
    return known;
}

static bool
take(const struct cli_program *program, void *context, struct cli_common *common, int key,
     const char *value)
{
    switch (key) {
    case CLI_KEY_JSON:
        common->json = true;
        return true;
    case CLI_KEY_FORCE:
        common->force = true;
        return true;
    case CLI_KEY_PASSPHRASE_FILE:
        common->passphrase_file = value;
        return true;
    case CLI_KEY_TIMESTAMP:
        common->timestamp = value;
        return true;
    case CLI_KEY_LAYOUT:
        return take_layout(common, value);
    case CLI_KEY_DIGEST:
        return take_digest(common, value);
    default:
        return program->take(context, key, value);
    }
}

/* Getopt found something other than an option of the table. */
static int
complain(const struct cli_program *program, int found, char **argv)
{
    if (found == ':')
        return cli_usage("option %s needs a value", argv[optind - 1]);
    if (optopt > 0 && optopt < CLI_KEY_HELP)
        return cli_usage("option -%c is unknown; see %s --help", optopt, program->name);
    return cli_usage("option %s is unknown, ambiguous or takes no value; see %s --help",
                     argv[optind - 1], program->name);
}

static int
say_help_or_version(const struct cli_program *program, int key)
{
    if (key == CLI_KEY_HELP)
        print_help(program);
    else
        printf("%s " PROV_VERSION "\n", program->name);
    return cli_finish(CLI_DONE);
}

int
cli_parse(const struct cli_program *program, int argc, char **argv, void *context,
          struct cli_common *common, char ***operands, int *status)
{
    char letters[2 * CLI_OPTIONS_MAX + 2];
    struct option long_options[CLI_OPTIONS_MAX + 1];
    bool seen[CLI_KEY_TOOL + CLI_OPTIONS_MAX] = {false};
    struct prov_error err;
    int found;
    *status = CLI_FAILED;
    if (cli_forbid_core(&err) != PROV_OK) {
        cli_error(NULL, "%s", err.text);
        return -1;
    }
    /* A tool is about to end when OpenSSL would tidy up; that would cost a tenth of a short run. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    *common = (struct cli_common){.layout = prov_layout_default(), .digest = PROV_SHA1};
    *status = CLI_USAGE;
    describe(program, letters, long_options);
    while ((found = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        const struct cli_option *option = find_option(program, found);
        if (option == NULL) {
            *status = complain(program, found, argv);
            return -1;
        }
        if (option->key == CLI_KEY_HELP || option->key == CLI_KEY_VERSION) {
            *status = say_help_or_version(program, option->key);
            return -1;
        }
        if (seen[option->key] && !option->repeatable) {
            *status = cli_usage("option --%s is given twice", option->name);
            return -1;
        }
        seen[option->key] = true;
        if (!take(program, context, common, option->key, optarg))
            return -1;
    }
    *operands = argv + optind;
    return argc - optind;
}

bool
cli_number(unsigned *out, const char *option, const char *value, unsigned min, unsigned max)
{
    char *end = NULL;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    if (errno != 0 || !isdigit((unsigned char)value[0]) || *end != '\0' || number < min ||
        number > max) {
        cli_usage("%s must be a number from %u to %u, not %s", option, min, max, value);
        return false;
    }
    *out = (unsigned)number;
    return true;
}

bool
cli_verb(int *verb, int key, const char *names)
{
    if (*verb != 0)
        cli_usage("%s exclude one another", names);
    else
        *verb = key;
    return *verb == key;
}

bool
cli_clock(const struct cli_common *common, int64_t *now)
{
    const char *source = "--timestamp", *text = common->timestamp;
    if (text == NULL) {
        source = "SOURCE_DATE_EPOCH";
        text = getenv(source);
    }
    if (text == NULL) {
        *now = (int64_t)time(NULL);
        return true;
    }
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 0 || value > UINT32_MAX) {
        cli_usage("%s must be seconds since 1970, from 0 to %u", source, UINT32_MAX);
        return false;
    }
    *now = value;
    return true;
}
