/* SPDX-License-Identifier: MIT */
/* The certificate that signs lists. The newest one takes the place of those of before wherever they
 * sign, and these sign bridges to it. */
#include "provbuild/change/internal.h"

#include <stdlib.h>

static bool
is_old(const struct record *record, const char *path)
{
    for (size_t i = 0; i < record->old_count; i++)
        if (key_is_file(&record->old[i], path))
            return true;
    return false;
}

/* The newest first, then the SAST that is neither, and all else. */
static int
put_newest(const struct record *record, struct settings_list *wanted, struct prov_error *err)
{
    struct settings_entry *entries = calloc(wanted->entry_count + 1, sizeof *entries);
    size_t count = 0;
    if (entries == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    entries[count++] = (struct settings_entry){PROV_ROLE_SAST, record->newest.path};
    for (size_t i = 1; i < wanted->entry_count; i++)
        if (wanted->entries[i].role != PROV_ROLE_SAST ||
            !key_is_file(&record->newest, wanted->entries[i].certificate))
            entries[count++] = wanted->entries[i];
    int rc = wanted_set_entries(wanted, entries, count, err);
    free(entries);
    return rc;
}

/* Without its file no list can be signed. One that is in no list is given up: nothing of it began.
 */
static int
check_newest(struct rotation *rotation, bool *given_up, struct prov_error *err)
{
    struct record *record = &rotation->record;
    const struct run *run = rotation->run;
    struct prov_identity *certificate = key_certificate(record->newest.path), *listed = NULL;
    bool there = certificate != NULL;
    prov_identity_free(certificate);
    *given_up = false;
    if (there)
        return PROV_OK;
    int rc = key_published(&record->newest, run->published, &listed, err);
    *given_up = rc == PROV_OK && listed == NULL && record->newest.is != NULL;
    prov_identity_free(listed);
    if (rc == PROV_OK && !run->status)
        report_warning(run->report, record->newest.path,
                       *given_up ? "the new certificate cannot be read, and no list names it yet: "
                                   "the change is given up"
                                 : "the new certificate cannot be read, so trust lists stay as "
                                   "they are; put it back, or give --rotate-sast with the place "
                                   "where it is now, or with another certificate");
    return rc;
}

static int
apply_newest(struct rotation *rotation, bool *needed, struct prov_error *err)
{
    struct record *record = &rotation->record;
    struct wanted *wanted = &rotation->wanted;
    int rc = PROV_OK;
    *needed = false;
    for (size_t i = 0; rc == PROV_OK && i < wanted->list_count; i++) {
        struct settings_list *list = &wanted->lists[i];
        if (list->entry_count == 0 || !is_old(record, list->entries[0].certificate))
            continue;
        *needed = true;
        rc = put_newest(record, list, err);
    }
    return rc;
}

int
rotation_apply_sast(struct rotation *rotation, struct prov_error *err)
{
    struct record *record = &rotation->record;
    const char *recovery = rotation->run->recovery_key;
    bool given_up = false, needed = true;
    int rc = PROV_OK;
    if (record->newest.path != NULL)
        rc = check_newest(rotation, &given_up, err);
    if (rc == PROV_OK && record->newest.path != NULL && !given_up)
        rc = apply_newest(rotation, &needed, err);
    if (given_up || !needed) /* else the settings name it */
        record_key_clear(&record->newest);
    for (size_t i = 0; rc == PROV_OK && i < record->old_count; i++)
        rc = wanted_add_key(&rotation->wanted, record->old[i].path, err);
    return rc == PROV_OK && recovery != NULL ? wanted_add_key(&rotation->wanted, recovery, err)
                                             : rc;
}
