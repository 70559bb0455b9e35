/* SPDX-License-Identifier: MIT */
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
        return prov_fail(err, PROV_E_SYSTEM, "cannot read %s: %s", source, strerror(errno));
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

/* A section of its own names a phone, too. */
static int
add_sections(struct fleet *fleet, const struct settings_build *build, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < build->list_count; i++) {
        struct fleet_phone phone = {.phone = build->lists[i].phone, .configured = true};
        if (build->lists[i].for_one)
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
        looking->phone->held[entry->kind == LEDGER_CTL].again = true;
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
    struct fleet_held *held = &looking->phone->held[entry->kind == LEDGER_CTL];
    if (held->list == NULL) {
        held->unknown |= history_find(&looking->fleet->history, entry->sha256) == NULL;
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
    static const enum ledger_kind kinds[] = {LEDGER_ITL, LEDGER_CTL};
    uint8_t sha256[LEDGER_SHA256_LEN];
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < 2; i++) {
        struct fleet_held *held = &phone->held[i];
        rc = ledger_list_held(ledger, &phone->phone, kinds[i], &held->state, sha256, err);
        if (rc == PROV_OK && held->state == LEDGER_HOLDS)
            held->list = history_find(&fleet->history, sha256);
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

/* It holds the lists for all as they were published last. */
static bool
is_up_to_date(const struct fleet *fleet, const struct fleet_phone *phone)
{
    bool any = false;
    for (int ctl = 0; ctl < 2; ctl++) {
        const struct fleet_held *held = &phone->held[ctl];
        char name[LISTS_NAME_SIZE];
        lists_name(ctl == 1, NULL, name);
        const struct past_list *newest = history_newest(&fleet->history, name);
        if (held->state == LEDGER_NOTHING)
            continue;
        if (held->list == NULL || held->elsewhere || newest == NULL ||
            memcmp(held->list->sha256, newest->sha256, HISTORY_SHA256_LEN) != 0)
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
    if (run->fleet != NULL)
        return PROV_OK;
    struct fleet *out = run->fleet = calloc(1, sizeof *out);
    if (out == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = history_read(settings->archive, settings->tftpboot, &out->history, err);
    if (rc == PROV_OK)
        rc = add_configured(out, settings->source, err);
    if (rc == PROV_OK)
        rc = add_sections(out, &settings->build, err);
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
    history_release(&fleet->history);
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

/* --- whether they follow */

struct following {
    const struct fleet *fleet;
    const struct list *list;
    bool *follows; /* for each list of the history: from it to the next, or not to what is given */
};

/* Whether a phone that is given this list may ever have held that one of the history; `own` NULL:
 * any phone. */
static bool
may_hold(const struct following *following, const struct past_list *past, const char *own)
{
    return strcmp(past->name, following->list->wanted->ctl ? "CTLFile.tlv" : "ITLFile.tlv") == 0 ||
           (own != NULL && strcmp(past->name, own) == 0);
}

/* Phones that know nothing yet may hold any list that was ever published under the names that they
 * ask for. */
static bool
follows_unseen(const struct following *following, const struct prov_mac *phone)
{
    const struct history *history = &following->fleet->history;
    char own[LISTS_NAME_SIZE];
    snprintf(own, sizeof own, "%sSEP%s.tlv", following->list->wanted->ctl ? "CTL" : "ITL",
             phone->text);
    for (size_t i = 0; i < history->count; i++)
        if (may_hold(following, &history->at[i], own) && !following->follows[i])
            return false;
    return true;
}

static bool
phone_follows(const struct following *following, const struct fleet_phone *phone)
{
    const struct fleet_held *held = &phone->held[following->list->wanted->ctl];
    if (held->unknown)
        return false;
    if (held->list != NULL && !held->elsewhere)
        return following->follows[held->list - following->fleet->history.at];
    return follows_unseen(following, &phone->phone);
}

bool
fleet_gives(const struct lists *all, const struct list *list, const struct fleet_phone *phone)
{
    if (list->wanted->for_one)
        return strcmp(list->wanted->phone.text, phone->phone.text) == 0;
    const struct list *own = lists_of(all, list->wanted->ctl, &phone->phone);
    if (phone->own[list->wanted->ctl])
        return false;
    return own == NULL || (own->stands == NULL && own->wanted == NULL);
}

static void
lose_phones(const struct run *run, const struct lists *all, const struct following *following,
            struct fleet_lost *out)
{
    const struct list *list = following->list;
    for (size_t i = 0; i < following->fleet->count; i++) {
        const struct fleet_phone *phone = &following->fleet->at[i];
        bool left_out = phone->forgotten ||
                        (!list->wanted->for_one && phones_hold(&run->forced, &phone->phone));
        if (left_out || !fleet_gives(all, list, phone) || phone_follows(following, phone))
            continue;
        out->unknown += phone->held[list->wanted->ctl].unknown;
        fleet_name(&out->phones, &phone->phone);
    }
    fleet_names_end(&out->phones);
}

/* A phone that nobody knows of may hold them, too. */
static void
lose_lists(const struct following *following, struct fleet_lost *out)
{
    const struct history *history = &following->fleet->history;
    const struct list *list = following->list;
    for (size_t i = 0; i < history->count; i++) {
        if (following->follows[i] ||
            !may_hold(following, &history->at[i], list->wanted->for_one ? list->name : NULL))
            continue;
        out->lists++;
        out->file = history->at[i].file;
    }
}

int
fleet_lose(struct run *run, const struct lists *all, const struct list *list,
           const struct prov_trustlist *given, const struct prov_trustlist *next,
           struct fleet_lost *out, struct prov_error *err)
{
    *out = (struct fleet_lost){0};
    int rc = fleet_know(run, err);
    if (rc != PROV_OK)
        return rc;
    const struct fleet *fleet = run->fleet;
    struct following following = {fleet, list, calloc(fleet->history.count + 1, sizeof(bool))};
    if (following.follows == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; i < fleet->history.count; i++) {
        const struct prov_trustlist *held = fleet->history.at[i].list;
        following.follows[i] =
            prov_trustlist_follows(held, next, NULL) == PROV_OK ||
            (given != NULL && prov_trustlist_follows(held, given, NULL) != PROV_OK);
    }
    lose_phones(run, all, &following, out);
    if (!fleet->ledger)
        lose_lists(&following, out);
    free(following.follows);
    return PROV_OK;
}

int
fleet_refuse(const struct run *run, const struct fleet_lost *lost, struct prov_error *err)
{
    const struct fleet *fleet = run->fleet;
    char unknown[128] = "";
    if (lost->unknown > 0)
        snprintf(unknown, sizeof unknown,
                 " (%zu of them hold a list that the archive does not know)", lost->unknown);
    if (lost->unknown > 0 && lost->unknown == lost->phones.count)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%zu of %zu phones would be locked out, or may be, by what the ledger "
                         "knows: %s%s; put the archive back as it was, leave phones out with "
                         "--forget SEP<MAC>, or give --force and reset them by hand",
                         lost->phones.count, fleet->count, lost->phones.text, unknown);
    if (lost->phones.count > 0 && fleet->ledger)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%zu of %zu phones would be locked out, or may be, by what the ledger "
                         "knows: %s%s; rotate with --rotate-sast, leave phones out with --forget "
                         "SEP<MAC>, or give --force and reset them by hand",
                         lost->phones.count, fleet->count, lost->phones.text, unknown);
    if (lost->phones.count + lost->lists == 0)
        return PROV_OK;
    return prov_fail(err, PROV_E_CONTINUITY,
                     "phones that were off may still hold an older list (%zu in the archive, such "
                     "as %s), and would be locked out; without a ledger nobody knows: %zu of %zu "
                     "phones%s%s; keep the signer that they trust, set ledger in section paths and "
                     "rotate with --rotate-sast, or give --force and reset them by hand",
                     lost->lists, lost->file != NULL ? lost->file : "none", lost->phones.count,
                     fleet->count, lost->phones.count > 0 ? ": " : "", lost->phones.text);
}
