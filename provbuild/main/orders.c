/* SPDX-License-Identifier: MIT */
#include "provbuild/main/orders.h"

#include "provbuild/fleet/fleet.h"

/* A list of its own is in the archive. */
static bool
was_given(const struct run *run, const struct prov_mac *phone)
{
    char itl[LISTS_NAME_SIZE], ctl[LISTS_NAME_SIZE];
    lists_name(false, phone, itl);
    lists_name(true, phone, ctl);
    return history_newest(&run->fleet->history, itl) != NULL ||
           history_newest(&run->fleet->history, ctl) != NULL;
}

static int
check_known(struct run *run, const struct lists *lists, const struct manifest *manifest,
            const struct evidence *evidence, const struct prov_mac *phone, const char *option,
            struct prov_error *err)
{
    if (evidence_of(evidence, phone) != EVIDENCE_NONE ||
        manifest_configuration(manifest, phone) != NULL || lists_of(lists, false, phone) != NULL ||
        lists_of(lists, true, phone) != NULL)
        return PROV_OK;
    int rc = fleet_know(run, err);
    if (rc == PROV_OK && fleet_find(run->fleet, phone) == NULL && !was_given(run, phone))
        rc = prov_fail(err, PROV_E_ARGUMENT,
                       "%s SEP%s: there is no configuration and no list of this phone, and no "
                       "ledger knows it, so nothing was done; look at the name",
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
             const struct evidence *evidence, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < run->accepted.count && manifest->devices.known; i++)
        rc = check_accepted(manifest, &run->accepted.at[i], err);
    for (size_t i = 0; rc == PROV_OK && i < run->forgotten.count; i++)
        rc = check_known(run, lists, manifest, evidence, &run->forgotten.at[i], "--forget", err);
    for (size_t i = 0; rc == PROV_OK && i < run->forced.count; i++)
        rc = check_known(run, lists, manifest, evidence, &run->forced.at[i], "--force", err);
    return rc;
}
