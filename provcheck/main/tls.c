/* SPDX-License-Identifier: MIT */
/* provcheck tls: why the handshake of a device with a server fails. */
#include "provcheck/main/verbs.h"
#include "provcheck/tls/report.h"

#include "cli/lists.h"
#include "cli/report.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_FAMILY = CLI_KEY_TOOL, KEY_NAME, KEY_ROLE, KEY_TIMEOUT, KEY_TLS, KEY_CIPHERS };

#define ANY "any"

struct command {
    struct cli_common common;
    struct tls_check check;
    const struct tls_device *device; /* NULL: all of them */
    const char *ca;
    const char *crl;
    const char *itl;
    const char *decode;
    uint16_t suites[TLS_SUITES_MAX]; /* that the device is set to */
    uint32_t word;                   /* that is decoded */
    char name[TLS_HOST_MAX];         /* as certificates have it */
};

static const struct cli_option *const options[] = {
    CLI_OPTION(KEY_FAMILY, 'f', "family", "NAME", false,
               "7900, 8800, sangoma-d, img2020, mediatrix or any (default)"),
    CLI_OPTION(CLI_TEXT(struct command, ca), '\0', "ca", "FILE", false,
               "the CAs that the device trusts"),
    CLI_OPTION(KEY_NAME, '\0', "name", "NAME", false, "the server's name, where it is not HOST"),
    CLI_OPTION(CLI_TEXT(struct command, check.client), '\0', "client", "PEM", false,
               "the device's certificate and key"),
    CLI_OPTION(CLI_TEXT(struct command, crl), '\0', "crl", "FILE", false,
               "revocation lists that the device has"),
    CLI_OPTION(CLI_TEXT(struct command, itl), '\0', "itl", "FILE", false,
               "the trust list that Cisco phones hold"),
    CLI_OPTION(KEY_ROLE, '\0', "role", "ROLE", false,
               "what they use it for: CCM, APP-SERVER or TFTP"),
    CLI_OPTION(CLI_FLAG(struct command, check.allow_wildcard), '\0', "allow-wildcard", NULL, false,
               "the device takes wildcard names"),
    CLI_OPTION(KEY_TIMEOUT, '\0', "timeout", "SECONDS", false, "wait so long for each answer (5)"),
    CLI_OPTION(KEY_TLS, '\0', "tls", "VERSIONS", false,
               "what the device is set to, 1.2 or 1.0-1.2, where that is a setting (mediatrix)"),
    CLI_OPTION(KEY_CIPHERS, '\0', "ciphers", "LIST", false,
               "the cipher suites that it is set to, by OpenSSL's names"),
    CLI_OPTION(CLI_TEXT(struct command, decode), '\0', "decode", "WORD", false,
               "name the bits of an error word of Sangoma's"),
    &cli_timestamp,
    &cli_json,
    &cli_help,
    &cli_version,
    NULL,
};

static bool
take_family(struct command *command, const char *value)
{
    command->device = tls_device_find(value);
    if (command->device == NULL && strcmp(value, ANY) != 0) {
        cli_usage("family %s is unknown; 7900, 8800, sangoma-d, img2020, mediatrix and any are "
                  "known",
                  value);
        return false;
    }
    return true;
}

static bool
take_role(struct tls_check *check, const char *value)
{
    static const enum prov_role roles[] = {PROV_ROLE_CCM, PROV_ROLE_APP_SERVER, PROV_ROLE_TFTP};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(value, prov_role_name(roles[i])) == 0) {
            check->role = roles[i];
            check->role_given = true;
            return true;
        }
    cli_usage("role %s is none that a TLS server has; CCM, APP-SERVER and TFTP are", value);
    return false;
}

static bool
take_timeout(struct tls_check *check, const char *value)
{
    unsigned seconds;
    if (!cli_number(&seconds, "timeout", value, 1, 600))
        return false;
    check->peer.timeout = (int64_t)seconds * 1000;
    return true;
}

static const char full_name[] = "name must be the server's full name";

static bool
take_name(struct tls_check *check, const char *value)
{
    if (value[0] == '\0' || value[0] == '.' || strlen(value) > TLS_SNI_MAX) {
        cli_usage("%s", full_name);
        return false;
    }
    check->name = value;
    return true;
}

static bool
take_versions(struct tls_check *check, const char *value)
{
    struct prov_error err;
    if (tls_versions_parse(value, &check->versions, &err) == PROV_OK)
        return true;
    cli_usage("%s", err.text);
    return false;
}

/* With the mark of a client that renegotiates securely, which is no setting. */
static bool
take_suites(struct command *command, const char *value)
{
    static const uint16_t mark = 0x00ff;
    struct tls_suites *suites = &command->check.suites;
    struct prov_error err;
    size_t count = 0;
    if (tls_suites_parse(value, command->suites, &count, &err) != PROV_OK) {
        cli_usage("ciphers: %s", err.text);
        return false;
    }
    *suites = (struct tls_suites){command->suites, count};
    if (!tls_suites_hold(suites, mark))
        command->suites[suites->count++] = mark;
    return true;
}

static bool
take(void *context, int option, const char *value)
{
    struct command *command = context;
    switch (option) {
    case KEY_FAMILY:
        return take_family(command, value);
    case KEY_ROLE:
        return take_role(&command->check, value);
    case KEY_TIMEOUT:
        return take_timeout(&command->check, value);
    case KEY_TLS:
        return take_versions(&command->check, value);
    case KEY_CIPHERS:
        return take_suites(command, value);
    default:
        return take_name(&command->check, value);
    }
}

static const char *const synopsis[] = {
    "HOST:PORT [--family NAME] [option ...]",
    "--decode WORD [--json]",
    NULL,
};

static const struct cli_program program = {
    .name = "provcheck tls",
    .synopsis = synopsis,
    .summary = "Connects to a TLS server as a device of the voice network does, and says what was\n"
               "offered, what was agreed, what the device would refuse, and how to mend it.",
    .options = options,
    .examples = "  provcheck tls pbx.example:5061 --family sangoma-d --ca ca.crt\n"
                "      as a Sangoma phone that the CA was loaded onto\n"
                "  provcheck tls pbx.example:5061 --family 8800 --itl ITLFile.tlv --role CCM\n"
                "      as a Cisco phone that holds this trust list\n"
                "  provcheck tls --decode 0x40000022\n"
                "      what the error word on a Sangoma phone means\n",
    .take = take,
};

/* --- what is checked against */

static int
load(struct command *command, struct prov_trustlist **list)
{
    struct tls_check *check = &command->check;
    struct prov_error err;
    const char *path = NULL;
    if (tls_anchors_load(command->ca, command->crl, &check->anchors, &path, &err) != PROV_OK)
        return cli_fail(path, &err);
    if (check->client != NULL && tls_client_check(check->client, &err) != PROV_OK)
        return cli_fail(check->client, &err);
    if (command->itl != NULL && cli_read_list(command->itl, list, &err) != PROV_OK)
        return cli_fail(command->itl, &err);
    check->list = *list;
    return CLI_DONE;
}

/* --- the check */

/* A name without an address is a finding like others: the same for each device. */
static void
find_server(struct tls_check *check)
{
    struct prov_error err;
    if (tls_peer_find(&check->peer, &err) != PROV_OK)
        tls_found(&check->unusable, TLS_NO_CONNECTION, "%s", err.text);
}

static int
check_devices(struct command *command, const struct tls_device *const *devices, size_t count,
              struct cli_report *report)
{
    int status = CLI_DONE;
    struct tls_result *results = calloc(TLS_DEVICES, sizeof *results);
    bool whole = results != NULL;
    for (size_t i = 0; whole && i < count; i++) {
        whole = tls_check_run(&command->check, devices[i], &results[i]);
        if (!tls_result_accepts(&results[i]))
            status = CLI_FAILED;
    }
    if (!whole)
        status = cli_error(NULL, "out of memory");
    else if (command->device != NULL)
        tls_report_device(report, &command->check, &results[0]);
    else
        tls_report_table(report, &command->check, results, count);
    for (size_t i = 0; results != NULL && i < count; i++)
        tls_result_release(&results[i]);
    free(results);
    return status;
}

static int
run(struct command *command, struct cli_report *report)
{
    struct prov_trustlist *list = NULL;
    if (command->decode != NULL) {
        tls_report_word(report, command->word);
        return CLI_DONE;
    }
    int status = load(command, &list);
    if (status == CLI_DONE) {
        find_server(&command->check);
        status = command->device != NULL ? check_devices(command, &command->device, 1, report)
                                         : check_devices(command, tls_devices, TLS_DEVICES, report);
    }
    tls_anchors_release(&command->check.anchors);
    prov_trustlist_free(list);
    return status;
}

/* --- the command line */

/* Certificates hold names without the dot of the root, and addresses without a zone. */
static bool
settle_name(struct command *command)
{
    struct tls_check *check = &command->check;
    const char *given = check->name != NULL ? check->name : check->peer.host;
    size_t len = strlen(given);
    if (given[len - 1] == '.')
        len--;
    memcpy(command->name, given, len);
    command->name[len] = '\0';
    char *zone = strchr(command->name, '%');
    if (zone != NULL)
        *zone = '\0';
    check->name = command->name;
    check->name_is_address = tls_is_address(check->name);
    if (zone != NULL && !check->name_is_address)
        *zone = '%';
    return len > 0;
}

static int
check_usage(void *context, int count, char **operands)
{
    struct command *command = context;
    struct prov_error err;
    struct tls_check *check = &command->check;
    if (command->decode != NULL && count > 0)
        return cli_usage("--decode needs no server");
    if (command->decode != NULL)
        return tls_word_parse(command->decode, &command->word, &err) == PROV_OK
                   ? CLI_DONE
                   : cli_usage("%s", err.text);
    if (count != 1)
        return cli_usage("give one server as HOST:PORT; see provcheck tls --help");
    if (tls_peer_parse(operands[0], &check->peer, &err) != PROV_OK)
        return cli_usage("%s", err.text);
    if (command->itl != NULL && !check->role_given)
        return cli_usage("give --role, CCM, APP-SERVER or TFTP, with --itl");
    if (command->itl != NULL && command->device != NULL && !command->device->by_list)
        return cli_usage("--itl is for families 7900 and 8800, which trust by list");
    if ((check->versions != 0 || check->suites.count > 0) &&
        (command->device == NULL || !command->device->settable))
        return cli_usage("--tls and --ciphers are for a device that has such settings; give "
                         "--family mediatrix");
    if (!settle_name(command))
        return cli_usage("%s", full_name);
    return cli_clock(&command->common, &check->now) ? CLI_DONE : CLI_USAGE;
}

int
verb_tls(int argc, char **argv)
{
    struct command command = {.check.peer.timeout = 5000};
    int status;
    if (!cli_start(&program, argc, argv, &command, &command.common, check_usage, &status))
        return status;
    struct cli_report *report = cli_report_new(command.common.json);
    if (report != NULL)
        status = run(&command, report);
    return cli_finish(cli_report_end(report, status));
}
