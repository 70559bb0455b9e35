/* SPDX-License-Identifier: MIT */
/* The command line of provd. */
#include "server/main/options.h"

#include "cli/program.h"

enum key {
    KEY_CONFIG = CLI_KEY_TOOL,
    KEY_CHECK_CONFIG,
    KEY_ROOT, /* from here on: settings, named as the option is */
    KEY_SEARCH,
    KEY_SECURE_ROOT,
    KEY_TFTP,
    KEY_TFTP_PORTS,
    KEY_TFTP_SINGLE_PORT,
    KEY_HTTP,
    KEY_HTTPS,
    KEY_CERTIFICATE,
    KEY_CLIENT_CA,
    KEY_SECURE_ROOT_OPEN,
    KEY_ALLOW,
    KEY_ADMIN,
    KEY_LEDGER,
    KEY_USER,
    KEY_LOG
};

/* clang-format off */
static const struct cli_option config = {
    KEY_CONFIG, 'c', "config", "FILE", false, "settings (" SETTINGS_FILE_DEFAULT ")"};
static const struct cli_option check_config = {
    KEY_CHECK_CONFIG, '\0', "check-config", NULL, false, "check settings, keys and trees, and end"};
static const struct cli_option tree = {
    KEY_ROOT, '\0', "root", "DIR", false, "what everybody may fetch"};
static const struct cli_option search = {
    KEY_SEARCH, '\0', "search", "FOLDER", true, "of the tree, for names that are not at its top"};
static const struct cli_option secure_root = {
    KEY_SECURE_ROOT, '\0', "secure-root", "DIR", false, "clear configurations, for HTTPS alone"};
static const struct cli_option tftp = {
    KEY_TFTP, '\0', "tftp", "ADDR:PORT", true, "where to serve TFTP, or off (:69)"};
static const struct cli_option tftp_ports = {
    KEY_TFTP_PORTS, '\0', "tftp-ports", "FROM-TO", false, "port range that TFTP transfers come from"};
static const struct cli_option tftp_single_port = {
    KEY_TFTP_SINGLE_PORT, '\0', "tftp-single-port", NULL, false,
    "all TFTP transfers from the port that was asked (NAT, containers)"};
static const struct cli_option http = {
    KEY_HTTP, '\0', "http", "ADDR:PORT", true, "where to serve HTTP, or off (:6970)"};
static const struct cli_option https = {
    KEY_HTTPS, '\0', "https", "ADDR:PORT", true, "where to serve HTTPS, or off (:6971)"};
static const struct cli_option certificate = {
    KEY_CERTIFICATE, '\0', "certificate", "PEM", true, "for HTTPS, with key: one EC, one RSA"};
static const struct cli_option client_ca = {
    KEY_CLIENT_CA, '\0', "client-ca", "PEM", false, "who issued the phones' certificates"};
static const struct cli_option secure_root_open = {
    KEY_SECURE_ROOT_OPEN, '\0', "secure-root-open", NULL, false, "anybody may read the secure root"};
static const struct cli_option allow = {
    KEY_ALLOW, '\0', "allow", "CIDR", true, "answer these networks alone"};
static const struct cli_option admin = {
    KEY_ADMIN, '\0', "admin", "ADDR:PORT", false, "health, metrics and phones, or off (off)"};
static const struct cli_option ledger = {
    KEY_LEDGER, '\0', "ledger", "FILE", false, "who was given what, or off"};
static const struct cli_option user = {
    KEY_USER, '\0', "user", "NAME", false, "become this user once the ports are open"};
static const struct cli_option log_to = {
    KEY_LOG, '\0', "log", "WHERE", false, "stderr (default), syslog or a file"};
static const struct cli_option force = {
    CLI_KEY_FORCE, 'f', "force", NULL, false, "let --admin listen beyond loopback"};
/* clang-format on */

static const struct cli_option *const all_options[] = {&config,
                                                       &check_config,
                                                       &tree,
                                                       &search,
                                                       &secure_root,
                                                       &tftp,
                                                       &tftp_ports,
                                                       &tftp_single_port,
                                                       &http,
                                                       &https,
                                                       &certificate,
                                                       &client_ca,
                                                       &secure_root_open,
                                                       &allow,
                                                       &admin,
                                                       &ledger,
                                                       &user,
                                                       &log_to,
                                                       &force,
                                                       &cli_json,
                                                       &cli_help,
                                                       &cli_version,
                                                       NULL};

static bool
take_option(void *context, int key, const char *value)
{
    struct options *options = context;
    if (key == KEY_CONFIG) {
        options->config = value;
        return true;
    }
    if (key == KEY_CHECK_CONFIG) {
        options->check_config = true;
        return true;
    }
    if (options->override_count == OPTIONS_OVERRIDES_MAX) {
        cli_usage("too many options; write them into a file and give --config");
        return false;
    }
    const struct cli_option *option = NULL;
    for (size_t i = 0; all_options[i] != NULL; i++)
        if (all_options[i]->key == key)
            option = all_options[i];
    if (option == NULL)
        return false;
    options->overrides[options->override_count++] =
        (struct settings_override){.name = option->name, .value = value != NULL ? value : "true"};
    return true;
}

static const char *const synopsis[] = {"[--config FILE] [option ...]",
                                       "--check-config [--json] [option ...]", NULL};

static const struct cli_program program = {
    .name = "provd",
    .synopsis = synopsis,
    .summary = "Serves trust lists, configurations and firmware to phones over TFTP, HTTP and\n"
               "HTTPS. Options replace what " SETTINGS_FILE_DEFAULT " says.",
    .options = all_options,
    .examples = "  provd --root /var/lib/tftpboot --user prov\n"
                "      serves a tree on the ports that phones ask\n"
                "  provd --root tree --tftp 127.0.0.1:6969 --http 127.0.0.1:6970 --https off\n"
                "      for a try on a desk\n"
                "  provd --check-config\n"
                "      says what is wrong before a restart does\n",
    .take = take_option,
};

bool
options_parse(int argc, char **argv, struct options *options, int *status)
{
    struct cli_common common;
    char **operands;
    *options = (struct options){0};
    int count = cli_parse(&program, argc, argv, options, &common, &operands, status);
    if (count > 0)
        *status = cli_usage("%s: provd takes options alone; see provd --help", operands[0]);
    if (count != 0)
        return false;
    options->json = common.json;
    options->force = common.force;
    if (options->json && !options->check_config) {
        *status = cli_usage("--json goes with --check-config alone");
        return false;
    }
    return true;
}

static bool
is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

int
options_load(const struct options *options, const struct settings **out, struct prov_error *err)
{
    const struct settings *settings;
    int result =
        settings_load(options->config, options->overrides, options->override_count, &settings, err);
    if (result != PROV_OK)
        return result;
    if (settings->tftpboot == NULL)
        result =
            settings->file != NULL
                ? prov_fail(err, PROV_E_ARGUMENT,
                            "no tree to serve; give --root DIR, or tftpboot in section paths of %s",
                            settings->file)
                : prov_fail(err, PROV_E_ARGUMENT,
                            "no tree to serve, and there is no " SETTINGS_FILE_DEFAULT
                            "; give --root DIR, or write it, or name another with --config");
    for (size_t i = 0; result == PROV_OK && i < settings->admin.count && !options->force; i++)
        if (!is_loopback(&settings->admin.at[i].address))
            result = prov_fail(err, PROV_E_ARGUMENT,
                               "admin: %s is not loopback: whoever reaches it reads which phones "
                               "there are and what they hold; use 127.0.0.1, or --force",
                               settings->admin.at[i].text);
    if (result != PROV_OK) {
        settings_free(settings);
        return result;
    }
    *out = settings;
    return PROV_OK;
}
