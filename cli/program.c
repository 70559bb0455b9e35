/* SPDX-License-Identifier: MIT */
/* The command line, parsed by the table that --help is printed from. */
#include "cli/program.h"
#include "cli/core.h"
#include "cli/guess.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ABBREVIATIONS_MAX 32
#define ABBREVIATION_SIZE 16
#define NAME_GUESSED_MAX 64 /* longer words are near to no option */
#define LONG_NAMES 256      /* getopt's value of the table's first; above all letters */

/* clang-format off */
const struct cli_option cli_help = {
    CLI_KEY_HELP, 'H', "help", NULL, false, "print this help"};
const struct cli_option cli_version = {
    CLI_KEY_VERSION, 'V', "version", NULL, false, "print the program's version"};
const struct cli_option cli_json = {
    CLI_KEY_JSON, '\0', "json", NULL, false, "print the result as JSON"};
const struct cli_option cli_layout = {
    CLI_KEY_LAYOUT, '\0', "layout", "NAME", false, "callmanager, 4.11 or 4.13 (as the phones' lists; else the first)"};
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

/* The place in the table by what getopt returned, a letter or a value of a long name; -1: none. */
static int
find_option(const struct cli_program *program, int found)
{
    for (int i = 0; program->options[i] != NULL; i++)
        if (LONG_NAMES + i == found || program->options[i]->letter == found)
            return i;
    return -1;
}

static struct option
long_option(const struct cli_program *program, int at, const char *name)
{
    bool valued = program->options[at]->argument != NULL;
    return (struct option){name, valued ? required_argument : no_argument, NULL, LONG_NAMES + at};
}

/* --- abbreviations */

static bool
begins_with(const char *name, const char *start, size_t len)
{
    return name != NULL && strncmp(name, start, len) == 0;
}

/* How many options of the program begin so. */
static size_t
count_options(const struct cli_program *program, const char *start, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; program->options[i] != NULL; i++)
        count += begins_with(program->options[i]->name, start, len);
    return count;
}

static size_t
count_reference(const struct cli_program *program, const char *start, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; program->reference[i] != NULL; i++)
        count += begins_with(program->reference[i], start, len);
    return count;
}

static int
find_name(const struct cli_program *program, const char *name, size_t len)
{
    for (int i = 0; program->options[i] != NULL; i++) {
        const char *option = program->options[i]->name;
        if (option != NULL && strlen(option) == len && strncmp(option, name, len) == 0)
            return i;
    }
    return -1;
}

/* Abbreviations that getopt would find ambiguous, and certutils does not, as names of their own:
 * what getopt finds in full it looks for no further. Returns how many; `texts` holds them. */
static size_t
add_abbreviations(const struct cli_program *program, char texts[][ABBREVIATION_SIZE],
                  struct option *out)
{
    size_t count = 0;
    for (size_t i = 0; program->reference != NULL && program->reference[i] != NULL; i++) {
        const char *name = program->reference[i];
        int option = find_name(program, name, strlen(name));
        for (size_t len = 1; len < strlen(name) && len < ABBREVIATION_SIZE; len++) {
            if (option < 0 || count == ABBREVIATIONS_MAX || count_options(program, name, len) < 2 ||
                count_reference(program, name, len) > 1 || find_name(program, name, len) >= 0)
                continue;
            snprintf(texts[count], ABBREVIATION_SIZE, "%.*s", (int)len, name);
            out[count] = long_option(program, option, texts[count]);
            count++;
        }
    }
    return count;
}

/* Getopt's two descriptions of the table. The leading colon makes it silent. */
static void
describe(const struct cli_program *program, char *letters, struct option *long_options,
         char abbreviations[][ABBREVIATION_SIZE])
{
    *letters++ = ':';
    for (int i = 0; program->options[i] != NULL; i++) {
        const struct cli_option *option = program->options[i];
        if (option->letter != '\0')
            *letters++ = option->letter;
        if (option->letter != '\0' && option->argument != NULL)
            *letters++ = ':';
        if (option->name != NULL)
            *long_options++ = long_option(program, i, option->name);
    }
    long_options += add_abbreviations(program, abbreviations, long_options);
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
    if (key >= CLI_KEY_FLAGS) {
        *(bool *)((char *)context + (key - CLI_KEY_FLAGS)) = true;
        return true;
    }
    if (key >= CLI_KEY_TEXTS) {
        *(const char **)((char *)context + (key - CLI_KEY_TEXTS)) = value;
        return true;
    }
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

/* --- what getopt found, and is no option of the table */

static int
complain_of_unknown(const struct cli_program *program, const char *given, const char *name,
                    size_t len)
{
    const char *names[CLI_OPTIONS_MAX];
    char word[NAME_GUESSED_MAX];
    size_t count = 0;
    for (size_t i = 0; program->options[i] != NULL; i++)
        if (program->options[i]->name != NULL)
            names[count++] = program->options[i]->name;
    snprintf(word, sizeof word, "%.*s", (int)len, name);
    const char *meant = len < sizeof word ? cli_guess(word, names, count) : NULL;
    if (meant == NULL)
        return cli_usage("option %s is unknown; see %s --help", given, program->name);
    return cli_usage("option %s is unknown; did you mean --%s? See %s --help", given, meant,
                     program->name);
}

static int
complain_of_ambiguous(const struct cli_program *program, const char *given, const char *name,
                      size_t len)
{
    char list[512] = "";
    size_t used = 0, left = count_options(program, name, len);
    for (size_t i = 0; program->options[i] != NULL && used < sizeof list; i++) {
        const char *option = program->options[i]->name;
        if (begins_with(option, name, len))
            used += (size_t)snprintf(list + used, sizeof list - used, "--%s%s", option,
                                     --left > 1  ? ", "
                                     : left == 1 ? " or "
                                                 : "");
    }
    return cli_usage("option %s is ambiguous: it may be %s; see %s --help", given, list,
                     program->name);
}

/* Getopt found something other than an option of the table. */
static int
complain(const struct cli_program *program, int found, char **argv)
{
    const char *given = argv[optind - 1];
    if (found == ':')
        return cli_usage("option %s needs a value", given);
    if (optopt > 0 && optopt < LONG_NAMES)
        return cli_usage("option -%c is unknown; see %s --help", optopt, program->name);
    if (optopt != 0)
        return cli_usage("option %s takes no value; see %s --help", given, program->name);
    const char *name = given + strspn(given, "-");
    size_t len = strcspn(name, "=");
    return len > 0 && count_options(program, name, len) > 1
               ? complain_of_ambiguous(program, given, name, len)
               : complain_of_unknown(program, given, name, len);
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
    char abbreviations[ABBREVIATIONS_MAX][ABBREVIATION_SIZE];
    struct option long_options[CLI_OPTIONS_MAX + ABBREVIATIONS_MAX + 1];
    bool seen[CLI_OPTIONS_MAX] = {false};
    struct prov_error err;
    int found;
    if (cli_forbid_core(&err) != PROV_OK) {
        *status = cli_fail(NULL, &err);
        return -1;
    }
    /* A tool is about to end when OpenSSL would tidy up; that would cost a tenth of a short run. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    *common = (struct cli_common){.digest = PROV_SHA1};
    *status = CLI_USAGE;
    describe(program, letters, long_options, abbreviations);
    while ((found = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        int at = find_option(program, found);
        if (at < 0) {
            *status = complain(program, found, argv);
            return -1;
        }
        const struct cli_option *option = program->options[at];
        if (option->key == CLI_KEY_HELP || option->key == CLI_KEY_VERSION) {
            *status = say_help_or_version(program, option->key);
            return -1;
        }
        if (seen[at] && !option->repeatable) {
            *status = cli_usage("option --%s is given twice", option->name);
            return -1;
        }
        seen[at] = true;
        if (!take(program, context, common, option->key, optarg))
            return -1;
    }
    *operands = argv + optind;
    return argc - optind;
}

bool
cli_start(const struct cli_program *program, int argc, char **argv, void *context,
          struct cli_common *common, int (*check)(void *context, int count, char **operands),
          int *status)
{
    char **operands = NULL;
    int count = cli_parse(program, argc, argv, context, common, &operands, status);
    if (count >= 0)
        *status = check(context, count, operands);
    return count >= 0 && *status == CLI_DONE;
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
