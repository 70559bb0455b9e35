/* SPDX-License-Identifier: MIT */
/* What the command line asks for, put into the record of what is under way. */
#include "provbuild/change/internal.h"

#include <stdlib.h>

/* It can sign; whether it is valid today is asked of a new one alone: bridges are signed by an old
 * one that has run out, too. */
static int
check_key(const struct rotation *rotation, const char *path, bool of_today, struct prov_error *err)
{
    struct prov_identity *next =
        cli_identity(&rotation->run->common, path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY);
    struct prov_signing how = {.signer = next, .digest = PROV_SHA1};
    if (next == NULL)
        return prov_fail(err, PROV_E_UNFIT, "no change without the certificate and its key");
    int rc = prov_signing_check(&how, err);
    if (rc == PROV_OK && prov_identity_key_bits(next) > PROV_SIGNER_KEY_MAX)
        rc = prov_fail(err, PROV_E_UNFIT, "%s: many phones refuse keys over %d bits", path,
                       PROV_SIGNER_KEY_MAX);
    if (rc == PROV_OK && of_today && rotation->run->now > prov_identity_not_after(next))
        rc = prov_fail(err, PROV_E_UNFIT, "%s: it has expired", path);
    if (rc == PROV_OK && rotation->run->now < prov_identity_not_before(next))
        rc = prov_fail(err, PROV_E_UNFIT, "%s: it is not valid yet; is the clock right?", path);
    prov_identity_free(next);
    return rc;
}

static int
is_there_already(const char *path, const char *hint, struct prov_error *err)
{
    return prov_fail(err, PROV_E_ARGUMENT,
                     "%s is what the settings have already; leave them as they are and name "
                     "another file%s",
                     path, hint);
}

/* --- the SAST */

/* The section of the list for all that signs, ITL before CTL; NULL without one. */
static const struct settings_list *
find_list(const struct settings_build *build)
{
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        for (size_t i = 0; i < build->list_count; i++)
            if (build->lists[i].kind == kind && !build->lists[i].for_one &&
                build->lists[i].entry_count > 0)
                return &build->lists[i];
    return NULL;
}

/* The recovery key signs one bridge, so its certificate may not stand in the newest list: who holds
 * that would take the bridge again. */
static int
check_recovery(const struct rotation *rotation, const struct settings_list *list,
               struct prov_error *err)
{
    const struct run *run = rotation->run;
    struct record_key key = {NULL, NULL};
    if (run->recovery_key == NULL || run->new_recovery != NULL || rotation->record.recovery != NULL)
        return PROV_OK;
    int rc = key_of_file(run->recovery_key, &key, err);
    for (size_t i = 1; rc == PROV_OK && i < list->entry_count; i++)
        if (list->entries[i].role == PROV_ROLE_SAST &&
            key_is_file(&key, list->entries[i].certificate))
            rc = prov_fail(err, PROV_E_CONTINUITY,
                           "the recovery key signs the list that leads phones on, so the newest "
                           "list must name another recovery certificate, or phones would go back "
                           "and forth: make one with --new-recovery FILE in the same run, or name "
                           "another second sast in the settings");
    record_key_clear(&key);
    return rc;
}

static int
check_old_key(const struct rotation *rotation, const struct record_key *old, struct prov_error *err)
{
    const struct run *run = rotation->run;
    if (run->recovery_key != NULL || run_forces_all(run) || !key_is_lost(old->path))
        return PROV_OK;
    return prov_fail(err, PROV_E_CONTINUITY,
                     "the key of %s is not at hand, and without it no phone can be led to a list "
                     "of another signer: put it back, or, if it is lost, give --recovery-key FILE "
                     "and --new-recovery FILE with --rotate-sast",
                     old->path);
}

/* Whoever holds a list that names it takes what it signs. */
static int
check_listed(const struct rotation *rotation, const struct record_key *key, struct prov_error *err)
{
    struct prov_identity *listed = NULL;
    int rc = key_published(key, rotation->run->published, &listed, err);
    bool is = listed != NULL;
    prov_identity_free(listed);
    if (rc != PROV_OK || is)
        return rc;
    return prov_fail(
        err, PROV_E_ARGUMENT,
        "%s: no list that was ever published names this certificate, so no phone would "
        "take what it signs; look at the file",
        key->path);
}

static bool
signs_newest(const struct rotation *rotation, const char *path, const struct record_key *key)
{
    const struct settings_list *list = find_list(&rotation->run->settings->build);
    if (rotation->record.newest.path != NULL)
        return key_is_file(&rotation->record.newest, path);
    return list != NULL && key_is_file(key, list->entries[0].certificate);
}

/* Where its key lies was forgotten, with the record of what is under way. */
static int
order_old_sast(struct rotation *rotation, const char *path, struct prov_error *err)
{
    struct record_key key = {NULL, NULL};
    int rc = check_key(rotation, path, false, err);
    if (rc == PROV_OK)
        rc = key_of_file(path, &key, err);
    if (rc == PROV_OK && signs_newest(rotation, path, &key))
        rc = prov_fail(err, PROV_E_ARGUMENT, "%s signs the newest lists, and is no older SAST",
                       path);
    if (rc == PROV_OK)
        rc = check_listed(rotation, &key, err);
    if (rc == PROV_OK)
        return record_add_old(&rotation->record, key, err);
    record_key_clear(&key);
    return rc;
}

/* Who signs now becomes one of those of before; unless it is the new one, in another place. */
static int
change_sast(struct rotation *rotation, struct record_key old, const char *path,
            struct prov_error *err)
{
    struct record *record = &rotation->record;
    for (size_t i = 0; i < record->old_count; i++)
        if (key_is_file(&record->old[i], path))
            record_drop_old(record, i--);
    int rc = record_add_old(record, old, err);
    return rc == PROV_OK ? key_of_file(path, &record->newest, err) : rc;
}

static int
order_sast(struct rotation *rotation, const char *path, struct prov_error *err)
{
    struct record *record = &rotation->record;
    const struct settings_list *list = find_list(&rotation->run->settings->build);
    struct record_key old = {NULL, NULL};
    if (list == NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "the settings name no certificate to change");
    int rc = check_key(rotation, path, true, err);
    if (rc == PROV_OK)
        rc = check_recovery(rotation, list, err);
    if (rc != PROV_OK)
        return rc;
    rotation->ordered = true;
    if (record->newest.path != NULL && key_is_file(&record->newest, path))
        return key_of_file(path, &record->newest, err); /* it may lie elsewhere now */
    if (record->newest.path != NULL) {
        old = record->newest;
        record->newest = (struct record_key){NULL, NULL};
    } else {
        rc = key_of_file(list->entries[0].certificate, &old, err);
    }
    if (rc == PROV_OK && key_is_file(&old, path))
        rc = is_there_already(path,
                              ", or, if only the key of an older SAST is to sign bridges again, "
                              "give --old-sast with that one",
                              err);
    if (rc == PROV_OK)
        rc = check_old_key(rotation, &old, err);
    if (rc == PROV_OK)
        return change_sast(rotation, old, path, err);
    record_key_clear(&old);
    return rc;
}

/* --- the signer of files */

static int
begin_signer(struct rotation *rotation, const char *path, struct prov_error *err)
{
    struct record *record = &rotation->record;
    const struct settings_build *build = &rotation->run->settings->build;
    const char *old = build->sign_count > 0 ? build->signs[0].certificate : NULL;
    if (old == NULL || build->list_count == 0)
        return prov_fail(err, PROV_E_ARGUMENT, "the settings name no certificate to change");
    int rc = check_key(rotation, path, true, err);
    if (rc == PROV_OK)
        rc = key_of_file(old, &record->from, err);
    if (rc == PROV_OK)
        rc = key_of_file(path, &record->to, err);
    if (rc == PROV_OK && key_is_path(&record->from, record->to.path))
        rc = is_there_already(path, "", err);
    return rc;
}

static void
forget_signer(struct record *record)
{
    record_key_clear(&record->from);
    record_key_clear(&record->to);
    record->signs = record->all_signed = false;
}

static int
order_signer(struct rotation *rotation, const char *path, struct prov_error *err)
{
    struct record *record = &rotation->record;
    if (record->from.path == NULL) {
        rotation->ordered = true;
        return begin_signer(rotation, path, err);
    }
    if (key_is_file(&record->to, path))
        return key_of_file(path, &record->to, err);
    if (!key_is_file(&record->from, path))
        return prov_fail(err, PROV_E_CONTINUITY,
                         "another change, to %s, is under way; see --status, and finish it first",
                         record->to.path);
    if (record->signs)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%s cannot take the place of %s again: files are signed by that one; put "
                         "%s back if it is lost, and go on",
                         record->from.path, record->to.path, record->to.path);
    forget_signer(record);
    return PROV_OK;
}

/* --- the recovery key */

static int
order_recovery(struct rotation *rotation, struct prov_error *err)
{
    const struct run *run = rotation->run;
    char *certificate = NULL;
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
    report_change(run->report, REPORT_WROTE, run->new_recovery, "recovery key",
                  "take it off this machine, and keep two encrypted copies");
    return PROV_OK;
}

/* --- letting phones go */

static int
order_release(struct rotation *rotation, struct prov_error *err)
{
    const struct run *run = rotation->run;
    if (run->all_phones)
        rotation->record.release_all = true;
    int rc = phones_add_all(&rotation->record.released, &run->released, err);
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
    int rc = PROV_OK;
    if (run->old_sast != NULL)
        rc = order_old_sast(rotation, run->old_sast, err);
    if (rc == PROV_OK && run->rotate_sast != NULL)
        rc = order_sast(rotation, run->rotate_sast, err);
    if (rc == PROV_OK && run->rotate_signer != NULL)
        rc = order_signer(rotation, run->rotate_signer, err);
    if (rc == PROV_OK && run->new_recovery != NULL)
        rc = order_recovery(rotation, err);
    if (rc == PROV_OK && run->take_back)
        rc = order_take_back(rotation, err);
    return rc == PROV_OK && run->release ? order_release(rotation, err) : rc;
}
