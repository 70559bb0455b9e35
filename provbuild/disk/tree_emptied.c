/* SPDX-License-Identifier: MIT */
/* Whether the tree was emptied, by what still stands elsewhere. */
#include "provbuild/disk/tree_emptied.h"

#include "provbuild/disk/compare.h"

#include <stdlib.h>

/* One of these parts (enum output_part) of any phone's configuration. */
static bool
any_stands(const struct run *run, const struct manifest *manifest, unsigned parts)
{
    static const enum output_part each[] = {PART_ENCRYPTED, PART_SIGNED, PART_COPY, PART_CLEAR};
    bool stands = false;
    for (size_t i = 0; !stands && i < manifest->count; i++) {
        const struct output *output = &manifest->outputs[i];
        for (size_t k = 0; output->configuration && !stands && k < sizeof each / sizeof each[0];
             k++) {
            if ((parts & each[k]) == 0 || (each[k] == PART_CLEAR && run->settings->secure == NULL))
                continue;
            char *path = output_path(output, each[k], run->settings);
            stands = path == NULL || stands_at(path, NULL);
            free(path);
        }
    }
    return stands;
}

static bool
any_list(const struct lists *lists)
{
    for (size_t i = 0; i < lists->count; i++)
        if (lists->at[i].stands != NULL || lists->at[i].doubt != NULL)
            return true;
    return false;
}

/* With the tree and the phones' certificates both gone, nothing is left that says which phones were
 * encrypted; a list that is published again would make it look like a first start. */
static bool
lost_encryption(const struct run *run, bool lost, const struct manifest *manifest)
{
    return lost && run->settings->devices != NULL && manifest->devices.count == 0 &&
           !any_stands(run, manifest, PART_ENCRYPTED | PART_SIGNED | PART_COPY | PART_CLEAR);
}

/* Phones hold lists of a tree that is gone, and the archive knows none of them. */
static bool
lost_lists(const struct run *run, bool lost, const struct lists *lists,
           const struct manifest *manifest)
{
    return !lost && run->wanted->list_count > 0 && run->settings->secure != NULL &&
           !folder_lacks(run->settings->secure, "") && !any_list(lists) &&
           !any_stands(run, manifest, PART_SIGNED) && any_stands(run, manifest, PART_CLEAR);
}

int
tree_emptied_check(const struct run *run, const struct lists *lists,
                   const struct manifest *manifest, struct prov_error *err)
{
    const struct settings *settings = run->settings;
    bool lost = lists_lost(lists, run->published, settings->archive != NULL);
    if (lost_encryption(run, lost, manifest))
        return prov_fail(
            err, PROV_E_CONTINUITY,
            "the tree %s was emptied, and the devices folder %s holds no certificate, so "
            "which phones were encrypted is unknown and nothing is built; see whether both "
            "are mounted, or give --force to begin anew",
            settings->tftpboot, settings->devices);
    if (lost_lists(run, lost, lists, manifest))
        return prov_fail(
            err, PROV_E_CONTINUITY,
            "the tree %s and the archive %s are empty, though the secure root %s is not, so which "
            "lists phones hold is unknown and nothing is built; see whether both are mounted, or "
            "give --force to begin anew",
            settings->tftpboot, settings->archive != NULL ? settings->archive : "(none)",
            settings->secure);
    return PROV_OK;
}
