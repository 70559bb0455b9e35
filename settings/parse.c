/* SPDX-License-Identifier: MIT */
/* The file, read with libconfuse. Each value is checked as it is read, while its line is known. */
#include "cli/guess.h"
#include "settings/internal.h"

#include <prov/bytes.h>
#include <prov/file.h>
#include <prov/text.h>

#include <confuse.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTION_OPTIONS_MAX 32
#define SETTINGS_NAMES_MAX 64                /* that may stand in one place */
#define NO_SUCH_OPTION "no such option '%s'" /* libconfuse's words */

/* libconfuse has one scanner per process, and its callbacks take no context. */
static pthread_mutex_t one_reader = PTHREAD_MUTEX_INITIALIZER;
static struct reading {
    const char *path;
    char *folder;
    struct settings *settings;
    struct prov_error *err;
    int rc;
} reading;

/* The first fault is the one to tell. */
static void
fault(int line, struct prov_error *err)
{
    if (reading.rc != PROV_OK)
        return;
    reading.rc = settings__blame(err, "%s:%d", reading.path, line);
    if (reading.err != NULL)
        *reading.err = *err;
}

/* --- unknown names */

static const struct settings_option *
find_option(const char *section, const char *name)
{
    for (const struct settings_option *option = settings__options; option->name != NULL; option++)
        if (strcmp(settings__section_names[option->section], section) == 0 &&
            strcmp(option->name, name) == 0)
            return option;
    return NULL;
}

/* A section that has an option of this name; NULL where none, or several have. */
static const char *
section_with(const char *name)
{
    const char *found = NULL;
    for (size_t i = 0; i < SETTINGS_SECTIONS; i++) {
        if (find_option(settings__section_names[i], name) == NULL)
            continue;
        if (found != NULL)
            return NULL;
        found = settings__section_names[i];
    }
    return found;
}

/* A name that may stand where `name` does, in a section or (NULL) outside of all, and that was
 * likely meant. */
static const char *
guess(const char *section, const char *name)
{
    const char *names[SETTINGS_NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; section == NULL && i < SETTINGS_SECTIONS; i++)
        names[count++] = settings__section_names[i];
    for (const struct settings_option *option = settings__options;
         section != NULL && option->name != NULL && count < SETTINGS_NAMES_MAX; option++)
        if (strcmp(settings__section_names[option->section], section) == 0)
            names[count++] = option->name;
    return cli_guess(name, names, count);
}

static void
unknown_name(const char *section, const char *name, struct prov_error *err)
{
    struct settings_quoted quoted = settings__quoted(name);
    const char *meant = guess(section, name), *elsewhere = section_with(name);
    if (elsewhere != NULL)
        prov_fail(err, PROV_E_FORMAT, "no such option '%s' here; it belongs into section %s",
                  quoted.text, elsewhere);
    else if (meant != NULL)
        prov_fail(err, PROV_E_FORMAT, "no such option '%s'; did you mean %s?", quoted.text, meant);
    else
        prov_fail(err, PROV_E_FORMAT, "no such option '%s'", quoted.text);
}

PROV_PRINTF(2, 0)
static void
confuse_failed(cfg_t *cfg, const char *format, va_list arguments)
{
    char text[PROV_ERROR_TEXT_MAX / 8], printable[PROV_PRINTABLE_SIZE(sizeof text)];
    struct prov_error err;
    if (strcmp(format, NO_SUCH_OPTION) == 0) {
        const char *section = strcmp(cfg->name, "root") == 0 ? NULL : cfg->name;
        unknown_name(section, va_arg(arguments, const char *), &err);
    } else {
        vsnprintf(text, sizeof text, format, arguments);
        prov_fail(&err, PROV_E_FORMAT, "%s",
                  prov_printable(text, strlen(text), printable, sizeof printable));
    }
    fault(cfg->line, &err);
}

/* The `https` section of this title, made where it is new. */
static int
https_section(const char *title, struct settings_https **out, struct prov_error *err)
{
    struct settings *settings = reading.settings;
    for (size_t i = 0; i < settings->https_count; i++) {
        *out = &settings->old_phones[i];
        if (strcmp((*out)->title, title) == 0)
            return PROV_OK;
    }
    if (settings->https_count == SETTINGS_HTTPS_MAX)
        return prov_fail(err, PROV_E_ARGUMENT, "more than %d sections https", SETTINGS_HTTPS_MAX);
    *out = &settings->old_phones[settings->https_count];
    (*out)->title = strdup(title);
    if ((*out)->title == NULL)
        return settings__no_memory(err);
    settings->https_count++;
    return PROV_OK;
}

/* What the options of a section are read into. */
static int
find_section(enum settings_section section, const char *title, void **into, struct prov_error *err)
{
    struct settings_https *https = NULL;
    int rc = PROV_OK;
    switch (section) {
    case SETTINGS_HTTPS:
        rc = https_section(title, &https, err);
        *into = https;
        return rc;
    case SETTINGS_TRUST:
    case SETTINGS_CTL:
    case SETTINGS_SIGN:
        return settings__build_section(&reading.settings->build, section, title, into, err);
    default:
        *into = reading.settings;
        return PROV_OK;
    }
}

static int
apply(const struct settings_option *option, cfg_t *section, cfg_opt_t *opt, struct prov_error *err)
{
    const char *texts[SETTINGS_VALUES_MAX];
    struct settings_values values = {reading.folder, texts, cfg_opt_size(opt), reading.settings};
    void *into = NULL;
    if (values.count > SETTINGS_VALUES_MAX)
        return prov_fail(err, PROV_E_ARGUMENT, "more than %d values", SETTINGS_VALUES_MAX);
    for (size_t i = 0; i < values.count; i++)
        texts[i] = cfg_opt_getnstr(opt, (unsigned)i);
    int rc = find_section(option->section, cfg_title(section), &into, err);
    return rc == PROV_OK ? settings__apply(option, into, &values, err) : rc;
}

static int
value_read(cfg_t *section, cfg_opt_t *opt)
{
    struct prov_error err;
    const struct settings_option *option = find_option(cfg_name(section), cfg_opt_name(opt));
    if (option == NULL) { /* libconfuse takes server|tftp outside of all sections too */
        prov_fail(&err, PROV_E_FORMAT, "option '%s' stands outside of its section",
                  cfg_opt_name(opt));
        fault(section->line, &err);
        return -1;
    }
    if (apply(option, section, opt, &err) == PROV_OK)
        return 0;
    settings__blame(&err, "%s", option->name);
    fault(section->line, &err);
    return -1;
}

/* A list without values was not told to value_read. */
static int
take_empty_lists(cfg_t *section, struct prov_error *err)
{
    for (const struct settings_option *option = settings__options; option->name != NULL; option++) {
        if (strcmp(settings__section_names[option->section], cfg_name(section)) != 0)
            continue;
        cfg_opt_t *opt = cfg_getopt(section, option->name);
        if ((opt->flags & CFGF_MODIFIED) == 0 || cfg_opt_size(opt) > 0)
            continue;
        int rc = apply(option, section, opt, err);
        if (rc != PROV_OK)
            return rc;
    }
    return PROV_OK;
}

static int
check_https(const char *title, struct prov_error *err)
{
    struct settings_https *https = NULL;
    int rc = https_section(title, &https, err);
    if (rc != PROV_OK)
        return rc;
    if (https->listen.count == 0)
        return prov_fail(err, PROV_E_ARGUMENT, "https '%s' has no address; set listen",
                         settings__quoted(title).text);
    if (https->certificate_count == 0)
        return prov_fail(err, PROV_E_ARGUMENT, "https '%s' has no certificate; set certificate",
                         settings__quoted(title).text);
    return PROV_OK;
}

static int
check_section(const char *name, const char *title, struct prov_error *err)
{
    for (size_t i = 0; i < SETTINGS_SECTIONS; i++) {
        if (strcmp(settings__section_names[i], name) != 0)
            continue;
        if (settings__titles[i] == SETTINGS_MAY_BE_TITLED)
            return settings__check_build_section(&reading.settings->build, (enum settings_section)i,
                                                 title, err);
        return i == SETTINGS_HTTPS ? check_https(title, err) : PROV_OK;
    }
    return PROV_OK;
}

static int
section_read(cfg_t *cfg, cfg_opt_t *opt)
{
    struct prov_error err;
    cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
    int rc = take_empty_lists(section, &err);
    if (rc == PROV_OK)
        rc = check_section(cfg_name(section), cfg_title(section), &err);
    if (rc != PROV_OK)
        fault(cfg->line, &err);
    return rc != PROV_OK ? -1 : 0;
}

static void
list_options(enum settings_section section, cfg_opt_t *out)
{
    size_t count = 0;
    for (const struct settings_option *option = settings__options; option->name != NULL; option++) {
        if (option->section != section || count == SECTION_OPTIONS_MAX)
            continue;
        out[count] = option->list ? (cfg_opt_t)CFG_STR_LIST(option->name, NULL, CFGF_NODEFAULT)
                                  : (cfg_opt_t)CFG_STR(option->name, NULL, CFGF_NODEFAULT);
        out[count++].validcb = value_read;
    }
    out[count] = (cfg_opt_t)CFG_END();
}

static cfg_t *
new_parser(void)
{
    cfg_opt_t options[SETTINGS_SECTIONS][SECTION_OPTIONS_MAX + 1];
    cfg_opt_t sections[SETTINGS_SECTIONS + 1];
    for (size_t i = 0; i < SETTINGS_SECTIONS; i++) {
        cfg_flag_t flags = settings__titles[i] != SETTINGS_UNTITLED
                               ? CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES
                               : CFGF_NONE;
        list_options((enum settings_section)i, options[i]);
        sections[i] = (cfg_opt_t)CFG_SEC(settings__section_names[i], options[i], flags);
        sections[i].validcb = section_read;
    }
    sections[SETTINGS_SECTIONS] = (cfg_opt_t)CFG_END();
    cfg_t *cfg = cfg_init(sections, CFGF_NONE);
    if (cfg != NULL)
        cfg_set_error_function(cfg, confuse_failed);
    return cfg;
}

static int
parse(char *text, size_t len)
{
    struct prov_error err;
    unsigned line = 0;
    if (settings__scan(text, len, &line, &err) != PROV_OK) {
        fault((int)line, &err);
        return reading.rc;
    }
    char *titled = NULL;
    if (settings__add_titles(text, len, &titled, reading.err) != PROV_OK)
        return PROV_E_MEMORY;
    cfg_t *cfg = new_parser();
    int parsed = cfg != NULL ? cfg_parse_buf(cfg, titled) : CFG_FILE_ERROR;
    if (cfg != NULL)
        cfg_free(cfg);
    free(titled);
    if (parsed != CFG_SUCCESS && reading.rc == PROV_OK)
        return settings__no_memory(reading.err);
    return reading.rc;
}

/* The folder of a path: NULL for the working directory. */
static int
folder_of(const char *path, char **out, struct prov_error *err)
{
    const char *slash = strrchr(path, '/');
    *out = NULL;
    if (slash == NULL)
        return PROV_OK;
    *out = slash == path ? strdup("/.") : strndup(path, (size_t)(slash - path));
    return *out != NULL ? PROV_OK : settings__no_memory(err);
}

static int
read_text(const char *path, char **text, size_t *len, struct prov_error *err)
{
    struct prov_bytes *bytes = NULL;
    int rc = prov_file_read(path, SETTINGS_FILE_MAX, &bytes, err);
    if (rc != PROV_OK)
        return settings__blame(err, "%s", path);
    struct prov_span span = prov_bytes_span(bytes);
    *text = calloc(1, span.len + 1);
    *len = span.len;
    if (*text != NULL && span.len > 0)
        memcpy(*text, span.data, span.len);
    prov_bytes_free(bytes);
    return *text != NULL ? PROV_OK : settings__no_memory(err);
}

int
settings__read(const char *path, bool may_be_missing, struct settings *settings,
               struct prov_error *err)
{
    char *text = NULL;
    size_t len = 0;
    int rc = read_text(path, &text, &len, err);
    if (rc == PROV_E_SYSTEM && err->sys == ENOENT && may_be_missing)
        return PROV_OK;
    if (rc == PROV_OK)
        rc = settings__copy_text(path, &settings->file, err);
    if (rc != PROV_OK) {
        free(text);
        return rc;
    }
    pthread_mutex_lock(&one_reader);
    reading = (struct reading){.path = path, .settings = settings, .err = err};
    rc = folder_of(path, &reading.folder, err);
    if (rc == PROV_OK)
        rc = parse(text, len);
    free(reading.folder);
    reading = (struct reading){.path = NULL};
    pthread_mutex_unlock(&one_reader);
    free(text);
    return rc;
}
