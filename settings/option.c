/* SPDX-License-Identifier: MIT */
/* The options of the file and of the command line: one table, and what each kind takes. */
#include "settings/internal.h"

#include <prov/identity.h>

#include <confuse.h>
#include <stdlib.h>
#include <string.h>

#define OFF "off"

static bool
is_off(const struct settings_values *values)
{
    return values->count == 0 || (values->count == 1 && strcmp(values->at[0], OFF) == 0);
}

static int
take_path(const struct settings_option *option, void *into, const struct settings_values *values,
          struct prov_error *err)
{
    char *path = NULL;
    int rc = settings__copy_path(values->folder, values->at[0], &path, err);
    if (rc == PROV_OK)
        settings__replace((char **)((char *)into + option->field), path);
    return rc;
}

static int
take_key(const struct settings_option *option, void *into, const struct settings_values *values,
         struct prov_error *err)
{
    char *key = NULL;
    int rc = settings__copy_key(values->folder, values->at[0], &key, err);
    if (rc == PROV_OK)
        settings__replace((char **)((char *)into + option->field), key);
    return rc;
}

static int
take_path_or_off(const struct settings_option *option, void *into,
                 const struct settings_values *values, struct prov_error *err)
{
    if (!is_off(values))
        return take_path(option, into, values, err);
    settings__replace((char **)((char *)into + option->field), NULL);
    return PROV_OK;
}

static int
take_name(const struct settings_option *option, void *into, const struct settings_values *values,
          struct prov_error *err)
{
    char *name = NULL;
    int rc = settings__copy_text(values->at[0], &name, err);
    if (rc == PROV_OK)
        settings__replace((char **)((char *)into + option->field), name);
    return rc;
}

static int
take_flag(const struct settings_option *option, void *into, const struct settings_values *values,
          struct prov_error *err)
{
    int value = cfg_parse_boolean(values->at[0]);
    if (value < 0)
        return prov_fail(err, PROV_E_ARGUMENT, "'%s' is neither true nor false",
                         settings__quoted(values->at[0]).text);
    *(bool *)((char *)into + option->field) = value == cfg_true;
    return PROV_OK;
}

static int
take_number(const struct settings_option *option, void *into, const struct settings_values *values,
            struct prov_error *err)
{
    const char *text = values->at[0];
    size_t len = strlen(text);
    unsigned long number = 0;
    bool digits = len > 0 && len < 10 && strspn(text, "0123456789") == len;
    if (digits)
        number = strtoul(text, NULL, 10);
    if (!digits || number < option->min || number > option->max)
        return prov_fail(err, PROV_E_ARGUMENT, "'%s' is no whole number from %u to %u",
                         settings__quoted(text).text, option->min, option->max);
    *(unsigned *)((char *)into + option->field) = (unsigned)number;
    return PROV_OK;
}

static int
take_ports(const struct settings_option *option, void *into, const struct settings_values *values,
           struct prov_error *err)
{
    return settings_parse_ports(values->at[0],
                                (struct settings_ports *)((char *)into + option->field), err);
}

static int
take_log(const struct settings_option *option, void *into, const struct settings_values *values,
         struct prov_error *err)
{
    (void)option;
    struct settings *settings = into;
    const char *text = values->at[0];
    char *file = NULL;
    enum settings_log log = SETTINGS_LOG_FILE;
    int rc = PROV_OK;
    if (strcmp(text, "stderr") == 0)
        log = SETTINGS_LOG_STDERR;
    else if (strcmp(text, "syslog") == 0)
        log = SETTINGS_LOG_SYSLOG;
    else
        rc = settings__copy_path(values->folder, text, &file, err);
    if (rc != PROV_OK)
        return rc;
    settings->log = log;
    settings__replace(&settings->log_file, file);
    return PROV_OK;
}

static int
take_listeners(const struct settings_option *option, void *into,
               const struct settings_values *values, struct prov_error *err)
{
    struct settings_listeners list = {.count = 0};
    for (size_t i = 0; i < values->count && !is_off(values); i++) {
        if (strcmp(values->at[i], OFF) == 0)
            return prov_fail(err, PROV_E_ARGUMENT, "'off' stands beside addresses");
        int rc = settings_parse_listener(values->at[i], &list, err);
        if (rc != PROV_OK)
            return rc;
    }
    *(struct settings_listeners *)((char *)into + option->field) = list;
    return PROV_OK;
}

static int
take_admin(const struct settings_option *option, void *into, const struct settings_values *values,
           struct prov_error *err)
{
    struct settings_listeners list = {.count = 0};
    int rc = PROV_OK;
    if (!is_off(values))
        rc = settings_parse_listener(values->at[0], &list, err);
    if (rc != PROV_OK)
        return rc;
    if (list.count > 1)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "'%s' means all addresses; name one, such as 127.0.0.1:9100",
                         settings__quoted(values->at[0]).text);
    *(struct settings_listeners *)((char *)into + option->field) = list;
    return PROV_OK;
}

static int
take_certificates(const struct settings_option *option, void *into,
                  const struct settings_values *values, struct prov_error *err)
{
    char **files = (char **)((char *)into + option->field);
    char *named[SETTINGS_CERTIFICATES_MAX] = {NULL};
    int rc = PROV_OK;
    if (values->count > SETTINGS_CERTIFICATES_MAX)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "more than %d certificates; one with an EC key and one with an RSA key "
                         "serve all phones",
                         SETTINGS_CERTIFICATES_MAX);
    for (size_t i = 0; i < values->count && rc == PROV_OK; i++)
        rc = prov_identity_is_uri(values->at[i])
                 ? prov_fail(err, PROV_E_ARGUMENT,
                             "keys in hardware sign files and lists; HTTPS takes its key from a "
                             "file")
                 : settings__copy_path(values->folder, values->at[i], &named[i], err);
    for (size_t i = 0; i < SETTINGS_CERTIFICATES_MAX; i++) {
        if (rc == PROV_OK)
            settings__replace(&files[i], named[i]);
        else
            free(named[i]);
    }
    if (rc == PROV_OK)
        *(size_t *)((char *)into + option->count) = values->count;
    return rc;
}

static int
tidy_folders(const struct settings_values *values, char *out[static SEARCH_FOLDERS_MAX],
             struct prov_error *err)
{
    char folder[NAME_LEN_MAX + 1];
    for (size_t i = 0; i < values->count; i++) {
        struct settings_quoted quoted = settings__quoted(values->at[i]);
        if (!search_tidy_folder(values->at[i], folder))
            return prov_fail(err, PROV_E_ARGUMENT,
                             "'%s' is no folder that can be searched; name one below tftpboot, "
                             "such as firmware/7941",
                             quoted.text);
        for (size_t k = 0; k < i; k++)
            if (strcmp(out[k], folder) == 0)
                return prov_fail(err, PROV_E_ARGUMENT, "'%s' is named twice", quoted.text);
        if ((out[i] = strdup(folder)) == NULL)
            return settings__no_memory(err);
    }
    return PROV_OK;
}

static int
take_search(const struct settings_option *option, void *into, const struct settings_values *values,
            struct prov_error *err)
{
    (void)option;
    struct settings *settings = into;
    char *folders[SEARCH_FOLDERS_MAX] = {NULL};
    if (values->count > SEARCH_FOLDERS_MAX)
        return prov_fail(err, PROV_E_ARGUMENT, "more than %d folders", SEARCH_FOLDERS_MAX);
    int rc = tidy_folders(values, folders, err);
    for (size_t i = 0; i < SEARCH_FOLDERS_MAX; i++) {
        if (rc == PROV_OK)
            settings__replace(&settings->search[i], folders[i]);
        else
            free(folders[i]);
    }
    if (rc == PROV_OK)
        settings->search_count = values->count;
    return rc;
}

static int
take_networks(const struct settings_option *option, void *into,
              const struct settings_values *values, struct prov_error *err)
{
    struct settings_network networks[SETTINGS_NETWORKS_MAX] = {{.prefix = 0}};
    for (size_t i = 0; i < values->count; i++) {
        int rc = settings_parse_network(values->at[i], &networks[i], err);
        if (rc != PROV_OK)
            return rc;
    }
    memcpy((char *)into + option->field, networks, values->count * sizeof networks[0]);
    *(size_t *)((char *)into + option->count) = values->count;
    return PROV_OK;
}

#define FIELD(name) .field = offsetof(struct settings, name)
#define HTTPS_FIELD(name) .field = offsetof(struct settings_https, name)
#define LIST_FIELD(name) .field = offsetof(struct settings_list, name)
#define SIGN_FIELD(name) .field = offsetof(struct settings_sign, name)
#define LIST_OPTIONS(section)                                                                      \
    {section, "version", .apply = settings__take_list_version},                                    \
        {section, "digest", .apply = settings__take_digest, LIST_FIELD(digest)},                   \
        {section, "layout", .apply = settings__take_layout, LIST_FIELD(layout)},                   \
        ENTRY(section, "sast"), ENTRY(section, "ccm"), ENTRY(section, "ccm-tftp"),                 \
        ENTRY(section, "tftp"), ENTRY(section, "capf"), ENTRY(section, "app-server"),              \
        ENTRY(section, "tvs")
/* Certificates in the role of this name. */
#define ENTRY(section, role)                                                                       \
    {                                                                                              \
        section, role, .list = true, .apply = settings__take_entries                               \
    }

const struct settings_option settings__options[] = {
    {SETTINGS_PATHS, "source", .apply = take_path, FIELD(source)},
    {SETTINGS_PATHS, "tftpboot", "root", .apply = take_path, FIELD(tftpboot)},
    {SETTINGS_PATHS, "search", "search", true, take_search, FIELD(search)},
    {SETTINGS_PATHS, "secure", "secure-root", .apply = take_path, FIELD(secure)},
    {SETTINGS_PATHS, "devices", .apply = take_path, FIELD(devices)},
    {SETTINGS_PATHS, "archive", .apply = take_path, FIELD(archive)},
    {SETTINGS_PATHS, "ledger", "ledger", .apply = take_path_or_off, FIELD(ledger)},
    {SETTINGS_PATHS, "trusted-groups", .list = true, .apply = settings__take_trusted_groups},
    {SETTINGS_SERVER, "tftp", "tftp", true, take_listeners, FIELD(tftp)},
    {SETTINGS_SERVER, "http", "http", true, take_listeners, FIELD(http)},
    {SETTINGS_SERVER, "https", "https", true, take_listeners, FIELD(https)},
    {SETTINGS_SERVER, "certificate", "certificate", true, take_certificates, FIELD(certificates),
     offsetof(struct settings, certificate_count)},
    {SETTINGS_SERVER, "client-ca", "client-ca", .apply = take_path, FIELD(client_ca)},
    {SETTINGS_SERVER, "client-weak", .apply = take_flag, FIELD(client_weak)},
    {SETTINGS_SERVER, "maker-ca", .apply = take_path, FIELD(maker_ca)},
    {SETTINGS_SERVER, "expired-maker-certificates", .apply = take_flag, FIELD(expired_makers)},
    {SETTINGS_SERVER, "proof-certificate", .apply = take_path, FIELD(proof_certificate)},
    {SETTINGS_SERVER, "secure-root-open", "secure-root-open", .apply = take_flag,
     FIELD(secure_root_open)},
    {SETTINGS_SERVER, "allow", "allow", true, take_networks, FIELD(networks),
     offsetof(struct settings, network_count)},
    {SETTINGS_SERVER, "shared-addresses", .list = true, .apply = take_networks, FIELD(shared),
     .count = offsetof(struct settings, shared_count)},
    {SETTINGS_SERVER, "admin", "admin", .apply = take_admin, FIELD(admin)},
    {SETTINGS_SERVER, "user", "user", .apply = take_name, FIELD(user)},
    {SETTINGS_SERVER, "log", "log", .apply = take_log},
    {SETTINGS_SERVER, "tftp-ports", "tftp-ports", .apply = take_ports, FIELD(tftp_ports)},
    {SETTINGS_SERVER, "tftp-single-port", "tftp-single-port", .apply = take_flag,
     FIELD(tftp_single_port)},
    {SETTINGS_SERVER, "transfers", "transfers", .apply = take_number, FIELD(transfers), .min = 1,
     .max = 100000},
    {SETTINGS_SERVER, "blksize", "blksize", .apply = take_number, FIELD(blksize), .min = 512,
     .max = 65464},
    {SETTINGS_SERVER, "windowsize", "windowsize", .apply = take_number, FIELD(windowsize), .min = 1,
     .max = 64},
    {SETTINGS_SERVER, "connections", "connections", .apply = take_number, FIELD(connections),
     .min = 10, .max = 100000},
    {SETTINGS_SERVER, "request-timeout", "request-timeout", .apply = take_number,
     FIELD(request_seconds), .min = 1, .max = 86400},
    {SETTINGS_SERVER, "answer-timeout", "answer-timeout", .apply = take_number,
     FIELD(answer_seconds), .min = 1, .max = 86400},
    {SETTINGS_SERVER, "answer-rate", .apply = take_number, FIELD(answer_rate), .min = 0,
     .max = 1000000},
    {SETTINGS_HTTPS, "listen", .list = true, .apply = take_listeners, HTTPS_FIELD(listen)},
    {SETTINGS_HTTPS, "certificate", .list = true, .apply = take_certificates,
     HTTPS_FIELD(certificates), .count = offsetof(struct settings_https, certificate_count)},
    LIST_OPTIONS(SETTINGS_TRUST),
    LIST_OPTIONS(SETTINGS_CTL),
    {SETTINGS_SIGN, "certificate", .apply = take_key, SIGN_FIELD(certificate)},
    {SETTINGS_SIGN, "digest", .apply = settings__take_digest, SIGN_FIELD(digest),
     .count = offsetof(struct settings_sign, has_digest)},
    {SETTINGS_SIGN, "layout", .apply = settings__take_layout, SIGN_FIELD(layout),
     .count = offsetof(struct settings_sign, has_layout)},
    {SETTINGS_SIGN, "exclude", .list = true, .apply = settings__take_exclude},
    {SETTINGS_SIGN, "encryption", .apply = settings__take_encryption},
    {SETTINGS_SIGN, "devices-ca", .apply = settings__take_devices_ca},
    {SETTINGS_HOOKS, "restart", .apply = take_name, FIELD(build.restart)},
    {SETTINGS_CHECK, "ignore", .list = true, .apply = settings__take_ignore},
    {SETTINGS_CHECK, "elements", .apply = take_path, FIELD(elements)},
    {.name = NULL},
};

const enum settings_title settings__titles[SETTINGS_SECTIONS] = {
    [SETTINGS_HTTPS] = SETTINGS_TITLED,
    [SETTINGS_TRUST] = SETTINGS_MAY_BE_TITLED,
    [SETTINGS_CTL] = SETTINGS_MAY_BE_TITLED,
    [SETTINGS_SIGN] = SETTINGS_MAY_BE_TITLED,
};

const char *const settings__section_names[SETTINGS_SECTIONS] = {
    [SETTINGS_PATHS] = "paths", [SETTINGS_SERVER] = "server", [SETTINGS_HTTPS] = "https",
    [SETTINGS_TRUST] = "trust", [SETTINGS_CTL] = "ctl",       [SETTINGS_SIGN] = "sign",
    [SETTINGS_HOOKS] = "hooks", [SETTINGS_CHECK] = "check",
};

int
settings__apply(const struct settings_option *option, void *into,
                const struct settings_values *values, struct prov_error *err)
{
    if (!option->list && values->count != 1)
        return prov_fail(err, PROV_E_ARGUMENT, "takes one value");
    return option->apply(option, into, values, err);
}
