/* SPDX-License-Identifier: MIT */
/* --check-config: says what is wrong before a restart does. */
#include "server/main/check.h"

#include "cli/program.h"
#include "ledger/ledger.h"
#include "server/main/certificates.h"
#include "server/resolver/resolver.h"
#include "server/sandbox/sandbox.h"

#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
say_withheld(void *context, const char *path, const char *why)
{
    (void)context;
    cli_error(path, "%s; take it out of the tree", why);
}

static bool
check_certificates(const struct settings *settings)
{
    struct certificates certificates;
    struct prov_error err;
    if (certificates_load(settings, settings->https.count > 0, &certificates, &err) != PROV_OK) {
        cli_error(NULL, "%s", err.text);
        return false;
    }
    certificates_release(&certificates);
    return true;
}

static bool
check_trees(const struct settings *settings)
{
    struct resolver *resolver;
    struct prov_error err;
    if (resolver_new(settings->tftpboot, settings->secure, &resolver, &err) != PROV_OK) {
        cli_error(NULL, "%s", err.text);
        return false;
    }
    bool clean = resolver_check(resolver, &err) == PROV_OK;
    if (!clean)
        cli_error(NULL, "%s", err.text);
    resolver_set_search(resolver, settings->search, settings->search_count);
    const char *missing = resolver_missing_folder(resolver);
    if (missing != NULL)
        cli_error(NULL, "search: there is no folder %s in %s", missing, settings->tftpboot);
    clean = clean && missing == NULL;
    clean = resolver_survey(resolver, say_withheld, NULL) && clean;
    resolver_free(resolver);
    return clean;
}

/* The folder in which a file of the server's is made. */
static bool
check_writable(const char *what, const char *path)
{
    char folder[4096];
    if (path == NULL)
        return true;
    int len = (int)(prov_file_base(path) - path);
    snprintf(folder, sizeof folder, "%.*s", len > 0 ? len : 1, len > 0 ? path : ".");
    if (access(folder, W_OK | X_OK) == 0 && (access(path, F_OK) != 0 || access(path, W_OK) == 0))
        return true;
    cli_error(path, "the %s cannot be written by this user", what);
    return false;
}

/* One that is there must be a ledger. */
static bool
check_ledger(const char *path)
{
    struct ledger *ledger;
    struct prov_error err;
    struct stat status;
    if (path == NULL || stat(path, &status) != 0 ||
        (S_ISREG(status.st_mode) && status.st_size == 0))
        return true;
    if (ledger_open(path, LEDGER_READ, &ledger, &err) != PROV_OK) {
        cli_error(path, "%s", err.text);
        return false;
    }
    ledger_close(ledger);
    return true;
}

static json_t *
listeners_json(const struct settings_listeners *listeners)
{
    json_t *array = json_array();
    for (size_t i = 0; i < listeners->count; i++)
        json_array_append_new(array, json_string(listeners->at[i].text));
    return array;
}

static json_t *
search_json(const struct settings *settings)
{
    json_t *array = json_array();
    for (size_t i = 0; i < settings->search_count; i++)
        json_array_append_new(array, json_string(settings->search[i]));
    return array;
}

#define TRANSFERS_TEXT_MAX 48

/* Where TFTP transfers come from; NULL: from any port. */
static const char *
transfers_text(const struct settings *settings, char out[static TRANSFERS_TEXT_MAX])
{
    if (settings->tftp_single_port)
        return "the port that was asked";
    if (settings->tftp_ports.first == 0)
        return NULL;
    snprintf(out, TRANSFERS_TEXT_MAX, "ports %u-%u", settings->tftp_ports.first,
             settings->tftp_ports.last);
    return out;
}

static void
print_json(const struct settings *settings)
{
    char transfers[TRANSFERS_TEXT_MAX];
    json_t *old_phones = json_object();
    for (size_t i = 0; i < settings->https_count; i++)
        json_object_set_new(old_phones, settings->old_phones[i].title,
                            listeners_json(&settings->old_phones[i].listen));
    json_t *root = json_pack(
        "{s:s, s:o, s:s?, s:o, s:s?, s:o, s:o, s:o, s:o, s:s?, s:s?}", "root", settings->tftpboot,
        "search", search_json(settings), "secure_root", settings->secure, "tftp",
        listeners_json(&settings->tftp), "tftp_transfers", transfers_text(settings, transfers),
        "http", listeners_json(&settings->http), "https", listeners_json(&settings->https),
        "old_phones", old_phones, "admin", listeners_json(&settings->admin), "ledger",
        settings->ledger, "user", settings->user);
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

static void
print_listeners(const char *what, const struct settings_listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        printf("%-12s %s\n", what, listeners->at[i].text);
    if (listeners->count == 0)
        printf("%-12s off\n", what);
}

static void
print_text(const struct settings *settings)
{
    char text[TRANSFERS_TEXT_MAX];
    const char *transfers = transfers_text(settings, text);
    printf("%-12s %s\n", "root", settings->tftpboot);
    for (size_t i = 0; i < settings->search_count; i++)
        printf("%-12s %s\n", "search", settings->search[i]);
    if (settings->secure != NULL)
        printf("%-12s %s\n", "secure root", settings->secure);
    print_listeners("tftp", &settings->tftp);
    if (transfers != NULL)
        printf("%-12s from %s\n", "transfers", transfers);
    print_listeners("http", &settings->http);
    print_listeners("https", &settings->https);
    for (size_t i = 0; i < settings->https_count; i++)
        print_listeners(settings->old_phones[i].title, &settings->old_phones[i].listen);
    print_listeners("admin", &settings->admin);
    printf("%-12s %s\n", "ledger", settings->ledger != NULL ? settings->ledger : "off");
}

int
check_settings(const struct settings *settings, bool json)
{
    struct prov_error err;
    if (settings->user != NULL && sandbox_become(settings->user, &err) != PROV_OK) {
        cli_error(NULL, "%s", err.text);
        return CLI_FAILED;
    }
    bool sound = check_certificates(settings);
    sound = check_trees(settings) && sound;
    sound = check_writable("ledger", settings->ledger) && check_ledger(settings->ledger) && sound;
    sound = check_writable("log", settings->log_file) && sound;
    if (!sound)
        return CLI_FAILED;
    if (json)
        print_json(settings);
    else
        print_text(settings);
    return cli_finish(CLI_DONE);
}
