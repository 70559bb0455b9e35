/* SPDX-License-Identifier: MIT */
/* The list that lets phones go to another system. Experimental: that a phone which holds a list
 * without TVS and TFTP records takes any configuration and any new list is the vendor's word
 * (phones.md, section 5), the exact bytes are not: SAST records alone are an assumption. */
#include "provbuild/change/rotation.h"
#include "provbuild/lists/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
keep_sast_alone(struct settings_list *wanted, struct prov_error *err)
{
    size_t count = 0;
    while (count < wanted->entry_count && wanted->entries[count].role == PROV_ROLE_SAST)
        count++;
    struct settings_entry *entries = calloc(count + 1, sizeof *entries);
    if (entries == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++)
        entries[i] = wanted->entries[i];
    int rc = rotation_set_entries(wanted, entries, count, err);
    free(entries);
    return rc;
}

static struct settings_list *
find(struct settings_build *build, bool ctl, const struct prov_mac *phone)
{
    for (size_t i = 0; i < build->list_count; i++) {
        struct settings_list *list = &build->lists[i];
        if (list->ctl == ctl && list->for_one == (phone != NULL) &&
            (phone == NULL || phones_hold(&(struct phones){1, &list->phone}, phone)))
            return list;
    }
    return NULL;
}

/* A list of this phone's own, as the one for all. */
static int
add_own(struct settings_build *build, bool ctl, const struct prov_mac *phone,
        struct prov_error *err)
{
    const struct settings_list *generic = find(build, ctl, NULL);
    if (generic == NULL || find(build, ctl, phone) != NULL)
        return PROV_OK;
    struct settings_list copy = *generic;
    copy.for_one = true;
    copy.phone = *phone;
    copy.entries = NULL;
    copy.entry_count = 0;
    struct settings_list *lists = calloc(build->list_count + 1, sizeof *lists);
    if (lists == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = rotation_set_entries(&copy, generic->entries, generic->entry_count, err);
    if (rc != PROV_OK) {
        free(lists);
        return rc;
    }
    memcpy(lists, build->lists, build->list_count * sizeof *lists);
    free(build->lists);
    build->lists = lists;
    lists[build->list_count++] = copy;
    return PROV_OK;
}

int
rotation_apply_release(struct rotation *rotation, struct prov_error *err)
{
    struct settings_build *build = &rotation->settings->build;
    const struct record *record = &rotation->record;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < record->released.count; i++) {
        struct prov_mac phone;
        for (int ctl = 0; rc == PROV_OK && ctl < 2; ctl++) {
            if (!prov_mac_of_file(record->released.at[i], "", "", &phone))
                continue;
            rc = add_own(build, ctl == 1, &phone, err);
            struct settings_list *own = find(build, ctl == 1, &phone);
            if (rc == PROV_OK && own != NULL)
                rc = keep_sast_alone(own, err);
        }
    }
    for (size_t i = 0; rc == PROV_OK && record->release_all && i < build->list_count; i++)
        rc = keep_sast_alone(&build->lists[i], err);
    return rc;
}

/* --- taking phones back */

/* A phone that holds the list of its own takes the one for all now; in a plan, once that is
 * published. */
static bool
follows_generic(const struct rotation *rotation, const char *own)
{
    const char *folder = rotation->settings->tftpboot;
    struct prov_trustlist *held = NULL, *next = NULL;
    char *own_path = run_path(folder, own, "");
    char *generic = run_path(folder, own[0] == 'C' ? "CTLFile.tlv" : "ITLFile.tlv", "");
    bool follows = own_path != NULL && generic != NULL &&
                   archive_read_list(own_path, &held, NULL) == PROV_OK &&
                   archive_read_list(generic, &next, NULL) == PROV_OK &&
                   (rotation->run->dry_run || prov_trustlist_follows(held, next, NULL) == PROV_OK);
    prov_trustlist_free(held);
    prov_trustlist_free(next);
    free(own_path);
    free(generic);
    return follows;
}

static bool
is_gone(const struct rotation *rotation, const char *own)
{
    char *path = run_path(rotation->settings->tftpboot, own, "");
    bool gone = path != NULL && access(path, F_OK) != 0 && errno == ENOENT;
    free(path);
    return gone;
}

/* The one for all was published anew, later than theirs. */
int
rotation_end_release(struct rotation *rotation, struct prov_error *err)
{
    struct record_names *names = &rotation->record.taken_back;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < names->count;) {
        bool gone = is_gone(rotation, names->at[i]);
        if (!gone && !follows_generic(rotation, names->at[i])) {
            i++;
            continue;
        }
        if (!gone)
            rc = rotation_remove_own(rotation, names->at[i],
                                     "the phone is taken back; it gets the list for all", err);
        if (rc == PROV_OK)
            record_drop(names, names->at[i]);
    }
    return rc;
}
