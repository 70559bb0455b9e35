/* SPDX-License-Identifier: MIT */
/* provcheck config: what is wrong with single configurations. */
#include "checks/config.h"
#include "checks/parsed.h"
#include "provcheck/main/rules.h"
#include "provcheck/main/target.h"
#include "provcheck/main/verbs.h"

#include "cli/program.h"
#include "tree/name.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_FAMILY = CLI_KEY_TOOL, KEY_MODEL };

static const char *const synopsis[] = {
    "FILE ... [option ...]",
    NULL,
};

struct command {
    struct cli_common common;
    const char *config;
    bool strict;
    int64_t now;
    const struct family *family;
    const struct model *model;
    size_t count;
    char **files;
};

static const struct cli_option *const options[] = {
    CLI_OPTION(CLI_TEXT(struct command, config), 'c', "config", "FILE", false,
               "leave out what prov.conf says"),
    CLI_OPTION(KEY_FAMILY, 'f', "family", "FAMILY", false,
               "whose it is, where its load does not tell"),
    CLI_OPTION(KEY_MODEL, '\0', "model", "MODEL", false, "the same, as 7942 or 8851"),
    CLI_OPTION(CLI_FLAG(struct command, strict), '\0', "strict", NULL, false,
               "show notes, too: what does no harm, or is not certain"),
    &cli_timestamp,
    &cli_json,
    &cli_help,
    &cli_version,
    NULL,
};

static bool
take(void *context, int option, const char *value)
{
    struct command *command = context;
    if (option == KEY_FAMILY) {
        command->family = target_family(value);
        return command->family != NULL;
    }
    command->model = model_find(value);
    if (command->model == NULL)
        cli_usage("model %s is unknown", value);
    return command->model != NULL;
}

static const struct cli_program program = {
    .name = "provcheck config",
    .synopsis = synopsis,
    .summary = "Reads configurations of phones, SEP<MAC>.cnf.xml and the like, and says what is\n"
               "wrong, where, why it matters and how to mend it. Exits 1 if anything was found.",
    .options = options,
    .examples = "  provcheck config SEP58971ECC97C1.cnf.xml\n"
                "  provcheck config --model 8851 --strict template.cnf.xml\n",
    .take = take,
};

/* --- one file */

struct at_hand {
    struct findings *findings;
    const char *file;
};

static void
report(void *context, const struct check_finding *finding)
{
    const struct at_hand *at = context;
    findings_add_check(at->findings, NULL, at->file, finding);
}

/* What is inside of a signed file. */
static struct prov_span
without_header(struct prov_span bytes)
{
    size_t len = 0;
    if (prov_header_length(bytes.data, bytes.len, &len, NULL) != PROV_OK || len > bytes.len)
        return bytes;
    return (struct prov_span){bytes.data + len, bytes.len - len};
}

/* An exit code, other than CLI_DONE after a message. */
static int
check_file(const struct command *command, const struct dictionary *dictionary,
           struct findings *findings, const char *file)
{
    struct prov_bytes *bytes = NULL;
    struct prov_error err;
    struct at_hand at = {findings, file};
    if (name_ends_with(file, ".enc.sgn"))
        return cli_error(file, "it is encrypted; check the file that it was made of");
    if (prov_file_read(file, PROV_DEVICECONFIG_MAX, &bytes, &err) != PROV_OK)
        return cli_fail(file, &err);
    const struct config_context about = {.dictionary = dictionary,
                                         .owner = parsed_owner(file),
                                         .family = command->family,
                                         .model = command->model};
    config_check(without_header(prov_bytes_span(bytes)), &about, report, &at);
    prov_bytes_free(bytes);
    return CLI_DONE;
}

/* --- all of them */

static int
check_files(const struct command *command, const struct dictionary *dictionary,
            const struct findings_filter *filter)
{
    struct findings *findings = findings_new(filter);
    int status = findings != NULL ? CLI_DONE : cli_error(NULL, "out of memory");
    for (size_t i = 0; findings != NULL && i < command->count; i++)
        if (check_file(command, dictionary, findings, command->files[i]) != CLI_DONE)
            status = CLI_FAILED;
    if (findings != NULL && !findings_print(findings, command->common.json))
        status = cli_error(NULL, "out of memory: not all findings are shown");
    if (findings != NULL && findings_count(findings) > 0)
        status = CLI_FAILED;
    findings_free(findings);
    return status;
}

static int
check_usage(void *context, int count, char **operands)
{
    struct command *command = context;
    command->count = (size_t)count;
    command->files = operands;
    if (count == 0)
        return cli_usage("give the files to check; see provcheck config --help");
    return cli_clock(&command->common, &command->now) ? CLI_DONE : CLI_USAGE;
}

int
verb_config(int argc, char **argv)
{
    struct command command = {.strict = false};
    const struct settings *settings = NULL;
    struct dictionary *dictionary = NULL;
    struct findings_filter filter;
    struct prov_error err;
    int status;
    if (!cli_start(&program, argc, argv, &command, &command.common, check_usage, &status))
        return status;
    if (command.config != NULL && settings_load(command.config, NULL, 0, &settings, &err))
        return cli_fail(NULL, &err);
    status = rules_load(settings, command.strict, command.now, &dictionary, &filter);
    if (status == CLI_DONE)
        status = check_files(&command, dictionary, &filter);
    dictionary_free(dictionary);
    settings_free(settings);
    return cli_finish(status);
}
