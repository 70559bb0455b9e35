/* SPDX-License-Identifier: MIT */
/* Which phones there are, and which list each of them holds, by source folder, settings and ledger.
 */
#include "provbuild/fleet/fleet.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- who belongs to it */

static int
compare(const void *a, const void *b)
{
    const struct fleet_phone *x = a, *y = b;
    return strcmp(x->phone.text, y->phone.text);
}

static int
add(struct fleet *fleet, const struct fleet_phone *phone, struct prov_error *err)
{
    if ((fleet->count & (fleet->count - 1)) == 0) { /* room for the next power of two */
        size_t room = fleet->count > 0 ? 2 * fleet->count : 1;
        struct fleet_phone *at = reallocarray(fleet->at, room, sizeof *at);
        if (at == NULL)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        fleet->at = at;
    }
    fleet->at[fleet->count++] = *phone;
    return PROV_OK;
}

static int
add_configured(struct fleet *fleet, const char *source, struct prov_error *err)
{
    int rc = PROV_OK;
    struct dirent *entry;
    DIR *directory = opendir(source);
    if (directory == NULL)
        return prov_system_failed(err, "cannot read %s", source);
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    while (rc == PROV_OK && (entry = readdir(directory)) != NULL) {
        struct fleet_phone phone = {.configured = true};
        if (prov_mac_of_file(entry->d_name, "", ".cnf.xml", &phone.phone))
            rc = add(fleet, &phone, err);
    }
    closedir(directory);
    fleet->configured = fleet->count;
    return rc;
}

/* A list of its own names a phone, too. */
static int
add_owners(struct fleet *fleet, const struct settings_list *lists, size_t count,
           struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < count; i++) {
        struct fleet_phone phone = {.phone = lists[i].phone, .configured = true};
        phone.section[lists[i].kind] = true;
        if (lists[i].for_one)
            rc = add(fleet, &phone, err);
    }
    return rc;
}

struct gathering {
    struct fleet *fleet;
    struct prov_error *err;
    int rc;
};

static bool
add_sighting(void *context, const struct ledger_sighting *sighting)
{
    struct gathering *gathering = context;
    struct fleet_phone phone = {
        .phone = sighting->phone, .first = sighting->first, .seen = sighting->last};
    gathering->rc = add(gathering->fleet, &phone, gathering->err);
    return gathering->rc == PROV_OK;
}

/* One entry for each phone. */
static void
merge(struct fleet *fleet)
{
    size_t kept = 0;
    if (fleet->count > 0)
        qsort(fleet->at, fleet->count, sizeof *fleet->at, compare);
    for (size_t i = 0; i < fleet->count; i++) {
        struct fleet_phone *phone = &fleet->at[i];
        if (kept > 0 && compare(&fleet->at[kept - 1], phone) == 0) {
            struct fleet_phone *into = &fleet->at[kept - 1];
            into->configured |= phone->configured;
            for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
                into->section[kind] |= phone->section[kind];
            if (phone->seen > into->seen)
                into->seen = phone->seen;
            if (into->first == 0 || (phone->first != 0 && phone->first < into->first))
                into->first = phone->first;
        } else {
            fleet->at[kept++] = *phone;
        }
    }
    fleet->count = kept;
}

/* --- what they hold */

struct looking {
    const struct fleet *fleet;
    struct ledger *ledger;
    struct fleet_phone *phone;
    const struct ledger_entry *entry; /* at hand */
    struct prov_error *err;
    int rc;
};

static bool
look_at_sighting(void *context, const struct ledger_sighting *sighting)
{
    struct looking *looking = context;
    const struct ledger_entry *entry = looking->entry;
    if (strcmp(sighting->address, entry->address) == 0 &&
        entry->time >= sighting->first + LEDGER_LATELY)
        looking->phone->held[entry->kind == LEDGER_CTL ? LIST_CTL : LIST_ITL].again = true;
    return true;
}

/* A stranger who asks once more a day later looks like a phone that moved; so what an address was
 * given counts however old it is. */
static bool
look_at_delivery(void *context, const struct ledger_entry *entry)
{
    struct looking *looking = context;
    if (entry->kind != LEDGER_ITL && entry->kind != LEDGER_CTL)
        return true;
    struct fleet_held *held =
        &looking->phone->held[entry->kind == LEDGER_CTL ? LIST_CTL : LIST_ITL];
    if (held->list == NULL) {
        held->unknown |= published_find(looking->fleet->published, entry->sha256) == NULL;
    } else if (memcmp(entry->sha256, held->list->sha256, LEDGER_SHA256_LEN) == 0) {
        looking->entry = entry;
        looking->rc = ledger_each_sighting(looking->ledger, &entry->phone, look_at_sighting,
                                           looking, looking->err);
    } else if (!held->elsewhere) {
        held->elsewhere = true;
        snprintf(held->address, sizeof held->address, "%s", entry->address);
    }
    return looking->rc == PROV_OK;
}

static int
read_held(struct fleet *fleet, struct ledger *ledger, struct fleet_phone *phone,
          struct prov_error *err)
{
    static const enum ledger_kind kinds[LIST_KINDS] = {
        [LIST_ITL] = LEDGER_ITL, [LIST_CTL] = LEDGER_CTL};
    uint8_t sha256[LEDGER_SHA256_LEN];
    int rc = PROV_OK;
    for (enum list_kind i = 0; rc == PROV_OK && i < LIST_KINDS; i++) {
        struct fleet_held *held = &phone->held[i];
        rc = ledger_list_held(ledger, &phone->phone, kinds[i], &held->state, sha256, err);
        if (rc == PROV_OK && held->state == LEDGER_HOLDS)
            held->list = published_find(fleet->published, sha256);
        held->unknown = held->state == LEDGER_HOLDS && held->list == NULL;
    }
    struct looking looking = {
        .fleet = fleet, .ledger = ledger, .phone = phone, .err = err, .rc = PROV_OK};
    if (rc == PROV_OK && phone->seen > 0)
        rc = ledger_each_delivery(ledger, &phone->phone, look_at_delivery, &looking, err);
    return rc == PROV_OK ? looking.rc : rc;
}

static int
read_ledger(const struct run *run, struct fleet *fleet, struct prov_error *err)
{
    struct ledger *ledger = NULL;
    struct prov_error why = {.code = PROV_OK};
    struct gathering gathering = {fleet, err, PROV_OK};
    if (run->settings->ledger == NULL)
        return PROV_OK;
    int rc = ledger_open(run->settings->ledger, LEDGER_READ, &ledger, &why);
    if (rc == PROV_E_SYSTEM && why.sys == ENOENT)
        return PROV_OK;
    if (rc != PROV_OK)
        return prov_fail(err, rc, "the ledger %s: %s", run->settings->ledger, why.text);
    fleet->ledger = true;
    rc = ledger_each_sighting(ledger, NULL, add_sighting, &gathering, err);
    if (rc == PROV_OK)
        rc = gathering.rc;
    merge(fleet);
    for (size_t i = 0; rc == PROV_OK && i < fleet->count; i++)
        rc = read_held(fleet, ledger, &fleet->at[i], err);
    ledger_close(ledger);
    return rc;
}

int
fleet_check_ledger(const struct run *run, struct prov_error *err)
{
    struct ledger *ledger = NULL;
    struct prov_error why = {.code = PROV_OK};
    if (run->settings->ledger == NULL)
        return PROV_OK;
    int rc = ledger_open(run->settings->ledger, LEDGER_READ, &ledger, &why);
    ledger_close(ledger);
    return rc == PROV_E_FORMAT
               ? prov_fail(err, rc, "the ledger %s: %s", run->settings->ledger, why.text)
               : PROV_OK;
}

/* It holds the lists for all as they were published last. */
static bool
is_up_to_date(const struct fleet *fleet, const struct fleet_phone *phone)
{
    bool any = false;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        const struct fleet_held *held = &phone->held[kind];
        char name[LIST_NAME_SIZE];
        list_name(kind, NULL, name);
        const struct past_list *newest = published_newest(fleet->published, name);
        if (held->state == LEDGER_NOTHING)
            continue;
        if (held->list == NULL || held->elsewhere || newest == NULL ||
            memcmp(held->list->sha256, newest->sha256, LIST_SHA256_LEN) != 0)
            return false;
        any = true;
    }
    return any;
}

/* Whom an earlier run left out counts again once it is back. */
static bool
is_forgotten(const struct run *run, const struct fleet_phone *phone)
{
    return phones_hold(&run->forgotten, &phone->phone) ||
           (phones_hold(&run->left_out, &phone->phone) && !is_up_to_date(run->fleet, phone));
}

int
fleet_know(struct run *run, struct prov_error *err)
{
    const struct settings *settings = run->settings;
    const struct settings_build *build = &settings->build;
    const struct wanted *wanted = run->wanted;
    if (run->fleet != NULL)
        return PROV_OK;
    struct fleet *out = run->fleet = calloc(1, sizeof *out);
    if (out == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    out->published = run->published;
    int rc = published_index(run->published, err);
    if (rc == PROV_OK)
        rc = add_configured(out, settings->source, err);
    if (rc == PROV_OK)
        rc = wanted != NULL ? add_owners(out, wanted->lists, wanted->list_count, err)
                            : add_owners(out, build->lists, build->list_count, err);
    if (rc == PROV_OK)
        rc = read_ledger(run, out, err);
    merge(out);
    for (size_t i = 0; i < out->count; i++)
        out->at[i].forgotten = is_forgotten(run, &out->at[i]);
    return rc;
}

void
fleet_free(struct fleet *fleet)
{
    if (fleet == NULL)
        return;
    free(fleet->at);
    free(fleet);
}

struct fleet_phone *
fleet_find(const struct fleet *fleet, const struct prov_mac *phone)
{
    struct fleet_phone key = {.phone = *phone};
    if (fleet->count == 0)
        return NULL;
    return bsearch(&key, fleet->at, fleet->count, sizeof *fleet->at, compare);
}

/* --- names */

void
fleet_name(struct fleet_names *names, const struct prov_mac *phone)
{
    size_t used = strlen(names->text);
    names->count++;
    if (used + 2 * sizeof ", SEP0123456789AB" + sizeof " and 1000000 more" <= sizeof names->text)
        snprintf(names->text + used, sizeof names->text - used, "%sSEP%s", used > 0 ? ", " : "",
                 phone->text);
}

void
fleet_names_end(struct fleet_names *names)
{
    size_t used = strlen(names->text), shown = 0;
    for (const char *at = names->text; (at = strstr(at, "SEP")) != NULL; at++)
        shown++;
    if (shown < names->count)
        snprintf(names->text + used, sizeof names->text - used, " and %zu more",
                 names->count - shown);
}
