/* SPDX-License-Identifier: MIT */
/* --status: keys that phones may still need, and how far each phone has come. */
#include "provbuild/main/status_phones.h"

#include <stdio.h>

static const char *const states[REACH_STATES] = {
    [REACH_READY] = "ready",       [REACH_PROVEN] = "proven", [REACH_FORGOTTEN] = "forgotten",
    [REACH_FOLLOWED] = "followed", [REACH_GIVEN] = "given",   [REACH_SILENT] = "silent"};

/* --- keys */

static void
print_signer(struct cli_report *out, const struct reach_signer *signer, size_t phones)
{
    const struct prov_header *header = prov_trustlist_header(signer->list->list);
    char name[PROV_SIGNER_TEXT_MAX], needed[sizeof signer->phones.text + 64];
    prov_signer_text(prov_header_find(header, PROV_TAG_ISSUER_NAME),
                     prov_header_find(header, PROV_TAG_SERIAL_NUMBER), name, sizeof name);
    if (signer->newest) {
        cli_report_open(out, "newest sasts", true);
        cli_report_text(out, "Newest SAST", name);
    } else {
        snprintf(needed, sizeof needed, "%zu of %zu phones: %s", signer->phones.count, phones,
                 signer->phones.text);
        cli_report_open(out, "old sasts", true);
        cli_report_text(out, "Old SAST", name);
        cli_report_text(out, "Needed By",
                        signer->phones.count > 0 ? needed : "no phone; its key may be destroyed");
    }
    cli_report_close(out);
}

static void
print_signers(struct cli_report *out, const struct reach *reach, size_t phones)
{
    for (size_t i = 0; i < reach->signer_count; i++)
        if (reach->signers[i].newest)
            print_signer(out, &reach->signers[i], phones);
    for (size_t i = 0; i < reach->signer_count; i++)
        if (!reach->signers[i].newest)
            print_signer(out, &reach->signers[i], phones);
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
    cli_report_number(out, "Phones", fleet->count, "", NULL);
    for (size_t i = 0; i < REACH_STATES; i++)
        cli_report_number(out, labels[i].label, counts[labels[i].state], "", NULL);
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
status_phones(struct cli_report *out, const struct fleet *fleet, const struct reach *reach)
{
    print_signers(out, reach, fleet->count);
    print_counts(out, fleet);
    for (size_t i = 0; i < fleet->count; i++)
        print_phone(out, &fleet->at[i]);
}
