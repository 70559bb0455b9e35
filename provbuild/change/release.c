/* SPDX-License-Identifier: MIT */
/* The list that lets phones go to another system. Experimental: that a phone which holds a list
 * without TVS and TFTP records takes any configuration and any new list is the vendor's word
 * (phones.md, section 5), the exact bytes are not: SAST records alone are an assumption. */
#include "provbuild/change/internal.h"

static int
keep_sast_alone(struct settings_list *wanted, struct prov_error *err)
{
    size_t count = 0;
    while (count < wanted->entry_count && wanted->entries[count].role == PROV_ROLE_SAST)
        count++;
    return wanted_set_entries(wanted, wanted->entries, count, err);
}

int
rotation_apply_release(struct rotation *rotation, struct prov_error *err)
{
    struct wanted *wanted = &rotation->wanted;
    const struct record *record = &rotation->record;
    int rc = PROV_OK;
    for (size_t i = 0; i < record->released.count; i++)
        for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++) {
            const struct prov_mac *phone = &record->released.at[i];
            rc = wanted_add_own(wanted, kind, phone, err);
            struct settings_list *own = wanted_find(wanted, kind, phone);
            if (rc == PROV_OK && own != NULL)
                rc = keep_sast_alone(own, err);
        }
    for (size_t i = 0; rc == PROV_OK && record->release_all && i < wanted->list_count; i++)
        rc = keep_sast_alone(&wanted->lists[i], err);
    return rc;
}
