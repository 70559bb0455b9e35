/* SPDX-License-Identifier: MIT */
/* What the command line asks for, put into the record of what is under way. */
#include "provbuild/change/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
check_new(const struct rotation *rotation, const char *path, struct prov_error *err)
{
    struct prov_identity *next =
        cli_identity(&rotation->run->common, path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY);
    struct prov_signing how = {.signer = next, .digest = PROV_SHA1};
    if (next == NULL)
        return prov_fail(err, PROV_E_UNFIT, "no change without the new certificate and its key");
    int rc = prov_signing_check(&how, err);
    if (rc == PROV_OK && prov_identity_key_bits(next) > PROV_SIGNER_KEY_MAX)
        rc = prov_fail(err, PROV_E_UNFIT, "%s: many phones refuse keys over %d bits", path,
                       PROV_SIGNER_KEY_MAX);
    if (rc == PROV_OK && rotation->run->now > prov_identity_not_after(next))
        rc = prov_fail(err, PROV_E_UNFIT, "%s: it has expired", path);
    if (rc == PROV_OK && rotation->run->now < prov_identity_not_before(next))
        rc = prov_fail(err, PROV_E_UNFIT, "%s: it is not valid yet; is the clock right?", path);
    prov_identity_free(next);
    return rc;
}

/* What the settings have now in the place that is to change; NULL if nothing. */
static const char *
find_old(const struct settings_build *build, enum record_change change)
{
    if (change == RECORD_SIGNER)
        return build->sign_count > 0 ? build->signs[0].certificate : NULL;
    for (size_t i = 0; i < build->list_count; i++)
        if (!build->lists[i].for_one && build->lists[i].entry_count > 0)
            return build->lists[i].entries[0].certificate;
    return NULL;
}

static int
set_paths(struct record *record, const char *from, const char *to, struct prov_error *err)
{
    record->from = run_real_path(from);
    record->to = run_real_path(to);
    if (record->from == NULL || record->to == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (strchr(record->from, '\n') != NULL || strchr(record->to, '\n') != NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "a path with a line break; choose another name");
    if (strcmp(record->from, record->to) == 0)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "%s is what the settings have already; leave them as they are and name "
                         "another file",
                         to);
    return PROV_OK;
}

/* Nothing that phones trust has changed hands yet. */
static bool
may_go_back(const struct rotation *rotation)
{
    const struct published *published = rotation->run->published;
    if (rotation->record.change == RECORD_SIGNER)
        return !rotation->record.signs;
    for (size_t i = 0; i < published->count; i++) {
        const struct prov_trustlist *list = past_list_read(&published->at[i]);
        if (list != NULL && rotation_stage(rotation, list) == STAGE_NEW)
            return false;
    }
    return !rotation->record.via_recovery && !record_owns(&rotation->record);
}

static int
go_back(struct rotation *rotation, struct prov_error *err)
{
    if (!may_go_back(rotation))
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%s cannot take the place of %s again: phones hold what that one signed, "
                         "or the recovery key; put %s back if it is lost, and go on",
                         rotation->record.from, rotation->record.to, rotation->record.to);
    rotation_forget_change(rotation);
    return PROV_OK;
}

/* The file of the new certificate lies elsewhere now. */
static int
move_new(struct rotation *rotation, const char *path, struct prov_error *err)
{
    char *absolute = run_real_path(path);
    if (absolute == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    free(rotation->record.to);
    rotation->record.to = absolute;
    rotation->lost = false;
    return PROV_OK;
}

/* An order for a change of the kind that is under way. False if it is another change. */
static bool
take_same(struct rotation *rotation, const char *path, int *rc, struct prov_error *err)
{
    struct record *record = &rotation->record;
    *rc = PROV_OK;
    if (rotation_same_file(record->to, path)) {
        rotation->begun = true; /* a run that was killed may have published nothing of it yet */
        return true;
    }
    if (rotation_same_file(record->from, path) || rotation_is_certificate(path, record->from_is))
        *rc = go_back(rotation, err);
    else if (rotation_is_certificate(path, record->to_is))
        *rc = move_new(rotation, path, err);
    else
        return false;
    return true;
}

static int
check_ledger(const char *path, struct prov_error *err)
{
    if (access(path, R_OK) == 0)
        return PROV_OK;
    int sys = errno;
    int rc = prov_fail(err, PROV_E_SYSTEM,
                       "which phones are ready for the next step only the ledger knows, and %s "
                       "cannot be read: %s; does provd run, with this ledger?",
                       path, strerror(sys));
    err->sys = sys;
    return rc;
}

static int
begin(struct rotation *rotation, enum record_change change, const char *path,
      struct prov_error *err)
{
    struct record *record = &rotation->record;
    const struct settings *settings = rotation->run->settings;
    const char *old = find_old(&settings->build, change);
    if (settings->ledger == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "which phones are ready for the next step only the ledger knows; set "
                         "ledger in section paths");
    int rc = PROV_OK;
    if (record->change == change && take_same(rotation, path, &rc, err))
        return rc;
    if (record->change != RECORD_NONE)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "another change, to %s, is under way; see --status, and finish it first",
                         record->to);
    if (record->released.count > 0 || record->release_all ||
        record->taken_back[LIST_ITL].count + record->taken_back[LIST_CTL].count > 0 ||
        record->recovery != NULL)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "another change of the list is under way; see --status, and finish it "
                         "first");
    if (old == NULL || settings->build.list_count == 0)
        return prov_fail(err, PROV_E_ARGUMENT, "the settings name no certificate to change");
    rc = check_new(rotation, path, err);
    if (rc == PROV_OK)
        rc = set_paths(record, old, path, err);
    if (rc == PROV_OK)
        rc = check_ledger(settings->ledger, err);
    if (rc != PROV_OK)
        return rc;
    record->change = change;
    record->via_recovery = change == RECORD_SAST && rotation_lacks_key(old);
    rotation->begun = true;
    return PROV_OK;
}

static int
order_recovery(struct rotation *rotation, struct prov_error *err)
{
    const struct run *run = rotation->run;
    char *certificate = NULL;
    if (rotation->record.change != RECORD_NONE)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "a change to %s is under way; see --status, and finish it first",
                         rotation->record.to);
    int rc = run->dry_run ? prov_fail(err, PROV_E_ARGUMENT,
                                      "--new-recovery makes a key; it cannot "
                                      "be tried with --dry-run")
                          : recovery_make(run, run->new_recovery, &certificate, err);
    if (rc != PROV_OK) {
        free(certificate);
        return rc;
    }
    free(rotation->record.recovery);
    rotation->record.recovery = certificate;
    rotation->begun = true;
    report_change(run->report, REPORT_WROTE, run->new_recovery, "recovery key",
                  "take it off this machine, and keep two encrypted copies");
    return PROV_OK;
}

static int
order_release(struct rotation *rotation, struct prov_error *err)
{
    const struct run *run = rotation->run;
    int rc = PROV_OK;
    if (rotation->record.change != RECORD_NONE)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "a change to %s is under way; see --status, and finish it first",
                         rotation->record.to);
    if (run->all_phones)
        rotation->record.release_all = true;
    rc = phones_add_all(&rotation->record.released, &run->released, err);
    report_warning(run->report, NULL,
                   "--release is experimental: it publishes lists of SAST records alone, which "
                   "make phones take any configuration and any new list, as far as is known; once "
                   "a phone holds one it asks for files without signature, which stand here for no "
                   "phone: it does not come up from this tree before --take-back, or before the "
                   "other system answers");
    return rc;
}

/* The list of its own, with which it was released, goes once the one for all is newer. */
static int
take_back(struct rotation *rotation, const struct prov_mac *phone, struct prov_error *err)
{
    struct prov_mac released = *phone;
    int rc = PROV_OK;
    for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++)
        if (wanted_takes_generic(&rotation->wanted, kind, &released))
            rc = phones_add(&rotation->record.taken_back[kind], &released, err);
    (void)phones_drop(&rotation->record.released, &released);
    return rc;
}

static int
order_take_back(struct rotation *rotation, struct prov_error *err)
{
    const struct run *run = rotation->run;
    struct phones *released = &rotation->record.released;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < run->released.count; i++) {
        const struct prov_mac *phone = &run->released.at[i];
        if (rotation->record.release_all)
            rc = prov_fail(err, PROV_E_ARGUMENT,
                           "all phones are released, and are taken back together: give "
                           "--take-back --force");
        else if (!phones_hold(released, phone))
            rc =
                prov_fail(err, PROV_E_ARGUMENT, "SEP%s is not released; see --status", phone->text);
        else
            rc = take_back(rotation, phone, err);
    }
    while (rc == PROV_OK && run->all_phones && released->count > 0)
        rc = take_back(rotation, &released->at[0], err);
    if (run->all_phones)
        rotation->record.release_all = false;
    return rc;
}

int
rotation_take_orders(struct rotation *rotation, struct prov_error *err)
{
    const struct run *run = rotation->run;
    if (run->rotate_sast != NULL)
        return begin(rotation, RECORD_SAST, run->rotate_sast, err);
    if (run->rotate_signer != NULL)
        return begin(rotation, RECORD_SIGNER, run->rotate_signer, err);
    if (run->new_recovery != NULL)
        return order_recovery(rotation, err);
    if (run->take_back)
        return order_take_back(rotation, err);
    return run->release ? order_release(rotation, err) : PROV_OK;
}
