/* SPDX-License-Identifier: MIT */
/* provcheck tree: the command line, and the order of the checks. */
#include "provcheck/tree/tree.h"
#include "provcheck/main/verbs.h"

#include "cli/program.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_CONFIG = CLI_KEY_TOOL, KEY_SECURE, KEY_DEVICES, KEY_CERTIFICATE, KEY_DAYS };

#define DAYS_DEFAULT 30
#define DAYS_MAX 36500

/* clang-format off */
static const struct cli_option config = {
    KEY_CONFIG, 'c', "config", "FILE", false, "take the folders and certificates from prov.conf"};
static const struct cli_option secure = {
    KEY_SECURE, '\0', "secure", "DIR", false, "clear configurations for HTTPS"};
static const struct cli_option devices = {
    KEY_DEVICES, '\0', "devices", "DIR", false, "phones' certificates, SEP<MAC>.pem"};
static const struct cli_option certificate = {
    KEY_CERTIFICATE, '\0', "certificate", "PEM", false, "what the HTTPS port shows"};
static const struct cli_option days = {
    KEY_DAYS, '\0', "days", "N", false, "report certificates that expire within N days (30)"};
/* clang-format on */

static const struct cli_option *const options[] = {
    &config,        &secure,   &devices,  &certificate, &days,
    &cli_timestamp, &cli_json, &cli_help, &cli_version, NULL,
};

static const char *const synopsis[] = {
    "DIR [option ...]",
    "--config FILE [option ...]",
    NULL,
};

struct command {
    struct cli_common common;
    const char *config, *secure, *devices, *certificate;
    unsigned days;
};

static bool
take(void *context, int option, const char *value)
{
    struct command *command = context;
    switch (option) {
    case KEY_CONFIG:
        command->config = value;
        return true;
    case KEY_SECURE:
        command->secure = value;
        return true;
    case KEY_DEVICES:
        command->devices = value;
        return true;
    case KEY_CERTIFICATE:
        command->certificate = value;
        return true;
    default:
        return cli_number(&command->days, "--days", value, 0, DAYS_MAX);
    }
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

/* Folders are named without a slash at their ends, since they stand before file names. */
static void
cut_slashes(char *path)
{
    size_t len = path != NULL ? strlen(path) : 0;
    while (len > 1 && path[len - 1] == '/')
        path[--len] = '\0';
}

/* Groups that do not fit are no harm: at worst something counts as unreadable. */
static void
find_reader(struct tree_reader *reader, const char *user)
{
    /* cppcheck-suppress getpwnamCalled; there are no threads */
    const struct passwd *entry = user != NULL ? getpwnam(user) : NULL;
    int count = (int)(sizeof reader->groups / sizeof reader->groups[0]);
    if (entry == NULL)
        return;
    if (getgrouplist(user, entry->pw_gid, reader->groups, &count) < 0)
        count = (int)(sizeof reader->groups / sizeof reader->groups[0]);
    reader->known = true;
    reader->uid = entry->pw_uid;
    reader->group_count = (size_t)count;
}

static void
take_settings(struct tree *tree, struct settings *settings)
{
    cut_slashes(settings->tftpboot);
    cut_slashes(settings->secure);
    cut_slashes(settings->devices);
    tree->settings = settings;
    tree->root.path = settings->tftpboot;
    tree->secure.path = settings->secure;
    tree->devices = settings->devices;
    for (size_t i = 0; i < settings->certificate_count; i++)
        tree->https[tree->https_count++] = settings->certificates[i];
    find_reader(&tree->reader, settings->user);
}

static void
take_options(struct tree *tree, const struct command *command, char *folder)
{
    cut_slashes(folder);
    cut_slashes((char *)command->secure);
    cut_slashes((char *)command->devices);
    tree->root.path = folder != NULL ? folder : tree->root.path;
    tree->secure.path = command->secure != NULL ? command->secure : tree->secure.path;
    tree->devices = command->devices != NULL ? command->devices : tree->devices;
    tree->days = command->days;
    if (command->certificate != NULL) {
        tree->https[0] = command->certificate;
        tree->https_count = 1;
    }
}

/* --- the checks, in their order: names, lists, what the lists must vouch for, all together */

static int
walk(struct tree *tree, struct tree_root *root)
{
    struct prov_error err;
    if (root->path == NULL || tree_walk(tree, root, &err) == PROV_OK)
        return CLI_DONE;
    cli_fail(root->path, &err);
    return CLI_FAILED;
}

static int
check(struct tree *tree)
{
    struct prov_error err;
    int status = walk(tree, &tree->root);
    if (status == CLI_DONE)
        status = walk(tree, &tree->secure);
    if (status != CLI_DONE)
        return status;
    if (tree_find_phones(tree, &err) != PROV_OK || tree_check_lists(tree, &err) != PROV_OK) {
        cli_fail(tree->root.path, &err);
        return CLI_FAILED;
    }
    tree_check_files(tree, &tree->root);
    tree_check_files(tree, &tree->secure);
    tree_check_devices(tree);
    tree_check_phones(tree);
    tree_check_list_missing(tree);
    tree_check_roles(tree);
    tree_check_certificates(tree);
    return CLI_DONE;
}

static void
release(struct tree *tree)
{
    tree_lists_release(&tree->lists);
    tree_root_release(&tree->root);
    tree_root_release(&tree->secure);
    free(tree->phones);
    free(tree->seen.at);
    findings_free(tree->findings);
}

static int
check_and_print(struct tree *tree, bool json)
{
    tree->findings = findings_new();
    int status = tree->findings != NULL ? check(tree) : CLI_FAILED;
    if (tree->findings == NULL)
        cli_error(NULL, "out of memory");
    if (status == CLI_DONE && findings_count(tree->findings) > 0)
        status = CLI_FAILED;
    if (tree->findings != NULL && !findings_print(tree->findings, json)) {
        cli_error(NULL, "out of memory: not all findings are shown");
        status = CLI_FAILED;
    }
    release(tree);
    return status;
}

int
verb_tree(int argc, char **argv)
{
    struct command command = {.days = DAYS_DEFAULT};
    struct tree tree = {.root = {.fd = -1}, .secure = {.fd = -1, .secure = true}};
    struct settings *settings = NULL;
    struct prov_error err;
    char **operands = NULL;
    int status = CLI_USAGE;
    int count = cli_parse(&program, argc, argv, &command, &command.common, &operands, &status);
    if (count < 0)
        return status;
    if (count + (command.config != NULL) != 1)
        return cli_usage("give one folder or --config; see provcheck tree --help");
    if (!cli_clock(&command.common, &tree.now))
        return CLI_USAGE;
    if (command.config != NULL && settings_load(command.config, NULL, 0, &settings, &err)) {
        cli_fail(NULL, &err);
        return CLI_FAILED;
    }
    if (settings != NULL)
        take_settings(&tree, settings);
    take_options(&tree, &command, count == 1 ? operands[0] : NULL);
    if (tree.root.path != NULL)
        status = check_and_print(&tree, command.common.json);
    else
        status = cli_usage("%s names no tftpboot folder", command.config);
    settings_free(settings);
    return cli_finish(status);
}
