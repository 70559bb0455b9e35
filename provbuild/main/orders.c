/* SPDX-License-Identifier: MIT */
/* Phones that the command line names, and that nobody knows. */
#include "provbuild/main/orders.h"

#include "provbuild/fleet/fleet.h"

/* A list of its own is in the archive. */
static bool
was_given(const struct run *run, const struct prov_mac *phone)
{
    bool given = false;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        char name[LIST_NAME_SIZE];
        list_name(kind, phone, name);
        given = given || published_newest(run->published, name) != NULL;
    }
    return given;
}

static int
check_known(struct run *run, const struct lists *lists, const struct manifest *manifest,
            const struct encrypted_before *encrypted, const struct prov_mac *phone,
            const char *option, struct prov_error *err)
{
    if (encrypted_state_of(encrypted, phone) != ENCRYPTED_NEVER ||
        manifest_configuration(manifest, phone) != NULL ||
        lists_of(lists, LIST_ITL, phone) != NULL || lists_of(lists, LIST_CTL, phone) != NULL)
        return PROV_OK;
    int rc = fleet_know(run, err);
    if (rc == PROV_OK && fleet_find(run->fleet, phone) == NULL && !was_given(run, phone))
        rc = prov_fail(err, PROV_E_ARGUMENT,
                       "%s SEP%s: there is no configuration, no certificate and no list of this "
                       "phone, so nothing was done; look at the name",
                       option, phone->text);
    return rc;
}

static int
check_accepted(const struct manifest *manifest, const struct prov_mac *phone,
               struct prov_error *err)
{
    const struct output *output = manifest_configuration(manifest, phone);
    if (output != NULL && output->device != NULL)
        return PROV_OK;
    return prov_fail(err, PROV_E_ARGUMENT,
                     "--accept-key SEP%s: there is no %s of this phone, so nothing was done; look "
                     "at the name",
                     phone->text,
                     output == NULL ? "configuration in the source folder"
                                    : "certificate in the devices folder");
}

int
orders_check(struct run *run, const struct lists *lists, const struct manifest *manifest,
             const struct encrypted_before *encrypted, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < run->accepted.count && manifest->devices.known; i++)
        rc = check_accepted(manifest, &run->accepted.at[i], err);
    for (size_t i = 0; rc == PROV_OK && i < run->forgotten.count; i++)
        rc = check_known(run, lists, manifest, encrypted, &run->forgotten.at[i], "--forget", err);
    for (size_t i = 0; rc == PROV_OK && i < run->forced.count; i++)
        rc = check_known(run, lists, manifest, encrypted, &run->forced.at[i], "--force", err);
    return rc;
}
