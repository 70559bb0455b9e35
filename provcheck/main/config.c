/* SPDX-License-Identifier: MIT */
/* provcheck config: what is wrong with single configurations. */
#include "checks/config.h"
#include "checks/parsed.h"
#include "provcheck/main/rules.h"
#include "provcheck/main/target.h"
#include "provcheck/main/verbs.h"

#include "cli/program.h"
#include "cli/workers.h"
#include "tree/name.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* --- one file, by one of several threads */

struct work {
    const struct command *command;
    const struct dictionary *dictionary;
    struct findings *findings;
    pthread_mutex_t one_at_a_time; /* the findings */
    atomic_bool failed;
};

struct at_hand {
    struct work *work;
    const char *file;
};

static void
report(void *context, const struct check_finding *finding)
{
    const struct at_hand *at = context;
    pthread_mutex_lock(&at->work->one_at_a_time);
    findings_add_check(at->work->findings, NULL, at->file, finding);
    pthread_mutex_unlock(&at->work->one_at_a_time);
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
check_file(struct work *work, const char *file)
{
    struct prov_bytes *bytes = NULL;
    struct prov_error err;
    struct at_hand at = {work, file};
    if (name_ends_with(file, ".enc.sgn"))
        return cli_error(file, "it is encrypted; check the file that it was made of");
    if (prov_file_read(file, PROV_DEVICECONFIG_MAX, &bytes, &err) != PROV_OK)
        return cli_fail(file, &err);
    const struct config_context about = {.dictionary = work->dictionary,
                                         .owner = parsed_owner(file),
                                         .family = work->command->family,
                                         .model = work->command->model};
    config_check(without_header(prov_bytes_span(bytes)), &about, report, &at);
    prov_bytes_free(bytes);
    return CLI_DONE;
}

static void
check_one(void *context, unsigned worker, size_t index)
{
    struct work *work = context;
    (void)worker;
    if (check_file(work, work->command->files[index]) != CLI_DONE)
        atomic_store(&work->failed, true);
}

/* --- all of them */

static int
check_files(const struct command *command, const struct dictionary *dictionary,
            const struct findings_filter *filter)
{
    struct work work = {.command = command,
                        .dictionary = dictionary,
                        .findings = findings_new(filter),
                        .one_at_a_time = PTHREAD_MUTEX_INITIALIZER};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (work.findings == NULL)
        return cli_error(NULL, "out of memory");
    workers_run(processors > 0 ? (unsigned)processors : 1, 0, command->count, check_one, &work);
    bool failed = atomic_load(&work.failed) || findings_count(work.findings) > 0;
    int status = failed ? CLI_FAILED : CLI_DONE;
    if (!findings_print(work.findings, command->common.json))
        status = cli_error(NULL, "out of memory: not all findings are shown");
    findings_free(work.findings);
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
