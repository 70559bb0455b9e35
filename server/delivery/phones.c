/* SPDX-License-Identifier: MIT */
/* What the ledger knows of the phones, as JSON: in pages, one phone in memory at a time. */
#include "server/delivery/internal.h"

#include <jansson.h>
#include <prov/text.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define JSON_MAX (64u * 1024 * 1024)
#define PAGE_BYTES (4u * 1024 * 1024) /* a page that has as many gets no more phones */

struct listing {
    struct ledger *ledger;
    struct prov_bytes *out;
    struct prov_error *err;
    int rc;
    size_t phones, limit;
    size_t bytes;
    bool more; /* phones come after the last one */

    struct prov_mac phone; /* the one that is being put together */
    json_t *addresses;     /* its addresses, newest first; NULL before the first phone */
    json_t *by_address;    /* the same, to be found by name */
    int64_t first, last;
    bool configured;
    struct ledger_given given[LEDGER_CTL + 1]; /* by kind; `first` 0: none */
    struct ledger_proof proof[LEDGER_CTL + 1]; /* `time` 0: none */
};

static void
no_memory(struct listing *listing)
{
    if (listing->rc == PROV_OK)
        listing->rc = prov_fail(listing->err, PROV_E_MEMORY, "out of memory");
}

/* Takes the value over. */
static void
set(struct listing *listing, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        no_memory(listing);
}

static json_t *
json_of_time(int64_t time)
{
    char text[40];
    struct tm tm;
    time_t seconds = (time_t)time;
    if (gmtime_r(&seconds, &tm) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return json_null();
    return json_string(text);
}

/* A digest of zeros stands for one that is not known. */
static json_t *
json_of_digest(const uint8_t sha256[LEDGER_SHA256_LEN])
{
    static const uint8_t unknown[LEDGER_SHA256_LEN];
    char text[PROV_HEX_SIZE(LEDGER_SHA256_LEN)];
    if (memcmp(sha256, unknown, sizeof unknown) == 0)
        return json_null();
    return json_string(prov_hex(sha256, LEDGER_SHA256_LEN, text, sizeof text));
}

/* File names may be anything but UTF-8. */
static json_t *
json_of_text(const char *text)
{
    char printable[PROV_PRINTABLE_SIZE(LEDGER_FILE_SIZE)];
    return json_string(prov_printable(text, strlen(text), printable, sizeof printable));
}

static int
put(struct listing *listing, const char *text, size_t len)
{
    if (listing->rc == PROV_OK)
        listing->rc = prov_bytes_put(listing->out, text, len, listing->err);
    listing->bytes += len;
    return listing->rc == PROV_OK ? 0 : -1;
}

static int
put_chunk(const char *chunk, size_t len, void *context)
{
    return put(context, chunk, len);
}

static bool
add_delivery(void *context, const struct ledger_entry *entry)
{
    static const char *const kinds[] = {[LEDGER_ITL] = "itl",
                                        [LEDGER_CTL] = "ctl",
                                        [LEDGER_CONFIGURATION] = "configuration",
                                        [LEDGER_OTHER] = "other"};
    struct listing *listing = context;
    json_t *address = json_object_get(listing->by_address, entry->address);
    json_t *deliveries = json_object_get(address, "deliveries"), *delivery = json_object();
    if (deliveries == NULL) {
        json_decref(delivery);
        return true;
    }
    set(listing, delivery, "file", json_of_text(entry->file));
    set(listing, delivery, "kind", json_string(kinds[entry->kind]));
    set(listing, delivery, "sha256", json_of_digest(entry->sha256));
    set(listing, delivery, "time", json_of_time(entry->time));
    set(listing, delivery, "transport", json_string(entry->transport));
    if (json_array_append_new(deliveries, delivery) != 0)
        no_memory(listing);
    return listing->rc == PROV_OK;
}

static bool
keep_given(void *context, const struct ledger_given *given)
{
    struct listing *listing = context;
    if (given->kind <= LEDGER_CTL)
        listing->given[given->kind] = *given;
    return true;
}

static bool
keep_proof(void *context, const struct ledger_proof *proof)
{
    struct listing *listing = context;
    if (proof->kind <= LEDGER_CTL)
        listing->proof[proof->kind] = *proof;
    return true;
}

static void
read_turns(struct listing *listing)
{
    memset(listing->given, 0, sizeof listing->given);
    memset(listing->proof, 0, sizeof listing->proof);
    if (listing->rc == PROV_OK)
        listing->rc =
            ledger_each_given(listing->ledger, &listing->phone, keep_given, listing, listing->err);
    if (listing->rc == PROV_OK)
        listing->rc =
            ledger_each_proof(listing->ledger, &listing->phone, keep_proof, listing, listing->err);
}

/* Of a list that is given in turns: how far the phone has come with the newest. */
static json_t *
json_of_newest(struct listing *listing, enum ledger_kind kind)
{
    const struct ledger_given *given = &listing->given[kind];
    const struct ledger_proof *proof = &listing->proof[kind];
    if (given->first == 0 && proof->time == 0)
        return json_null();
    const uint8_t *sha256 = given->first != 0 ? given->sha256 : proof->sha256;
    bool proven = proof->time != 0 && memcmp(proof->sha256, sha256, LEDGER_SHA256_LEN) == 0;
    json_t *newest = json_object();
    set(listing, newest, "sha256", json_of_digest(sha256));
    set(listing, newest, "given", given->first != 0 ? json_of_time(given->first) : json_null());
    set(listing, newest, "followed", json_integer(given->followed));
    set(listing, newest, "proven", proven ? json_of_time(proof->time) : json_null());
    return newest;
}

static json_t *
json_of_list(struct listing *listing, enum ledger_kind kind, enum ledger_state *state)
{
    static const char *const states[] = {
        [LEDGER_NOTHING] = "nothing", [LEDGER_HOLDS] = "holds", [LEDGER_DISPUTED] = "disputed"};
    uint8_t sha256[LEDGER_SHA256_LEN] = {0};
    json_t *list = json_object();
    if (listing->rc == PROV_OK)
        listing->rc =
            ledger_list_held(listing->ledger, &listing->phone, kind, state, sha256, listing->err);
    set(listing, list, "state", json_string(states[*state]));
    set(listing, list, "sha256", *state == LEDGER_HOLDS ? json_of_digest(sha256) : json_null());
    set(listing, list, "newest", json_of_newest(listing, kind));
    return list;
}

static const char *
state_of_both(enum ledger_state itl, enum ledger_state ctl)
{
    if (itl == LEDGER_DISPUTED || ctl == LEDGER_DISPUTED)
        return "disputed";
    return itl == LEDGER_HOLDS || ctl == LEDGER_HOLDS ? "holds" : "nothing";
}

static json_t *
json_of_phone(struct listing *listing)
{
    enum ledger_state itl = LEDGER_NOTHING, ctl = LEDGER_NOTHING;
    json_t *phone = json_object();
    read_turns(listing);
    json_t *itl_list = json_of_list(listing, LEDGER_ITL, &itl);
    json_t *ctl_list = json_of_list(listing, LEDGER_CTL, &ctl);
    set(listing, phone, "phone", json_sprintf("SEP%s", listing->phone.text));
    set(listing, phone, "state", json_string(state_of_both(itl, ctl)));
    set(listing, phone, "itl", itl_list);
    set(listing, phone, "ctl", ctl_list);
    set(listing, phone, "configured", json_boolean(listing->configured));
    set(listing, phone, "first", json_of_time(listing->first));
    set(listing, phone, "last", json_of_time(listing->last));
    set(listing, phone, "addresses", json_incref(listing->addresses));
    return phone;
}

static void
end_phone(struct listing *listing)
{
    if (listing->addresses == NULL)
        return;
    if (listing->rc == PROV_OK)
        listing->rc = ledger_each_delivery(listing->ledger, &listing->phone, add_delivery, listing,
                                           listing->err);
    json_t *phone = json_of_phone(listing);
    if (listing->phones++ > 0)
        put(listing, ",\n", 2);
    if (listing->rc == PROV_OK && json_dump_callback(phone, put_chunk, listing, JSON_COMPACT) != 0)
        no_memory(listing);
    json_decref(phone);
    json_decref(listing->by_address);
    json_decref(listing->addresses);
    listing->addresses = listing->by_address = NULL;
}

static void
begin_phone(struct listing *listing, const struct ledger_sighting *sighting)
{
    listing->phone = sighting->phone;
    listing->addresses = json_array();
    listing->by_address = json_object();
    listing->first = sighting->first;
    listing->last = sighting->last;
    listing->configured = false;
}

static bool
add_sighting(void *context, const struct ledger_sighting *sighting)
{
    struct listing *listing = context;
    if (listing->addresses == NULL || strcmp(sighting->phone.text, listing->phone.text) != 0) {
        end_phone(listing);
        listing->more = listing->phones == listing->limit || listing->bytes >= PAGE_BYTES;
        if (listing->more || listing->rc != PROV_OK)
            return false;
        begin_phone(listing, sighting);
    }
    json_t *address = json_object();
    set(listing, address, "address", json_string(sighting->address));
    set(listing, address, "first", json_of_time(sighting->first));
    set(listing, address, "last", json_of_time(sighting->last));
    set(listing, address, "deliveries", json_array());
    if (json_array_append(listing->addresses, address) != 0)
        no_memory(listing);
    set(listing, listing->by_address, sighting->address, address);
    if (sighting->first < listing->first)
        listing->first = sighting->first;
    if (sighting->last > listing->last)
        listing->last = sighting->last;
    listing->configured = listing->configured || sighting->configured != 0;
    return listing->rc == PROV_OK;
}

static int
list_phone(struct listing *listing, const struct prov_mac *phone)
{
    int rc = ledger_each_sighting(listing->ledger, phone, add_sighting, listing, listing->err);
    if (listing->rc == PROV_OK)
        listing->rc = rc;
    end_phone(listing);
    put(listing, "\n", 1);
    return listing->rc;
}

static int
list_phones(struct listing *listing, const struct prov_mac *after)
{
    static const char head[] = "{\"phones\":[\n";
    char tail[64];
    put(listing, head, strlen(head));
    int rc = after != NULL
                 ? ledger_each_sighting_after(listing->ledger, after, add_sighting, listing,
                                              listing->err)
                 : ledger_each_sighting(listing->ledger, NULL, add_sighting, listing, listing->err);
    if (listing->rc == PROV_OK)
        listing->rc = rc;
    end_phone(listing);
    if (listing->more)
        snprintf(tail, sizeof tail, "\n],\"next\":\"SEP%s\"}\n", listing->phone.text);
    else
        snprintf(tail, sizeof tail, "\n],\"next\":null}\n");
    put(listing, tail, strlen(tail));
    return listing->rc;
}

static int
make_listing(struct delivery *delivery, struct listing *listing,
             int (*list)(struct listing *listing, const struct prov_mac *phone),
             const struct prov_mac *phone, struct prov_bytes **json)
{
    struct prov_error *err = listing->err;
    if (delivery->recorder == NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "no ledger is kept; set `ledger` in the settings");
    int rc = ledger_open(delivery__recorder_path(delivery->recorder), LEDGER_READ, &listing->ledger,
                         err);
    if (rc != PROV_OK)
        return rc;
    listing->out = prov_bytes_new(JSON_MAX);
    if (listing->out == NULL)
        no_memory(listing);
    rc = listing->rc == PROV_OK ? list(listing, phone) : listing->rc;
    ledger_close(listing->ledger);
    if (rc == PROV_OK)
        *json = listing->out;
    else
        prov_bytes_free(listing->out);
    return rc;
}

int
delivery_phone(struct delivery *delivery, const struct prov_mac *phone, bool *known,
               struct prov_bytes **json, struct prov_error *err)
{
    struct listing listing = {.err = err, .limit = 1};
    int rc = make_listing(delivery, &listing, list_phone, phone, json);
    *known = listing.phones > 0;
    return rc;
}

int
delivery_phones(struct delivery *delivery, const struct prov_mac *after, size_t limit,
                struct prov_bytes **json, struct prov_error *err)
{
    struct listing listing = {.err = err, .limit = limit};
    return make_listing(delivery, &listing, list_phones, after, json);
}
