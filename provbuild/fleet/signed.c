/* SPDX-License-Identifier: MIT */
/* Which rows of the ledger's table `proof` prove what: the ledger is taken for a file that somebody
 * else may have written, so each row must agree with the lists and certificates that are known. */
#include "provbuild/fleet/signed.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* --- over values */

static bool
has_sha256(struct prov_span bytes, const uint8_t sha256[static LIST_SHA256_LEN])
{
    struct prov_hash hash;
    return prov_digest(PROV_SHA256, bytes.data, bytes.len, &hash, NULL) == PROV_OK &&
           memcmp(hash.value, sha256, LIST_SHA256_LEN) == 0;
}

static bool
names(const struct prov_trustlist *list, const uint8_t certificate[static LIST_SHA256_LEN])
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if (list_role_signs(record->role) && record->certificate != NULL &&
            has_sha256(prov_identity_der(record->certificate), certificate))
            return true;
    }
    return false;
}

/* Lists of one kind that were published for a phone and name the certificate. */
struct naming {
    struct past_list *oldest;
    bool with_row; /* that of the row is among them */
};

static void
look_at_name(const struct published *published, const char *name, const struct ledger_proof *row,
             struct naming *naming)
{
    size_t end = 0;
    for (size_t i = published_range(published, name, &end); i < end; i++) {
        struct past_list *past = &published->at[i];
        if (past->in_tree || past_list_read(past) == NULL || !names(past->list, row->certificate))
            continue;
        const uint8_t *sha256 = past_list_sha256(past);
        naming->with_row |= sha256 != NULL && memcmp(sha256, row->sha256, LIST_SHA256_LEN) == 0;
        if (naming->oldest == NULL ||
            prov_trustlist_timestamp(past->list) < prov_trustlist_timestamp(naming->oldest->list))
            naming->oldest = past;
    }
}

static struct naming
find_naming(const struct published *published, enum list_kind kind, const struct ledger_proof *row)
{
    struct naming naming = {NULL, false};
    char name[LIST_NAME_SIZE];
    list_name(kind, &row->phone, name);
    look_at_name(published, name, row, &naming);
    list_name(kind, NULL, name);
    look_at_name(published, name, row, &naming);
    return naming;
}

struct past_list *
signed_shows(const struct published *published, const struct ledger_proof *row)
{
    enum list_kind kind = row->kind == LEDGER_CTL ? LIST_CTL : LIST_ITL;
    enum list_kind other = kind == LIST_CTL ? LIST_ITL : LIST_CTL;
    struct naming naming = find_naming(published, kind, row);
    if (!naming.with_row || find_naming(published, other, row).oldest != NULL)
        return NULL;
    return naming.oldest;
}

bool
signed_tells(const struct fleet_proof *known, const struct past_list *shown, int64_t time)
{
    if (known->list == NULL)
        return true;
    int64_t known_time = prov_trustlist_timestamp(known->list->list);
    int64_t shown_time = prov_trustlist_timestamp(shown->list);
    return time > known->time && (shown_time >= known_time || known->how == PROOF_FORGOTTEN);
}

/* --- from the ledger */

/* Phones whose own certificates stand in client-ca. */
static int
find_pinned(const char *client_ca, struct phones *out, struct prov_error *err)
{
    struct prov_chain *chain = NULL;
    int rc = PROV_OK;
    if (client_ca == NULL || prov_chain_load(client_ca, &chain, NULL) != PROV_OK)
        return PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < prov_chain_count(chain); i++) {
        struct prov_mac phone;
        if (prov_mac_of_certificate(prov_chain_get(chain, i), &phone))
            rc = phones_add(out, &phone, err);
    }
    prov_chain_free(chain);
    return rc;
}

struct taking {
    const struct run *run;
    struct fleet *fleet;
    struct phones pinned;
    struct prov_error *err;
    int rc;
};

static void
report(const struct run *run, const struct proof *proof)
{
    char name[PHONE_NAME_SIZE], remark[64];
    time_t time = (time_t)proof->time;
    struct tm day;
    phone_name(&proof->phone, name);
    if (gmtime_r(&time, &day) == NULL ||
        strftime(remark, sizeof remark, "by its certificate, on %Y-%m-%d at %H:%M UTC", &day) == 0)
        snprintf(remark, sizeof remark, "by its certificate");
    if (!run->status)
        report_change(run->report, REPORT_PROVED, name, proof->file, remark);
}

/* A list was published again since that was proven, and counts no more by a later proof. */
static bool
ends_more(const struct proofs *proofs, const struct fleet_proof *known, int64_t time)
{
    for (size_t i = 0; i < proofs->again_count; i++)
        if (proofs->again[i].time >= known->time && proofs->again[i].time < time)
            return true;
    return false;
}

static int
take(struct taking *taking, const struct ledger_proof *row, const struct fleet_proof *known,
     struct past_list *shown)
{
    struct proof proof = {.phone = row->phone,
                          .kind = row->kind == LEDGER_CTL ? LIST_CTL : LIST_ITL,
                          .how = PROOF_SIGNED,
                          .time = row->time};
    snprintf(proof.file, sizeof proof.file, "%s", shown->file);
    memcpy(proof.sha256, shown->sha256, sizeof proof.sha256);
    bool news = known->list != shown || ends_more(&taking->fleet->proofs, known, row->time);
    int rc = proofs_put(&taking->fleet->proofs, &proof, taking->err);
    if (rc == PROV_OK && news)
        report(taking->run, &proof);
    return rc;
}

static bool
take_row(void *context, const struct ledger_proof *row)
{
    struct taking *taking = context;
    const struct fleet_phone *phone = fleet_find(taking->fleet, &row->phone);
    if (phone == NULL || !phones_hold(&taking->pinned, &row->phone))
        return true;
    const struct fleet_proof *known = &phone->proof[row->kind == LEDGER_CTL ? LIST_CTL : LIST_ITL];
    struct past_list *shown =
        row->time > known->time ? signed_shows(taking->fleet->published, row) : NULL;
    if (shown != NULL && signed_tells(known, shown, row->time))
        taking->rc = take(taking, row, known, shown);
    return taking->rc == PROV_OK;
}

/* What anybody can write proves nothing; its group may be the server's. */
static bool
is_open_to_all(const struct run *run)
{
    struct stat status;
    bool open = stat(run->settings->ledger, &status) == 0 && (status.st_mode & S_IWOTH) != 0;
    if (open)
        report_warning(run->report, run->settings->ledger,
                       "everybody may write to it, so what phones proved by their certificates is "
                       "passed over; chmod o-w");
    return open;
}

int
signed_take(const struct run *run, struct fleet *fleet, struct prov_error *err)
{
    struct taking taking = {.run = run, .fleet = fleet, .err = err, .rc = PROV_OK};
    struct prov_error why = {.code = PROV_OK};
    struct ledger *ledger = NULL;
    if (run->settings->ledger == NULL || run->settings->archive == NULL || is_open_to_all(run))
        return PROV_OK;
    int rc = ledger_open(run->settings->ledger, LEDGER_READ, &ledger, &why);
    if (rc == PROV_E_SYSTEM) /* who asks for what it knows is told */
        return PROV_OK;
    if (rc == PROV_OK)
        rc = find_pinned(run->settings->client_ca, &taking.pinned, &why);
    if (rc == PROV_OK && taking.pinned.count > 0)
        rc = ledger_each_proof(ledger, NULL, take_row, &taking, &why);
    if (rc != PROV_OK)
        rc = prov_fail(err, rc, "the ledger %s: %s", run->settings->ledger, why.text);
    else
        rc = taking.rc;
    phones_release(&taking.pinned);
    ledger_close(ledger);
    fleet_prove(fleet);
    return rc;
}
