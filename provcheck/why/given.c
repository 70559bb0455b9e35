/* SPDX-License-Identifier: MIT */
/* What the ledger knows of a phone: when and from where it asked, for what, and who may be it. */
#include "provcheck/why/reading.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define STRANGERS_MAX 32 /* that are looked at; anybody can ask in many names */

struct reading {
    const struct settings *settings;
    struct why_facts *facts;
    bool shared;   /* other phones that are known use its address, too */
    size_t looked; /* for the configurations of how many others */
};

/* --- itself */

static bool
take_sighting(void *context, const struct ledger_sighting *sighting)
{
    struct why_facts *facts = ((struct reading *)context)->facts;
    if (!facts->seen || sighting->first < facts->first_seen)
        facts->first_seen = sighting->first;
    if (!facts->seen || sighting->last > facts->last_seen) {
        facts->last_seen = sighting->last;
        snprintf(facts->address, sizeof facts->address, "%s", sighting->address);
    }
    facts->seen = true;
    return true;
}

static enum why_outcome
outcome_of(const char *word)
{
    static const struct {
        const char *word;
        enum why_outcome outcome;
    } words[] = {
        {"delivered", WHY_DELIVERED}, {"unacknowledged", WHY_CUT}, {"partial", WHY_CUT},
        {"missing", WHY_MISSING},     {"refused", WHY_REFUSED},    {"busy", WHY_BUSY},
        {"failed", WHY_FAILED},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i].word) == 0)
            return words[i].outcome;
    return WHY_NOTHING;
}

/* They come with the newest first, and are kept the other way round. */
static bool
take_request(void *context, const struct ledger_request *request)
{
    struct why_facts *facts = ((struct reading *)context)->facts;
    if (facts->request_count == LEDGER_REQUESTS_MAX)
        return false;
    memmove(facts->requests + 1, facts->requests, facts->request_count++ * sizeof *facts->requests);
    struct why_request *out = &facts->requests[0];
    *out = (struct why_request){.time = request->time,
                                .file = why_file_of(request->asked, &facts->phone),
                                .outcome = outcome_of(request->outcome)};
    prov_printable(request->asked, strlen(request->asked), out->asked, sizeof out->asked);
    snprintf(out->transport, sizeof out->transport, "%s", request->transport);
    snprintf(out->address, sizeof out->address, "%s", request->address);
    return true;
}

/* --- somebody who may be it */

/* The same but for one digit, or for two neighbours that changed places. */
static bool
is_like(const char *a, const char *b)
{
    size_t at = 0;
    while (a[at] != '\0' && a[at] == b[at])
        at++;
    if (a[at] == '\0')
        return false;
    return strcmp(a + at + 1, b + at + 1) == 0 ||
           (a[at] == b[at + 1] && a[at + 1] == b[at] && a[at + 1] != '\0' &&
            strcmp(a + at + 2, b + at + 2) == 0);
}

/* Whoever can write to the ledger could name anything. */
static bool
is_phone(const struct prov_mac *phone)
{
    return strspn(phone->text, "0123456789ABCDEF") == PROV_MAC_LEN;
}

static bool
is_configured(const struct settings *settings, const struct prov_mac *phone)
{
    const char *const folders[] = {settings->source, settings->tftpboot, settings->secure};
    char name[WHY_NAME_SIZE], path[PATH_MAX];
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        for (enum why_file file = WHY_CLEAR; file < WHY_FILES; file++)
            if (why_find(folders[i], why_file_name(file, phone, name), path))
                return true;
    return false;
}

/* A phone's siblings have names like its own, so only one without a configuration counts. */
static bool
take_stranger(void *context, const struct ledger_sighting *sighting)
{
    struct reading *reading = context;
    struct why_facts *facts = reading->facts;
    struct why_stranger *out = &facts->stranger;
    bool other = strcmp(sighting->phone.text, facts->phone.text) != 0;
    bool here = other && facts->seen && strcmp(sighting->address, facts->address) == 0;
    bool like = !facts->seen && is_like(sighting->phone.text, facts->phone.text);
    if ((!here && !like) || reading->shared || !is_phone(&sighting->phone))
        return true;
    if (++reading->looked > STRANGERS_MAX)
        return false;
    bool configured = is_configured(reading->settings, &sighting->phone);
    reading->shared = reading->shared || (here && configured);
    if (configured || sighting->last <= out->last)
        return true;
    *out = (struct why_stranger){
        .found = true, .at_its_address = here, .phone = sighting->phone, .last = sighting->last};
    snprintf(out->address, sizeof out->address, "%s", sighting->address);
    return true;
}

/* --- the whole */

static bool
is_allowed(const struct settings *settings, const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    const struct sockaddr *address = (const struct sockaddr *)&v4;
    if (settings->network_count == 0)
        return true;
    if (inet_pton(AF_INET, text, &v4.sin_addr) != 1) {
        if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
            return true;
        address = (const struct sockaddr *)&v6;
    }
    return settings_networks_hold(settings->networks, settings->network_count, address);
}

/* Of one list: what the ledger says that the phone was given last. */
static bool
take_delivery(void *context, const struct ledger_entry *entry)
{
    struct why_facts *facts = ((struct reading *)context)->facts;
    if (entry->kind != LEDGER_ITL && entry->kind != LEDGER_CTL)
        return true;
    struct why_list *list = &facts->lists[entry->kind == LEDGER_CTL ? TRUST_CTL : TRUST_ITL];
    if (list->given >= entry->time)
        return true;
    list->given = entry->time;
    list->holding = WHY_HOLDS_PERHAPS;
    prov_hex(entry->sha256, sizeof entry->sha256, list->sha256, sizeof list->sha256);
    return true;
}

static int
read_held(struct ledger *ledger, struct why_facts *facts, struct prov_error *err)
{
    static const enum ledger_kind kinds[TRUST_KINDS] = {
        [TRUST_CTL] = LEDGER_CTL, [TRUST_ITL] = LEDGER_ITL};
    int rc = PROV_OK;
    for (size_t kind = 0; rc == PROV_OK && kind < TRUST_KINDS; kind++) {
        struct why_list *list = &facts->lists[kind];
        enum ledger_state state = LEDGER_NOTHING;
        uint8_t sha256[LEDGER_SHA256_LEN];
        rc = ledger_list_held(ledger, &facts->phone, kinds[kind], &state, sha256, err);
        if (rc != PROV_OK || state != LEDGER_HOLDS)
            continue;
        list->holding = WHY_HOLDS;
        prov_hex(sha256, sizeof sha256, list->sha256, sizeof list->sha256);
    }
    return rc;
}

static bool
take_proof(void *context, const struct ledger_proof *proof)
{
    struct why_facts *facts = ((struct reading *)context)->facts;
    struct why_list *list = &facts->lists[proof->kind == LEDGER_CTL ? TRUST_CTL : TRUST_ITL];
    char sha256[sizeof list->sha256];
    prov_hex(proof->sha256, sizeof proof->sha256, sha256, sizeof sha256);
    if (list->holding == WHY_HOLDS_UNKNOWN) {
        list->given = proof->time;
        memcpy(list->sha256, sha256, sizeof sha256);
    }
    if (strcmp(list->sha256, sha256) == 0)
        list->holding = WHY_HOLDS_PROVEN;
    return true;
}

static int
read_all(struct ledger *ledger, struct reading *reading, struct prov_error *err)
{
    const struct prov_mac *phone = &reading->facts->phone;
    int rc = ledger_each_sighting(ledger, phone, take_sighting, reading, err);
    if (rc == PROV_OK)
        rc = ledger_each_request(ledger, phone, take_request, reading, err);
    if (rc == PROV_OK)
        rc = ledger_each_delivery(ledger, phone, take_delivery, reading, err);
    if (rc == PROV_OK)
        rc = read_held(ledger, reading->facts, err);
    if (rc == PROV_OK)
        rc = ledger_each_proof(ledger, phone, take_proof, reading, err);
    if (rc == PROV_OK)
        rc = ledger_each_sighting(ledger, NULL, take_stranger, reading, err);
    if (reading->shared && reading->facts->stranger.at_its_address)
        reading->facts->stranger = (struct why_stranger){.found = false};
    return rc;
}

void
why_read_ledger(const struct why_question *question, struct why_facts *facts)
{
    struct prov_error err;
    struct ledger *ledger = NULL;
    struct reading reading = {.settings = question->settings, .facts = facts};
    facts->address_allowed = true;
    facts->allows_some = question->settings->network_count > 0;
    if (question->settings->ledger == NULL)
        return;
    int rc = ledger_open(question->settings->ledger, LEDGER_READ, &ledger, &err);
    if (rc == PROV_OK)
        rc = read_all(ledger, &reading, &err);
    ledger_close(ledger);
    facts->ledger = rc == PROV_OK                              ? WHY_LEDGER_READ
                    : rc == PROV_E_SYSTEM && err.sys == ENOENT ? WHY_LEDGER_ABSENT
                                                               : WHY_LEDGER_UNREADABLE;
    if (rc != PROV_OK)
        snprintf(facts->ledger_text, sizeof facts->ledger_text, "%s", err.text);
    if (facts->seen)
        facts->address_allowed = is_allowed(question->settings, facts->address);
}
