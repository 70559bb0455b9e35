/* SPDX-License-Identifier: MIT */
/* provcheck tree: what is wrong with a tree of files, without a network. */
#include "provcheck/tree/tree.h"
#include "provcheck/main/rules.h"
#include "provcheck/main/verbs.h"

#include "cli/program.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_DAYS = CLI_KEY_TOOL };

#define DAYS_DEFAULT 30
#define DAYS_MAX 36500

static const char *const synopsis[] = {
    "DIR [option ...]",
    "--config FILE [option ...]",
    NULL,
};

struct command {
    struct cli_common common;
    const char *root, *config, *secure, *devices, *certificate;
    unsigned days;
    bool strict;
    int64_t now;
};

static const struct cli_option *const options[] = {
    CLI_OPTION(CLI_TEXT(struct command, config), 'c', "config", "FILE", false,
               "take the folders and certificates from prov.conf"),
    CLI_OPTION(CLI_TEXT(struct command, secure), '\0', "secure", "DIR", false,
               "clear configurations for HTTPS"),
    CLI_OPTION(CLI_TEXT(struct command, devices), '\0', "devices", "DIR", false,
               "phones' certificates, SEP<MAC>.pem"),
    CLI_OPTION(CLI_TEXT(struct command, certificate), '\0', "certificate", "PEM", false,
               "what the HTTPS port shows"),
    CLI_OPTION(KEY_DAYS, '\0', "days", "N", false,
               "report certificates that expire within N days (30)"),
    CLI_OPTION(CLI_FLAG(struct command, strict), '\0', "strict", NULL, false,
               "show notes, too: what is of no use, or likely not meant"),
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
    return cli_number(&command->days, "--days", value, 0, DAYS_MAX);
}

static const struct cli_program program = {
    .name = "provcheck tree",
    .synopsis = synopsis,
    .summary = "Reads a tree of files as the phones would that are served from it, without a\n"
               "network, and says what is wrong, why it matters and how to mend it. Exits 1 if\n"
               "anything was found.",
    .options = options,
    .examples = "  provcheck tree /srv/tftp\n"
                "  provcheck tree /srv/tftp --devices /var/lib/capf --certificate web-ec.pem\n"
                "  provcheck tree --config /etc/prov/prov.conf --days 60 --json\n",
    .take = take,
};

/* --- where everything is */

enum { ROOT, SECURE, DEVICES, FOLDERS };

/* Folders are named without a slash at their ends, since they stand before file names. False where
 * memory is short. */
static bool
name_folder(char **name, const char *given, const char *configured)
{
    const char *path = given != NULL ? given : configured;
    size_t len = path != NULL ? strlen(path) : 0;
    while (len > 1 && path[len - 1] == '/')
        len--;
    *name = path != NULL ? strndup(path, len) : NULL;
    return path == NULL || *name != NULL;
}

static bool
name_folders(const struct command *command, const struct settings *settings, char *names[FOLDERS])
{
    bool configured = settings != NULL;
    return name_folder(&names[ROOT], command->root, configured ? settings->tftpboot : NULL) &&
           name_folder(&names[SECURE], command->secure, configured ? settings->secure : NULL) &&
           name_folder(&names[DEVICES], command->devices, configured ? settings->devices : NULL);
}

static void
take_certificates(const struct command *command, const struct settings *settings,
                  struct tree_place *place)
{
    if (command->certificate != NULL) {
        place->https[place->https_count++] = command->certificate;
        return;
    }
    for (size_t i = 0; settings != NULL && i < settings->certificate_count; i++)
        place->https[place->https_count++] = settings->certificates[i];
}

/* --- the check */

static int
check_and_print(const struct tree_place *place, const struct findings_filter *filter, bool json)
{
    struct prov_error err;
    const char *path = NULL;
    struct findings *findings = findings_new(filter);
    if (findings == NULL)
        return cli_error(NULL, "out of memory");
    int status = tree_check(place, findings, &path, &err) != PROV_OK ? cli_fail(path, &err)
                 : findings_count(findings) > 0                      ? CLI_FAILED
                                                                     : CLI_DONE;
    if (!findings_print(findings, json))
        status = cli_error(NULL, "out of memory: not all findings are shown");
    findings_free(findings);
    return status;
}

static int
check_place(const struct command *command, const struct settings *settings,
            const struct dictionary *dictionary, const struct findings_filter *filter)
{
    char *names[FOLDERS] = {NULL};
    struct tree_place place = {
        .settings = settings, .dictionary = dictionary, .now = command->now, .days = command->days};
    int status = CLI_FAILED;
    if (!name_folders(command, settings, names)) {
        cli_error(NULL, "out of memory");
    } else if (names[ROOT] == NULL) {
        status = cli_usage("%s names no tftpboot folder", command->config);
    } else {
        place.root = names[ROOT];
        place.secure = names[SECURE];
        place.devices = names[DEVICES];
        take_certificates(command, settings, &place);
        status = check_and_print(&place, filter, command->common.json);
    }
    for (size_t i = 0; i < FOLDERS; i++)
        free(names[i]);
    return status;
}

static int
check_usage(void *context, int count, char **operands)
{
    struct command *command = context;
    if (count + (command->config != NULL) != 1)
        return cli_usage("give one folder or --config; see provcheck tree --help");
    command->root = count == 1 ? operands[0] : NULL;
    return cli_clock(&command->common, &command->now) ? CLI_DONE : CLI_USAGE;
}

int
verb_tree(int argc, char **argv)
{
    struct command command = {.days = DAYS_DEFAULT};
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
        status = check_place(&command, settings, dictionary, &filter);
    dictionary_free(dictionary);
    settings_free(settings);
    return cli_finish(status);
}
