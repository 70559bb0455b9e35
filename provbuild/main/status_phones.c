/* SPDX-License-Identifier: MIT */
/* --status: keys that phones may still need, and how far each phone has come. */
#include "provbuild/main/status_phones.h"

#include <stdio.h>
#include <string.h>

static const char *const states[REACH_STATES] = {
    [REACH_READY] = "ready",       [REACH_PROVEN] = "proven", [REACH_FORGOTTEN] = "forgotten",
    [REACH_FOLLOWED] = "followed", [REACH_GIVEN] = "given",   [REACH_SILENT] = "silent"};

/* --- keys */

/* Where the record has the key of who signed the list; NULL if it does not. */
static const char *
key_of(const struct record *record, const struct prov_trustlist *list)
{
    char digest[PROV_HEX_SIZE(LIST_SHA256_LEN)];
    struct prov_hash hash;
    size_t signer = 0;
    if (prov_trustlist_verify(list, NULL, &signer, NULL) != PROV_OK ||
        prov_identity_hash(prov_trustlist_at(list, signer)->certificate, PROV_SHA256, &hash,
                           NULL) != PROV_OK)
        return NULL;
    prov_hex(hash.value, hash.len, digest, sizeof digest);
    for (size_t i = 0; i < record->old_count; i++)
        if (record->old[i].is != NULL && strcmp(record->old[i].is, digest) == 0)
            return record->old[i].path;
    return NULL;
}

static void
print_name(struct cli_report *out, const char *label, const struct reach_signer *signer)
{
    const struct prov_header *header = prov_trustlist_header(signer->list->list);
    char name[PROV_SIGNER_TEXT_MAX];
    cli_report_text(out, label,
                    prov_signer_text(prov_header_find(header, PROV_TAG_ISSUER_NAME),
                                     prov_header_find(header, PROV_TAG_SERIAL_NUMBER), name,
                                     sizeof name));
}

static void
print_old(struct cli_report *out, const struct reach_signer *signer, const char *key,
          const struct fleet *fleet)
{
    char needed[sizeof signer->phones.text + 96] = "no phone; its key may be destroyed";
    if (signer->phones.count > 0)
        snprintf(needed, sizeof needed, "%zu of %zu phones, until they are proven: %s",
                 signer->phones.count, fleet->count, signer->phones.text);
    else if (fleet->open)
        snprintf(needed, sizeof needed,
                 "nobody knows, since XMLDefault.cnf.xml serves phones that are none of the fleet; "
                 "take it out of source once there are none");
    else if (fleet->partial)
        snprintf(needed, sizeof needed, "nobody knows, since phones may be missing from the fleet");
    cli_report_open(out, "old sasts", true);
    print_name(out, "Old SAST", signer);
    if (key != NULL)
        cli_report_text(out, "Key", key);
    cli_report_text(out, "Needed By", needed);
    cli_report_close(out);
}

/* Of older ones, those that are known to be needed still, or to be there. */
static void
print_signers(struct cli_report *out, const struct reach *reach, const struct record *record)
{
    for (size_t i = 0; i < reach->signer_count; i++) {
        if (!reach->signers[i].newest)
            continue;
        cli_report_open(out, "newest sasts", true);
        print_name(out, "Newest SAST", &reach->signers[i]);
        cli_report_close(out);
    }
    for (size_t i = 0; i < reach->signer_count; i++) {
        const struct reach_signer *signer = &reach->signers[i];
        const char *key = signer->newest ? NULL : key_of(record, signer->list->list);
        if (key != NULL || signer->phones.count > 0)
            print_old(out, signer, key, reach->fleet);
    }
}

/* --- phones */

static void
print_counts(struct cli_report *out, const struct fleet *fleet)
{
    static const struct {
        enum reach_state state;
        const char *label;
    } labels[] = {{REACH_READY, "Ready"},         {REACH_PROVEN, "Proven"},
                  {REACH_FORGOTTEN, "Forgotten"}, {REACH_FOLLOWED, "Followed"},
                  {REACH_GIVEN, "Given"},         {REACH_SILENT, "Silent"}};
    size_t counts[REACH_STATES] = {0};
    for (size_t i = 0; i < fleet->count; i++)
        counts[reach_state(&fleet->at[i])]++;
    cli_report_number(out, "Fleet", fleet->count, " phones", NULL);
    for (size_t i = 0; i < REACH_STATES; i++)
        cli_report_number(out, labels[i].label, counts[labels[i].state], "", NULL);
    if (fleet->open)
        cli_report_text(out, "Not Counted", "phones that XMLDefault.cnf.xml serves");
    cli_report_number(out, "Strangers", fleet->phantoms.count, "", NULL);
    if (fleet->phantoms.count > 0)
        cli_report_text(out, "Names Of Strangers", fleet->phantoms.text);
}

/* What it may hold of a kind. */
static void
print_kind(struct cli_report *out, const struct fleet_phone *phone, enum list_kind kind)
{
    static const char *const hows[] = {[PROOF_SEEN] = "as it showed",
                                       [PROOF_SIGNED] = "by its certificate",
                                       [PROOF_FORGOTTEN] = "as --forget takes it to"};
    const struct fleet_proof *proof = &phone->proof[kind];
    char text[256];
    if (phone->may_hold[kind] == 0)
        return;
    if (proof->list != NULL)
        snprintf(text, sizeof text, "holds %s or a later one, %s", proof->list->file,
                 hows[proof->how]);
    else
        snprintf(text, sizeof text, "may hold any of %zu lists%s", phone->may_hold[kind],
                 phone->needs[kind] ? ", and may need a bridge" : "");
    cli_report_text(out, kind == LIST_CTL ? "CTL" : "ITL", text);
}

static void
print_given(struct cli_report *out, const struct fleet_phone *phone, enum list_kind kind)
{
    const struct fleet_given *given = &phone->given[kind];
    const bool ctl = kind == LIST_CTL;
    if (given->first == 0)
        return;
    cli_report_time(out, ctl ? "CTL Given" : "ITL Given", given->first);
    cli_report_number(out, ctl ? "CTL Followed" : "ITL Followed", (uint64_t)given->followed,
                      given->followed == 1 ? " boot" : " boots", NULL);
}

static void
print_phone(struct cli_report *out, const struct fleet_phone *phone)
{
    char name[PHONE_NAME_SIZE];
    phone_name(&phone->phone, name);
    cli_report_open(out, "phones", true);
    cli_report_text(out, "Phone", name);
    cli_report_text(out, "State", states[reach_state(phone)]);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        print_kind(out, phone, kind);
        print_given(out, phone, kind);
    }
    if (phone->seen > 0)
        cli_report_time(out, "Seen", phone->seen);
    cli_report_close(out);
}

void
status_phones(struct cli_report *out, const struct fleet *fleet, const struct reach *reach,
              const struct record *record)
{
    print_signers(out, reach, record);
    print_counts(out, fleet);
    for (size_t i = 0; i < fleet->count; i++)
        print_phone(out, &fleet->at[i]);
}
