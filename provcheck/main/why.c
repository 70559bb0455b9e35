/* SPDX-License-Identifier: MIT */
/* provcheck why: why one phone does not come up, by all that this machine knows of it. */
#include "provcheck/main/verbs.h"
#include "provcheck/why/causes.h"
#include "provcheck/why/gather.h"

#include "cli/program.h"
#include "cli/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_TIMEOUT = CLI_KEY_TOOL };

#define TIMEOUT_DEFAULT 3
#define TIMEOUT_MAX 60

static const char *const synopsis[] = {
    "SEP<MAC> [--config FILE] [option ...]",
    NULL,
};

struct command {
    struct cli_common common;
    const char *config;
    bool no_pbx;
    unsigned timeout; /* seconds */
    struct prov_mac phone;
    int64_t now;
};

static const struct cli_option *const options[] = {
    CLI_OPTION(CLI_TEXT(struct command, config), 'c', "config", "FILE", false,
               "the settings (" SETTINGS_FILE_DEFAULT ")"),
    CLI_OPTION(CLI_FLAG(struct command, no_pbx), '\0', "no-pbx", NULL, false,
               "do not ask the PBX whether it is there"),
    CLI_OPTION(KEY_TIMEOUT, '\0', "timeout", "SECONDS", false,
               "wait so long for each server of the PBX (3)"),
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
    (void)option;
    return cli_number(&command->timeout, "timeout", value, 1, TIMEOUT_MAX);
}

static const struct cli_program program = {
    .name = "provcheck why",
    .synopsis = synopsis,
    .summary =
        "Joins all that this machine knows of a phone that does not come up: its files, the\n"
        "lists it was given, what it lately asked for, its configuration and its PBX. Says\n"
        "the most likely cause first, each with its evidence and its mend. Exits 1 if there\n"
        "is one.",
    .options = options,
    .examples = "  provcheck why SEP58971ECC97C1\n"
                "  provcheck why SEP58971ECC97C1 --config prov.conf --no-pbx --json\n",
    .take = take,
};

/* --- what is known */

static void
report_list(struct cli_report *report, const char *label, const struct why_list *list)
{
    static const char *const how[] = {
        [WHY_HOLDS_UNKNOWN] = "",
        [WHY_HOLDS_PERHAPS] = "perhaps the one given at",
        [WHY_HOLDS] = "the one given at",
        [WHY_HOLDS_PROVEN] = "proven: the one given at",
    };
    char text[160], time[WHY_TIME_SIZE];
    if (list->holding == WHY_HOLDS_UNKNOWN) {
        if (list->stands)
            cli_report_text(report, label, "not known");
        return;
    }
    snprintf(text, sizeof text, "%s %s, %s", how[list->holding], why_time_text(list->given, time),
             list->is_newest ? "which stands there" : "which is not what stands there now");
    cli_report_text(report, label, text);
}

static void
report_ledger(struct cli_report *report, const struct why_facts *facts)
{
    if (facts->ledger == WHY_LEDGER_OFF)
        cli_report_warning(report,
                           "the settings name no ledger, so what it asked for is not known");
    else if (facts->ledger == WHY_LEDGER_ABSENT)
        cli_report_warning(report, "there is no ledger yet, so what it asked for is not known");
    else if (facts->ledger == WHY_LEDGER_UNREADABLE)
        cli_report_warning(report, facts->ledger_text);
    if (!facts->seen)
        return;
    cli_report_time(report, "Last Asked", facts->last_seen);
    cli_report_text(report, "Address", facts->address);
}

static void
report_requests(struct cli_report *report, const struct why_facts *facts)
{
    if (!cli_report_is_json(report))
        return;
    for (size_t i = 0; i < facts->request_count; i++) {
        const struct why_request *request = &facts->requests[i];
        cli_report_open(report, "Requests", true);
        cli_report_time(report, "Time", request->time);
        cli_report_text(report, "Asked", request->asked);
        cli_report_text(report, "Transport", request->transport);
        cli_report_text(report, "Address", request->address);
        cli_report_close(report);
    }
}

static void
report_facts(struct cli_report *report, const struct why_facts *facts)
{
    char name[PROV_MAC_LEN + 4];
    snprintf(name, sizeof name, "SEP%s", facts->phone.text);
    cli_report_text(report, "Phone", name);
    cli_report_text(report, "Family", facts->family != NULL ? facts->family->name : "not known");
    if (facts->config.path[0] != '\0')
        cli_report_text(report, "Configuration", facts->config.path);
    report_list(report, "CTL", &facts->lists[TRUST_CTL]);
    report_list(report, "ITL", &facts->lists[TRUST_ITL]);
    report_ledger(report, facts);
    if (facts->pbx.state != WHY_PBX_NOT_ASKED) {
        cli_report_text(report, "PBX", facts->pbx.server);
        cli_report_text(report, "PBX Answer", facts->pbx.text);
    }
    report_requests(report, facts);
}

/* --- what follows */

static void
report_cause(struct cli_report *report, const struct why_facts *facts,
             const struct why_found *found, bool erases)
{
    const struct why_words *words = why_words(found->cause);
    const char *erasing = facts->erasing != NULL
                              ? facts->erasing
                              : "how is not known for this model; see its administration guide";
    cli_report_line(report, "\n%s [%s]: %s\n  why: %s\n  mend: %s", words->id,
                    why_sureness_name(found->sureness), found->evidence, words->why, words->mend);
    if (erases)
        cli_report_line(report, "  if nothing else is left, erase its lists by hand: %s", erasing);
    if (!cli_report_is_json(report))
        return;
    cli_report_open(report, "Causes", true);
    cli_report_text(report, "Id", words->id);
    cli_report_text(report, "Sureness", why_sureness_name(found->sureness));
    cli_report_text(report, "Evidence", found->evidence);
    cli_report_text(report, "Why", words->why);
    cli_report_text(report, "Mend", words->mend);
    cli_report_text(report, "Source", words->source);
    if (erases)
        cli_report_text(report, "Erasing", erasing);
    cli_report_close(report);
}

static int
judge_and_report(struct cli_report *report, const struct why_facts *facts)
{
    struct why_causes *causes = malloc(sizeof *causes);
    if (causes == NULL)
        return cli_error(NULL, "out of memory");
    why_causes_find(facts, causes);
    report_facts(report, facts);
    if (causes->count == 0)
        cli_report_line(report, "\nnothing found");
    for (size_t i = 0; i < causes->count; i++)
        report_cause(report, facts, &causes->at[i], why_words(causes->at[i].cause)->erases);
    int status = causes->count > 0 ? CLI_FAILED : CLI_DONE;
    free(causes);
    return status;
}

static int
gather_and_judge(const struct command *command, const struct settings *settings,
                 const struct dictionary *dictionary, struct cli_report *report)
{
    struct prov_error err;
    const struct why_question question = {
        .settings = settings,
        .dictionary = dictionary,
        .phone = command->phone,
        .now = command->now,
        .pbx_timeout = command->no_pbx ? 0 : (int64_t)command->timeout * 1000};
    struct why_facts *facts = malloc(sizeof *facts);
    if (facts == NULL)
        return cli_error(NULL, "out of memory");
    int status = why_gather(&question, facts, &err) == PROV_OK ? judge_and_report(report, facts)
                                                               : cli_fail(NULL, &err);
    free(facts);
    return status;
}

static int
run(const struct command *command, struct cli_report *report)
{
    const struct settings *settings = NULL;
    struct dictionary *dictionary = NULL;
    struct prov_error err;
    if (settings_load(command->config, NULL, 0, &settings, &err) != PROV_OK)
        return cli_fail(NULL, &err);
    int status = CLI_DONE;
    if (settings->tftpboot == NULL)
        status = cli_usage("%s names no tftpboot folder",
                           command->config != NULL ? command->config : SETTINGS_FILE_DEFAULT);
    else if (dictionary_load(DICTIONARY_OWN, &dictionary, &err) != PROV_OK)
        status = cli_fail(NULL, &err);
    if (status == CLI_DONE)
        status = gather_and_judge(command, settings, dictionary, report);
    dictionary_free(dictionary);
    settings_free(settings);
    return status;
}

static int
check_usage(void *context, int count, char **operands)
{
    struct command *command = context;
    if (count != 1 || !prov_mac_of_file(operands[0], "", "", &command->phone))
        return cli_usage("give one phone as SEP and its MAC address, SEP58971ECC97C1; see "
                         "provcheck why --help");
    return cli_clock(&command->common, &command->now) ? CLI_DONE : CLI_USAGE;
}

int
verb_why(int argc, char **argv)
{
    struct command command = {.timeout = TIMEOUT_DEFAULT};
    int status;
    if (!cli_start(&program, argc, argv, &command, &command.common, check_usage, &status))
        return status;
    struct cli_report *report = cli_report_new(command.common.json);
    if (report != NULL)
        status = run(&command, report);
    return cli_finish(cli_report_end(report, status));
}
