/* SPDX-License-Identifier: MIT */
/* What the ledger and the file of proofs say of lists, beside those that the tree and the archive
 * have. */
#include "provbuild/fleet/delivered.h"

#include "ledger/ledger.h"
#include "provbuild/fleet/digests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ACCEPTED_FILE "accepted-lists"
#define ACCEPTED_COMMENT                                                                           \
    "Lists that phones were given, that nobody has, and that --accept-archive took."

/* A list that nobody has. */
struct unknown {
    struct prov_mac phone;
    enum list_kind kind;
    uint8_t sha256[LIST_SHA256_LEN];
    int64_t time; /* seconds since 1970; 0: not known */
    bool proven;  /* by the file of proofs */
};

struct looking {
    struct run *run;
    struct ledger *ledger;
    struct digests archived; /* by the inventory */
    struct digests accepted; /* before */
    struct digests unknown;
    uint8_t last[LIST_SHA256_LEN]; /* a known one: most rows say the same */
    struct unknown first;
    struct prov_error *err;
    struct prov_error of_ledger;
    int rc;
};

/* --- what is known */

static int
read_archived(struct looking *looking, struct prov_error *err)
{
    const struct inventory *inventory = &looking->run->published->inventory;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < inventory->count; i++)
        rc = digests_add(&looking->archived, inventory->at[i].sha256, err);
    digests_sort(&looking->archived);
    return rc;
}

static char *
accepted_path(const struct run *run)
{
    return run_path(run->settings->archive, ACCEPTED_FILE, "");
}

static int
read_accepted(struct looking *looking, struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK};
    char *path = accepted_path(looking->run);
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = digests_read(path, &looking->accepted, &why);
    if (rc != PROV_OK && !looking->run->accept_archive)
        rc = prov_fail(err, rc,
                       "%s: it says which lists --accept-archive took, but: %s; put the right one "
                       "back from the backup, or give --accept-archive again",
                       path, why.text);
    else if (rc != PROV_E_MEMORY)
        rc = PROV_OK;
    free(path);
    return rc;
}

/* A file of the tree need not be in the archive yet. */
static int
is_known(struct looking *looking, const uint8_t sha256[static LIST_SHA256_LEN], bool *known)
{
    static const uint8_t not_digested[LIST_SHA256_LEN];
    struct published *published = looking->run->published;
    int rc = PROV_OK;
    *known = memcmp(sha256, looking->last, sizeof looking->last) == 0 ||
             memcmp(sha256, not_digested, sizeof not_digested) == 0 ||
             digests_hold(&looking->archived, sha256) || digests_hold(&looking->accepted, sha256);
    if (!*known) {
        rc = published_index(published, looking->err);
        *known = published_knows(published, sha256);
    }
    if (*known)
        memcpy(looking->last, sha256, sizeof looking->last);
    return rc;
}

/* Who is not of the fleet only asked; who is forgotten may hold what he likes. */
static int
counts(struct looking *looking, const struct prov_mac *phone, bool *out)
{
    struct run *run = looking->run;
    int rc = fleet_know(run, looking->err);
    const struct fleet_phone *known = rc == PROV_OK ? fleet_find(run->fleet, phone) : NULL;
    *out = known != NULL && !known->forgotten && !phones_hold(&run->forgotten, phone);
    return rc;
}

static int
look_at(struct looking *looking, const struct unknown *list)
{
    bool known = true, concerns = false;
    int rc = is_known(looking, list->sha256, &known);
    if (rc == PROV_OK && !known)
        rc = counts(looking, &list->phone, &concerns);
    if (rc != PROV_OK || !concerns)
        return rc;
    if (looking->unknown.count == 0)
        looking->first = *list;
    return digests_add(&looking->unknown, list->sha256, looking->err);
}

/* --- who says so */

static bool
take_list(void *context, const struct ledger_list *row)
{
    struct looking *looking = context;
    struct unknown list = {.phone = row->phone,
                           .kind = row->kind == LEDGER_CTL ? LIST_CTL : LIST_ITL,
                           .time = row->time};
    memcpy(list.sha256, row->sha256, sizeof list.sha256);
    looking->rc = look_at(looking, &list);
    return looking->rc == PROV_OK;
}

static bool
take_delivery(void *context, const struct ledger_entry *entry)
{
    struct unknown *first = context;
    if (memcmp(entry->sha256, first->sha256, sizeof first->sha256) == 0 &&
        entry->time > first->time)
        first->time = entry->time;
    return true;
}

static int
look_at_ledger(struct looking *looking, struct prov_error *err)
{
    int rc = ledger_each_list(looking->ledger, take_list, looking, err);
    if (rc == PROV_OK)
        rc = looking->rc;
    if (rc == PROV_OK && looking->unknown.count > 0 && looking->first.time == 0)
        rc = ledger_each_delivery(looking->ledger, &looking->first.phone, take_delivery,
                                  &looking->first, err);
    return rc;
}

static int
look_at_proofs(struct looking *looking)
{
    const struct fleet *fleet = looking->run->fleet;
    int rc = PROV_OK;
    for (size_t i = 0; fleet != NULL && rc == PROV_OK && i < fleet->proofs.count; i++) {
        const struct proof *proof = &fleet->proofs.at[i];
        struct unknown list = {
            .phone = proof->phone, .kind = proof->kind, .time = proof->time, .proven = true};
        memcpy(list.sha256, proof->sha256, sizeof list.sha256);
        if (proof->how != PROOF_FORGOTTEN)
            rc = look_at(looking, &list);
    }
    return rc;
}

/* --- the outcome */

static int
accept_unknown(struct looking *looking, struct prov_error *err)
{
    struct digests *accepted = &looking->accepted;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < looking->unknown.count; i++)
        rc = digests_add(accepted, looking->unknown.at[i], err);
    digests_sort(accepted);
    if (rc != PROV_OK || looking->run->dry_run)
        return rc;
    char *path = accepted_path(looking->run);
    rc = path != NULL ? digests_write(path, ACCEPTED_COMMENT, accepted, err)
                      : prov_fail(err, PROV_E_MEMORY, "out of memory");
    free(path);
    return rc;
}

static void
show_time(int64_t when, char *out, size_t size)
{
    time_t time = (time_t)when;
    struct tm day;
    if (when <= 0 || gmtime_r(&time, &day) == NULL ||
        strftime(out, size, " on %Y-%m-%d at %H:%M UTC", &day) == 0)
        *out = '\0';
}

static int
refuse(const struct looking *looking, struct prov_error *err)
{
    const struct unknown *first = &looking->first;
    const struct settings *settings = looking->run->settings;
    char hex[PROV_HEX_SIZE(LIST_SHA256_LEN)], time[64], others[64] = "";
    prov_hex(first->sha256, sizeof first->sha256, hex, sizeof hex);
    show_time(first->time, time, sizeof time);
    if (looking->unknown.count > 1)
        snprintf(others, sizeof others, " (so are %zu others)", looking->unknown.count - 1);
    return prov_fail(
        err, PROV_E_CONTINUITY,
        "%.300s%s%s: SEP%s %s%s the %s with the SHA-256 %s, which stands neither in the tree nor "
        "in "
        "%.300s%s: they are older than what phones hold, which could not follow what is made of "
        "them, so nothing is built; take the newest backup of the archive, or give "
        "--accept-archive if no phone holds that list any more",
        first->proven ? settings->archive : settings->ledger, first->proven ? "/" : "",
        first->proven ? inventory_file_of(INVENTORY_PROVEN) : "", first->phone.text,
        first->proven ? "was proven to hold" : "was given", time,
        first->kind == LIST_CTL ? "CTL" : "ITL", hex, settings->archive, others);
}

static int
conclude(struct looking *looking, struct prov_error *err)
{
    digests_sort(&looking->unknown);
    if (looking->unknown.count == 0)
        return PROV_OK;
    return looking->run->accept_archive ? accept_unknown(looking, err) : refuse(looking, err);
}

static int
look(struct looking *looking, struct prov_error *err)
{
    int rc = read_archived(looking, err);
    if (rc == PROV_OK)
        rc = read_accepted(looking, err);
    looking->err = &looking->of_ledger;
    if (rc == PROV_OK && looking->ledger != NULL) {
        rc = look_at_ledger(looking, looking->err);
        if (rc != PROV_OK)
            return prov_fail(err, rc, "the ledger %s: %s", looking->run->settings->ledger,
                             looking->err->text);
    }
    looking->err = err;
    if (rc == PROV_OK)
        rc = look_at_proofs(looking);
    return rc == PROV_OK ? conclude(looking, err) : rc;
}

int
delivered_check(struct run *run, struct prov_error *err)
{
    const struct settings *settings = run->settings;
    struct looking looking = {.run = run, .rc = PROV_OK};
    struct prov_error why = {.code = PROV_OK};
    int rc = settings->ledger != NULL
                 ? ledger_open(settings->ledger, LEDGER_READ, &looking.ledger, &why)
                 : PROV_OK;
    if (rc == PROV_E_FORMAT || rc == PROV_E_MEMORY)
        return prov_fail(err, rc, "the ledger %s: %s", settings->ledger, why.text);
    rc = run->quick ? PROV_OK : fleet_know(run, err);
    if (rc == PROV_OK && settings->archive != NULL)
        rc = look(&looking, err);
    ledger_close(looking.ledger);
    digests_release(&looking.archived);
    digests_release(&looking.accepted);
    digests_release(&looking.unknown);
    return rc;
}
