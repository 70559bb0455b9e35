/* SPDX-License-Identifier: MIT */
/* The settings as a whole: read, replaced by the command line, filled up, checked. */
#include "settings/internal.h"

#include <stdlib.h>
#include <string.h>

void
settings_free(const struct settings *settings)
{
    if (settings == NULL)
        return;
    char *const texts[] = {settings->file,   settings->source,    settings->tftpboot,
                           settings->secure, settings->devices,   settings->archive,
                           settings->ledger, settings->client_ca, settings->proof_certificate,
                           settings->user,   settings->log_file,  settings->maker_ca};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    for (size_t i = 0; i < settings->search_count; i++)
        free(settings->search[i]);
    for (size_t i = 0; i < SETTINGS_CERTIFICATES_MAX; i++)
        free(settings->certificates[i]);
    for (size_t i = 0; i < SETTINGS_HTTPS_MAX; i++) {
        free(settings->old_phones[i].title);
        for (size_t k = 0; k < SETTINGS_CERTIFICATES_MAX; k++)
            free(settings->old_phones[i].certificates[k]);
    }
    settings__build_release(&settings->build);
    settings__ignores_release(settings->ignores, settings->ignore_count);
    free(settings->elements);
    free((struct settings *)settings); /* const to all but this */
}

static struct settings *
new_settings(void)
{
    struct settings *settings = calloc(1, sizeof *settings);
    if (settings == NULL)
        return NULL;
    settings->tftp.defaulted = settings->http.defaulted = settings->https.defaulted = true;
    settings->log = SETTINGS_LOG_STDERR;
    settings->transfers = 10000;
    settings->blksize = 1428;
    settings->windowsize = 16;
    settings->connections = 1000;
    settings->request_seconds = 15;
    settings->answer_seconds = 900;
    settings->answer_rate = 1024;
    return settings;
}

/* --- the command line */

static const struct settings_option *
find_override(const char *name)
{
    for (const struct settings_option *option = settings__options; option->name != NULL; option++)
        if (option->override != NULL && strcmp(option->override, name) == 0)
            return option;
    return NULL;
}

/* All values that the command line gives an option. */
static int
override(struct settings *settings, const struct settings_option *option,
         const struct settings_override *overrides, size_t count, struct prov_error *err)
{
    const char *texts[SETTINGS_VALUES_MAX];
    struct settings_values values = {.at = texts, .settings = settings};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(overrides[i].name, option->override) != 0)
            continue;
        if (values.count == SETTINGS_VALUES_MAX)
            return prov_fail(err, PROV_E_ARGUMENT, "more than %d values", SETTINGS_VALUES_MAX);
        texts[values.count++] = overrides[i].value != NULL ? overrides[i].value : "true";
    }
    return settings__apply(option, settings, &values, err);
}

static int
override_all(struct settings *settings, const struct settings_override *overrides, size_t count,
             struct prov_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct settings_option *option = find_override(overrides[i].name);
        int rc = option != NULL ? override(settings, option, overrides, count, err)
                                : prov_fail(err, PROV_E_FORMAT, "no such option");
        if (rc != PROV_OK)
            return settings__blame(err, "--%s", overrides[i].name);
    }
    return PROV_OK;
}

/* --- what only shows when all is known */

static int
default_port(struct settings_listeners *list, const char *text, struct prov_error *err)
{
    return list->defaulted ? settings_parse_listener(text, list, err) : PROV_OK;
}

static int
set_defaults(struct settings *settings, struct prov_error *err)
{
    int rc = default_port(&settings->tftp, ":69", err);
    if (rc == PROV_OK)
        rc = default_port(&settings->http, ":6970", err);
    if (rc == PROV_OK && settings->certificate_count > 0)
        rc = default_port(&settings->https, ":6971", err);
    return rc;
}

static int
check_shared(const struct settings_listeners *a, const char *a_name,
             const struct settings_listeners *b, const char *b_name, struct prov_error *err)
{
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++)
            if (strcmp(a->at[i].text, b->at[k].text) == 0)
                return prov_fail(err, PROV_E_ARGUMENT,
                                 "%s and %s are both to listen on %s; change one", a_name, b_name,
                                 a->at[i].text);
    return PROV_OK;
}

static int
check_whole(const struct settings *settings, struct prov_error *err)
{
    const struct settings_listeners *lists[3 + SETTINGS_HTTPS_MAX] = {
        &settings->http, &settings->https, &settings->admin};
    const char *names[3 + SETTINGS_HTTPS_MAX] = {"http", "https", "admin"};
    size_t count = 3;
    if (settings->https.count > 0 && settings->certificate_count == 0)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "https is set without a certificate; set certificate, or https to off");
    if (settings->expired_makers && settings->maker_ca == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "expired-maker-certificates is set without maker-ca; name the "
                         "manufacturer's CAs there");
    if (settings->tftp_single_port && settings->tftp_ports.first != 0)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "tftp-single-port and tftp-ports exclude each other: transfers come from "
                         "the port that was asked, or from others; leave one out");
    for (size_t i = 0; i < settings->https_count; i++) {
        lists[count] = &settings->old_phones[i].listen;
        names[count++] = settings->old_phones[i].title;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            int rc = check_shared(lists[i], names[i], lists[k], names[k], err);
            if (rc != PROV_OK)
                return rc;
        }
    return PROV_OK;
}

int
settings__load(const char *path, bool may_be_missing, const struct settings_override *overrides,
               size_t count, const struct settings **out, struct prov_error *err)
{
    struct prov_error unasked = {.code = PROV_OK};
    err = err != NULL ? err : &unasked;
    struct settings *settings = new_settings();
    if (settings == NULL)
        return settings__no_memory(err);
    int rc = settings__read(path, may_be_missing, settings, err);
    if (rc == PROV_OK)
        rc = override_all(settings, overrides, count, err);
    if (rc == PROV_OK)
        rc = set_defaults(settings, err);
    if (rc == PROV_OK)
        rc = check_whole(settings, err);
    if (rc == PROV_OK)
        rc = settings__check_build(&settings->build, err);
    if (rc == PROV_OK)
        *out = settings;
    else
        settings_free(settings);
    return rc;
}

int
settings_load(const char *path, const struct settings_override *overrides, size_t count,
              const struct settings **out, struct prov_error *err)
{
    return settings__load(path != NULL ? path : SETTINGS_FILE_DEFAULT, path == NULL, overrides,
                          count, out, err);
}
