/* SPDX-License-Identifier: MIT */
/* provcheck dhcp: what DHCP servers tell a phone, and what it makes of that. */
#include "provcheck/dhcp/ask.h"
#include "provcheck/dhcp/judge.h"
#include "provcheck/dhcp/vendor_class.h"
#include "provcheck/main/verbs.h"

#include "cli/program.h"
#include "cli/report.h"
#include "settings/settings.h"
#include "tree/list_rules.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MODEL = CLI_KEY_TOOL, KEY_TIMEOUT };

#define MODEL_DEFAULT "8851"
#define SECONDS_DEFAULT 8

struct command {
    struct cli_common common;
    const char *interface; /* NULL: the only one */
    const char *config;    /* NULL: the default file, if it is there */
    const char *model;
    struct prov_mac phone; /* empty: the interface's own address */
    unsigned seconds;
    char vendor_class[DHCP_VENDOR_CLASS_MAX];
    size_t vendor_class_len;
};

static const struct cli_option *const options[] = {
    CLI_OPTION(CLI_TEXT(struct command, interface), 'i', "interface", "IF", false,
               "the interface in the phones' network"),
    CLI_OPTION(KEY_MODEL, 'm', "model", "NUMBER", false, "ask as such a phone, 7960 (8851)"),
    CLI_OPTION(CLI_TEXT(struct command, config), 'c', "config", "FILE", false,
               "compare with the addresses that these settings serve"),
    CLI_OPTION(KEY_TIMEOUT, '\0', "timeout", "SECONDS", false, "wait so long for answers (8)"),
    &cli_json,
    &cli_help,
    &cli_version,
    NULL,
};

static bool
take_model(struct command *command, const char *value)
{
    command->model = value;
    if (dhcp_vendor_class(value, command->vendor_class, &command->vendor_class_len))
        return true;
    cli_usage("model %s is none; give its four digits, 7960 or 8851", value);
    return false;
}

static bool
take(void *context, int option, const char *value)
{
    struct command *command = context;
    if (option == KEY_MODEL)
        return take_model(command, value);
    return cli_number(&command->seconds, "timeout", value, 1, 600);
}

static const char *const synopsis[] = {
    "[SEP<MAC>] [option ...]",
    NULL,
};

static const struct cli_program program = {
    .name = "provcheck dhcp",
    .synopsis = synopsis,
    .summary = "Asks the DHCP servers of a network as a phone does that is switched on there, and\n"
               "says what it makes of each answer. It takes no address. Needs root.",
    .options = options,
    .examples = "  provcheck dhcp --interface eth0.110\n"
                "  provcheck dhcp SEP001122334455 --model 7941 --interface eth0\n"
                "      in the name of this phone, where servers know phones by their addresses\n",
    .take = take,
};

/* --- where files are served */

static void
add_served(struct dhcp_served *served, struct in_addr address)
{
    if (served->count < sizeof served->at / sizeof served->at[0])
        served->at[served->count++] = address;
}

static int
add_own(struct dhcp_served *served, struct prov_error *err)
{
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) != 0)
        return prov_system_failed(err, "cannot list this machine's addresses");
    for (const struct ifaddrs *entry = all; entry != NULL; entry = entry->ifa_next)
        if (entry->ifa_addr != NULL && entry->ifa_addr->sa_family == AF_INET)
            add_served(served,
                       ((const struct sockaddr_in *)(const void *)entry->ifa_addr)->sin_addr);
    freeifaddrs(all);
    return PROV_OK;
}

/* All that provd listens on; a listener on all addresses stands for this machine's. */
static int
find_served(const struct settings *settings, struct dhcp_served *out, struct prov_error *err)
{
    const struct settings_listeners *all[] = {&settings->tftp, &settings->http};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (size_t j = 0; j < all[i]->count; j++) {
            const struct sockaddr_storage *at = &all[i]->at[j].address;
            if (at->ss_family != AF_INET)
                continue;
            struct in_addr address = ((const struct sockaddr_in *)(const void *)at)->sin_addr;
            if (address.s_addr != INADDR_ANY)
                add_served(out, address);
            else if (add_own(out, err) != PROV_OK)
                return err->code;
        }
    out->known = out->count > 0;
    return PROV_OK;
}

/* Without --config, a machine without the default file serves nothing that is known here. */
static int
read_served(const struct command *command, struct dhcp_served *out, struct prov_error *err)
{
    const struct settings *settings = NULL;
    *out = (struct dhcp_served){.known = false};
    int rc = settings_load(command->config, NULL, 0, &settings, err);
    if (rc != PROV_OK)
        return rc;
    if (settings->file != NULL)
        rc = find_served(settings, out, err);
    settings_free(settings);
    return rc;
}

/* --- the question */

static int
prepare(const struct command *command, struct dhcp_interface *interface,
        struct dhcp_question *question, char host[static PROV_MAC_LEN + 4], struct prov_error *err)
{
    int rc = dhcp_interface_find(command->interface, interface, err);
    if (rc != PROV_OK)
        return rc;
    memcpy(question->hardware, interface->hardware, sizeof question->hardware);
    for (size_t i = 0; command->phone.text[0] != '\0' && i < sizeof question->hardware; i++) {
        const char digits[] = {command->phone.text[2 * i], command->phone.text[2 * i + 1], '\0'};
        question->hardware[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    const uint8_t *mac = question->hardware;
    snprintf(host, PROV_MAC_LEN + 4, "SEP%02X%02X%02X%02X%02X%02X", mac[0], mac[1], mac[2], mac[3],
             mac[4], mac[5]);
    question->host = host;
    question->vendor_class =
        (struct prov_span){(const uint8_t *)command->vendor_class, command->vendor_class_len};
    if (RAND_bytes((unsigned char *)&question->id, sizeof question->id) != 1)
        return prov_fail(err, PROV_E_CRYPTO, "no random number for the question");
    return PROV_OK;
}

/* By this machine's name servers, since the phones' need not answer here. */
static void
resolve(struct dhcp_servers *servers)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    if (!servers->is_name || getaddrinfo(servers->name, NULL, &hints, &found) != 0)
        return;
    for (const struct addrinfo *at = found; at != NULL && servers->count < DHCP_ADDRESSES_MAX;
         at = at->ai_next)
        servers->at[servers->count++] =
            ((const struct sockaddr_in *)(const void *)at->ai_addr)->sin_addr;
    freeaddrinfo(found);
}

/* --- what it says */

static void
report_address(struct cli_report *report, const char *label, struct in_addr address)
{
    char text[INET_ADDRSTRLEN] = "";
    inet_ntop(AF_INET, &address, text, sizeof text);
    if (address.s_addr != INADDR_ANY)
        cli_report_text(report, label, text);
}

static void
report_addresses(struct cli_report *report, const char *label, const struct dhcp_value *value)
{
    struct in_addr addresses[DHCP_ADDRESSES_MAX];
    char text[DHCP_TEXT_MAX];
    if (value->len < 4)
        return;
    memcpy(addresses, value->bytes, value->len / 4 * 4);
    cli_report_text(report, label, dhcp_addresses_text(addresses, value->len / 4, text));
}

static void
report_value(struct cli_report *report, const char *label, const struct dhcp_value *value)
{
    if (value->given)
        cli_report_hex(report, label, (struct prov_span){value->bytes, value->len});
}

static void
report_answer(struct cli_report *report, const struct dhcp_answer *answer,
              const struct dhcp_servers *servers)
{
    static const char *const sources[] = {
        [DHCP_FROM_NOTHING] = "nothing",
        [DHCP_FROM_150] = "option 150",
        [DHCP_FROM_66] = "option 66",
        [DHCP_FROM_NEXT_SERVER] = "next-server",
    };
    char text[DHCP_TEXT_MAX];
    const char *field = answer->server_name;
    cli_report_open(report, "Answers", false);
    report_address(report, "DHCP Server", answer->from);
    report_address(report, "Relay", answer->relay);
    report_address(report, "Offers", answer->offered);
    report_addresses(report, "Network Mask", &answer->mask);
    report_addresses(report, "Routers", &answer->routers);
    report_addresses(report, "Name Servers", &answer->name_servers);
    report_value(report, "Option 150", &answer->tftp_addresses);
    if (answer->tftp_name.given)
        cli_report_name(report, "Option 66",
                        (struct prov_span){answer->tftp_name.bytes, answer->tftp_name.len});
    report_address(report, "Next Server", answer->next_server);
    if (*field != '\0')
        cli_report_name(report, "Server Name",
                        (struct prov_span){(const uint8_t *)field, strlen(field)});
    cli_report_text(report, "Phone Asks",
                    servers->count == 0 && servers->is_name
                        ? servers->name
                        : dhcp_addresses_text(servers->at, servers->count, text));
    cli_report_text(report, "By", sources[servers->source]);
    cli_report_close(report);
}

static void
report_finding(struct cli_report *report, const struct dhcp_finding *found)
{
    const struct dhcp_words *words = dhcp_words(found->problem);
    char server[INET_ADDRSTRLEN] = "";
    inet_ntop(AF_INET, &found->server, server, sizeof server);
    bool named = found->server.s_addr != INADDR_ANY;
    cli_report_line(report, "\n%s%s%s [%s]: %s: %s\n  mend: %s", named ? server : "",
                    named ? ": " : "", words->severity, words->id, found->what, words->why,
                    words->mend);
    if (!cli_report_is_json(report))
        return;
    cli_report_open(report, "Findings", true);
    report_address(report, "DHCP Server", found->server);
    cli_report_text(report, "Id", words->id);
    cli_report_text(report, "Severity", words->severity);
    cli_report_text(report, "What", found->what);
    cli_report_text(report, "Why", words->why);
    cli_report_text(report, "Mend", words->mend);
    cli_report_text(report, "Source", words->source);
    cli_report_close(report);
}

static int
judge_and_report(const struct dhcp_answers *answers, const struct dhcp_served *served,
                 struct cli_report *report)
{
    struct dhcp_servers servers[DHCP_ANSWERS_MAX];
    struct dhcp_findings findings = {.count = 0};
    bool wrong = false;
    for (size_t i = 0; i < answers->count; i++) {
        dhcp_servers_of(&answers->at[i], &servers[i]);
        resolve(&servers[i]);
        report_answer(report, &answers->at[i], &servers[i]);
    }
    if (answers->malformed > 0)
        dhcp_found(&findings, DHCP_UNREADABLE, answers->malformed_from,
                   "options of its answer do not end where they say");
    if (answers->malformed == 0 || answers->count > 0)
        dhcp_judge(answers->at, servers, answers->count, served, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        report_finding(report, &findings.at[i]);
        wrong |= strcmp(dhcp_words(findings.at[i].problem)->severity, RULE_NOTES) != 0;
    }
    if (answers->left_out > 0)
        cli_warn(NULL, "%zu more answers came and are not shown", answers->left_out);
    return wrong ? CLI_FAILED : CLI_DONE;
}

static int
ask(const struct command *command, struct cli_report *report)
{
    struct dhcp_interface interface;
    struct dhcp_question question = {.id = 0};
    struct dhcp_answers answers;
    struct dhcp_served served;
    struct prov_error err;
    char host[PROV_MAC_LEN + 4];
    int rc = read_served(command, &served, &err);
    if (rc != PROV_OK)
        return cli_fail(NULL, &err);
    rc = prepare(command, &interface, &question, host, &err);
    if (rc == PROV_OK)
        rc = dhcp_ask(&interface, &question, (int64_t)command->seconds * 1000, &answers, &err);
    if (rc != PROV_OK)
        return cli_fail(command->interface, &err);
    cli_report_text(report, "Interface", interface.name);
    cli_report_text(report, "Asked As", host);
    cli_report_text(report, "Model", command->model);
    return judge_and_report(&answers, &served, report);
}

static int
check_usage(void *context, int count, char **operands)
{
    struct command *command = context;
    if (count > 1 || (count == 1 && !prov_mac_of_file(operands[0], "", "", &command->phone)))
        return cli_usage("give no more than one phone, as SEP and its MAC address, "
                         "SEP58971ECC97C1; see provcheck dhcp --help");
    if (command->model == NULL)
        take_model(command, MODEL_DEFAULT);
    return CLI_DONE;
}

int
verb_dhcp(int argc, char **argv)
{
    struct command command = {.seconds = SECONDS_DEFAULT};
    int status;
    if (!cli_start(&program, argc, argv, &command, &command.common, check_usage, &status))
        return status;
    struct cli_report *report = cli_report_new(command.common.json);
    if (report != NULL)
        status = ask(&command, report);
    return cli_finish(cli_report_end(report, status));
}
