/* SPDX-License-Identifier: MIT */
/* The walk along the family's table of requests: what a phone asks for next. */
#include "provcheck/phone/internal.h"

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
    free(boot);
}

enum boot_result
boot_result(const struct boot *boot)
{
    return boot->result;
}

/* --- which file is next */

/* What a placeholder stands for; NULL if the file is not asked for without it. */
static const char *
value_of(const struct boot *boot, char placeholder)
{
    const struct config *config = &boot->config;
    const char *needed = placeholder == 'I'   ? config->load
                         : placeholder == 'D' ? config->dial_template
                                              : config->soft_keys;
    switch (placeholder) {
    case 'M':
        return boot->phone->mac.text;
    case 'U':
        return config->user_locale;
    case 'N':
        return config->network_locale;
    default:
        return *needed != '\0' ? needed : NULL;
    }
}

/* The name by which the phone asks; false if it does not ask. */
static bool
expand(const struct boot *boot, const char *pattern, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (const char *next = pattern; *next != '\0' && used < size; next++) {
        char plain[2] = {*next, '\0'};
        const char *piece = *next == '%' ? value_of(boot, *++next) : plain;
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

/* Sets out to ask for the file at hand; false if the phone does not. */
static bool
ask(struct boot *boot)
{
    const struct family *family = boot->phone->family;
    size_t room = sizeof boot->name - strlen(".enc.sgn");
    if (!is_due(boot, boot->at->kind) || !expand(boot, boot->at->name, boot->name, room))
        return false;
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

static void
finish(struct boot *boot)
{
    boot->name[0] = '\0';
    if (!boot->configured)
        boot_stop(boot, BOOT_NO_CONFIG, "the phone has no configuration");
    else
        boot->result = boot->list_refused ? BOOT_LIST_REFUSED : BOOT_UP;
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
        boot_take_load(boot, delivery);
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
    if (!boot->encrypted)
        boot->at++;
}
