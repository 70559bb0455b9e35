/* SPDX-License-Identifier: MIT */
/* The walk along the family's table of requests: what a phone asks for next. */
#include "provcheck/phone/internal.h"

#include "checks/locale.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const result_names[BOOT_RESULTS] = {
    [BOOT_RUNNING] = "not finished",
    [BOOT_UP] = "up",
    [BOOT_LIST_REFUSED] = "trust list refused",
    [BOOT_UNREACHABLE] = "server not reachable",
    [BOOT_NOT_DELIVERED] = "configuration not delivered",
    [BOOT_NO_CONFIG] = "configuration not found",
    [BOOT_NOT_ASKED] = "server not in the CTL",
    [BOOT_NOT_VERIFIED] = "configuration not verified",
    [BOOT_MALFORMED] = "configuration not readable",
    [BOOT_NO_ENCRYPTED] = "encrypted file not delivered",
    [BOOT_NOT_DECRYPTED] = "configuration not decrypted",
    [BOOT_LIST_TOO_LARGE] = "trust list too large",
    [BOOT_FILE_TOO_LARGE] = "configuration too large",
    [BOOT_NO_SERVER] = "no server to register at",
    [BOOT_NOT_TRUSTED] = "call server not trusted",
};

const char *
boot_result_name(enum boot_result result)
{
    return result_names[result];
}

struct boot *
boot_new(const struct boot_phone *phone, struct trust *trust)
{
    struct boot *boot = calloc(1, sizeof *boot);
    if (boot == NULL)
        return NULL;
    boot->phone = phone;
    boot->trust = trust;
    boot->held_before = !trust_is_empty(trust);
    boot->at = phone->family->requests;
    return boot;
}

void
boot_free(struct boot *boot)
{
    if (boot != NULL)
        loads_free(&boot->firmware);
    free(boot);
}

enum boot_result
boot_result(const struct boot *boot)
{
    return boot->result;
}

/* --- which file is next */

/* The file of the load that the configuration names. */
static const char *
load_file(const struct boot *boot, char out[static BOOT_NAME_MAX])
{
    const struct load *load = load_find(boot->config.load);
    const char *suffix = load != NULL && load->suffixes[0] != NULL ? load->suffixes[0] : ".loads";
    if (boot->config.load[0] == '\0' || boot->config.load_server[0] != '\0')
        return NULL;
    snprintf(out, BOOT_NAME_MAX, "%s%s", boot->config.load, suffix);
    return out;
}

static const char *
archive(const struct boot *boot, char out[static BOOT_NAME_MAX])
{
    const struct load *load = boot_load(boot);
    return load != NULL ? load_archive(load, out) : NULL;
}

static const char *
lower_mac(const struct boot *boot, char out[static BOOT_NAME_MAX])
{
    size_t i = 0;
    for (; boot->phone->mac.text[i] != '\0'; i++)
        out[i] = (char)tolower((unsigned char)boot->phone->mac.text[i]);
    out[i] = '\0';
    return out;
}

static const char *
unless_empty(const char *text)
{
    return *text != '\0' ? text : NULL;
}

/* What a placeholder stands for, with room to write it; NULL if the file is not asked for without
 * it. */
static const char *
value_of(const struct boot *boot, char placeholder, char room[static BOOT_NAME_MAX])
{
    const struct config *config = &boot->config;
    switch (placeholder) {
    case 'M':
        return boot->phone->mac.text;
    case 'm':
        return lower_mac(boot, room);
    case 'U':
        return config->user_locale;
    case 'N':
        return config->network_locale;
    case 'I':
        return load_file(boot, room);
    case 'J':
        return archive(boot, room);
    case 'T':
        return boot->phone->family->tones;
    case 'R':
        return boot->phone->family->ring_list;
    case 'D':
        return unless_empty(config->dial_template);
    default:
        return unless_empty(config->soft_keys);
    }
}

/* The name by which the phone asks; false if it does not ask. */
static bool
expand(const struct boot *boot, const char *pattern, char *out, size_t size)
{
    char room[BOOT_NAME_MAX];
    size_t used = 0;
    out[0] = '\0';
    for (const char *next = pattern; *next != '\0' && used < size; next++) {
        char plain[2] = {*next, '\0'};
        const char *piece = *next == '%' ? value_of(boot, *++next, room) : plain;
        if (piece == NULL)
            return false;
        used += (size_t)snprintf(out + used, size - used, "%s", piece);
    }
    return used < size;
}

static bool
is_due(const struct boot *boot, enum family_file kind)
{
    switch (kind) {
    case FILE_ITL_COMMON:
        return !boot->itl_found;
    case FILE_DEFAULT:
        return !boot->configured;
    case FILE_LOAD:
    case FILE_LOCALE:
    case FILE_TONES:
    case FILE_EXTRA:
        return boot->configured;
    default:
        return true;
    }
}

/* The transports by which the phone gets a file, in the order of their trial (section 2). `https`
 * says whether its trust list announces HTTPS. Returns how many. */
static size_t
find_transports(const struct family *family, enum family_file kind, bool https,
                enum fetch_transport out[static FETCH_TRANSPORTS])
{
    size_t count = 0;
    if (kind == FILE_CONFIG && family->https && https)
        out[count++] = FETCH_HTTPS;
    if (family->http)
        out[count++] = FETCH_HTTP;
    out[count++] = FETCH_TFTP;
    return count;
}

/* The phone asks for an archive; which one cannot be told. */
static void
say_unknown_archive(struct boot *boot)
{
    const char *language = boot->config.user_locale;
    boot->name[0] = '\0';
    if (boot->at->kind == FILE_LOCALE && boot->configured && *language != '\0' &&
        !locale_is_built_in(language))
        boot_say(boot, STEP_WARNING,
                 "which archive of the language %s this model asks for is not known here; give its "
                 "model as --family",
                 language);
}

/* Sets out to ask for the file at hand; false if the phone does not. */
static bool
ask(struct boot *boot)
{
    const struct family *family = boot->phone->family;
    size_t room = sizeof boot->name - strlen(".enc.sgn");
    if (boot->part < boot->firmware.count) {
        snprintf(boot->name, room, "%s", boot->firmware.files[boot->part].name);
    } else if (!is_due(boot, boot->at->kind) || !expand(boot, boot->at->name, boot->name, room)) {
        say_unknown_archive(boot);
        return false;
    }
    size_t len = strlen(boot->name);
    snprintf(boot->name + len, sizeof boot->name - len, "%s%s", boot->encrypted ? ".enc" : "",
             boot_asks_signed(boot) ? ".sgn" : "");
    /* Everything but the configuration stays on HTTP (section 2). */
    bool https = trust_announces_https(boot->trust) && !boot->encrypted;
    boot->transport_count = find_transports(family, boot->at->kind, https, boot->transports);
    boot->transport = 0;
    return true;
}

static bool
is_list(enum family_file kind)
{
    return kind == FILE_CTL || kind == FILE_ITL || kind == FILE_ITL_COMMON;
}

/* A load that reads SIP<MAC>.cnf takes from the other file its own name alone. */
static bool
lacks_text_config(const struct boot *boot)
{
    const struct load *load = load_find(boot->config.load);
    return load != NULL && load->text_config && !boot->text_configured &&
           family_asks(boot->phone->family, FILE_CONFIG_TEXT);
}

#define NO_TEXT_CONFIG                                                                             \
    "the load %s is SIP firmware that reads SIPDefault.cnf and SIP%s.cnf, and there is no such "   \
    "file"

/* SIP over TLS (modes 2 and 3) goes to a server that a list names, or that TVS vouches for. */
static bool
lacks_call_server(const struct boot *boot)
{
    const char *mode = boot->config.security_mode;
    return (strcmp(mode, "2") == 0 || strcmp(mode, "3") == 0) &&
           !trust_holds(boot->trust, TRUST_ROLE(PROV_ROLE_CCM) | TRUST_ROLE(PROV_ROLE_CCM_TFTP)) &&
           !trust_has_tvs(boot->trust);
}

static void
finish(struct boot *boot)
{
    boot->name[0] = '\0';
    if (!boot->configured)
        boot_stop(boot, BOOT_NO_CONFIG, "the phone has no configuration");
    else if (lacks_text_config(boot) && !boot->config.is_default)
        boot_stop(boot, BOOT_NO_CONFIG, NO_TEXT_CONFIG, boot->config.load, boot->phone->mac.text);
    else if (!boot->text_configured && !boot->config.has_server)
        boot_stop(
            boot, BOOT_NO_SERVER,
            "the configuration names no server to register at; write one into processNodeName "
            "of callManagerGroup");
    else if (lacks_call_server(boot))
        boot_stop(boot, BOOT_NOT_TRUSTED,
                  "deviceSecurityMode is %s, SIP over TLS, and %s; it asks for a list again, and "
                  "does not register; build the list with --ccm and the call server's certificate, "
                  "or set deviceSecurityMode to 1",
                  boot->config.security_mode,
                  trust_is_empty(boot->trust) ? "the phone holds no trust list"
                                              : "no list that the phone holds has a CCM record");
    else
        boot->result = boot->list_refused ? BOOT_LIST_REFUSED : BOOT_UP;
    /* Who takes such a root does not run that firmware yet. */
    if (boot->result == BOOT_UP && lacks_text_config(boot))
        boot_say(boot, STEP_WARNING, "from its next boot on, " NO_TEXT_CONFIG, boot->config.load,
                 boot->phone->mac.text);
}

bool
boot_next(struct boot *boot, struct fetch_request *out)
{
    while (boot->result == BOOT_RUNNING && boot->transport == boot->transport_count) {
        bool over = boot->at->name == NULL;
        if (!boot->lists_done && (over || !is_list(boot->at->kind)))
            boot_lists_done(boot);
        if (over)
            finish(boot);
        else if (boot->result == BOOT_RUNNING && !ask(boot))
            boot->at++;
    }
    if (boot->result != BOOT_RUNNING)
        return false;
    *out = (struct fetch_request){.transport = boot->transports[boot->transport],
                                  .name = boot->name,
                                  .trusts = trust_server,
                                  .context = boot->trust};
    return true;
}

/* --- what came of it */

/* Whether the phone tries the next transport (section 2). Over HTTPS stand clear configurations
 * alone, so "not found" there says nothing about the others; over HTTP it is the answer. */
static bool
falls_back(enum fetch_transport transport, enum fetch_outcome outcome)
{
    if (outcome == FETCH_DELIVERED || outcome == FETCH_TOO_LARGE)
        return false;
    return transport == FETCH_HTTPS || outcome != FETCH_NOT_FOUND;
}

static void
dispatch(struct boot *boot, const struct boot_delivery *delivery)
{
    switch (boot->at->kind) {
    case FILE_CTL:
        boot_take_list(boot, TRUST_CTL, delivery);
        break;
    case FILE_ITL:
    case FILE_ITL_COMMON:
        boot_take_list(boot, TRUST_ITL, delivery);
        break;
    case FILE_CONFIG:
        (boot->encrypted ? boot_take_encrypted : boot_take_config)(boot, delivery);
        break;
    case FILE_CONFIG_TEXT:
        boot_take_config_text(boot, delivery);
        break;
    case FILE_DEFAULT:
        boot_take_default(boot, delivery);
        break;
    case FILE_LOAD:
        (boot->firmware.count > 0 ? boot_take_part : boot_take_load)(boot, delivery);
        break;
    default:
        boot_take_extra(boot, delivery);
        break;
    }
}

void
boot_answer(struct boot *boot, enum fetch_outcome outcome, struct prov_span content,
            const char *text)
{
    const struct boot_delivery delivery = {outcome, content, text};
    bool last = boot->transport + 1 == boot->transport_count;
    bool stub_before = boot->encrypted;
    boot->reached = boot->reached || outcome != FETCH_UNREACHABLE;
    if (!last && falls_back(boot->transports[boot->transport], outcome)) {
        boot_say(boot, STEP_FALLBACK, "%s; the phone tries %s", text,
                 fetch_transport_name(boot->transports[boot->transport + 1]));
        boot->transport++;
        return;
    }
    if (outcome == FETCH_UNREACHABLE && !boot->reached) {
        if (boot->held_before)
            boot_say(boot, STEP_STATUS, "Trust List update failed");
        boot_stop(boot, BOOT_UNREACHABLE, "%s; the server is not reachable", text);
    } else {
        dispatch(boot, &delivery);
    }
    boot->transport = boot->transport_count;
    if (stub_before)
        boot->encrypted = false;
    if (!boot->encrypted && boot->part == boot->firmware.count) {
        loads_free(&boot->firmware);
        boot->part = 0;
        boot->at++;
    }
}
