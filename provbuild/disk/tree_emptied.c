/* SPDX-License-Identifier: MIT */
/* Whether the tree was emptied, by what still stands elsewhere. */
#include "provbuild/disk/tree_emptied.h"

#include "provbuild/disk/compare.h"

#include <stdlib.h>

/* --- decided over values */

/* With the tree and the phones' certificates both gone, nothing is left that says which phones were
 * encrypted; a list that is published again would make it look like a first start. */
static bool
may_lose_encryption(const struct tree_emptied *facts)
{
    return facts->lists_lost && facts->no_certificates;
}

/* Phones hold lists of a tree that is gone, and the archive knows none of them. */
static bool
may_lose_lists(const struct tree_emptied *facts)
{
    return !facts->lists_lost && facts->lists_wanted && facts->secure_filled && !facts->lists_stand;
}

bool
tree_emptied_may_be(const struct tree_emptied *facts)
{
    return may_lose_encryption(facts) || may_lose_lists(facts);
}

int
tree_emptied_decide(const struct tree_emptied *facts, const struct settings *settings,
                    struct prov_error *err)
{
    if (may_lose_encryption(facts) && facts->parts_stand == 0)
        return prov_fail(
            err, PROV_E_CONTINUITY,
            "the tree %s was emptied, and the devices folder %s holds no certificate, so "
            "which phones were encrypted is unknown and nothing is built; see whether both "
            "are mounted, or give --force to begin anew",
            settings->tftpboot, settings->devices);
    if (may_lose_lists(facts) && (facts->parts_stand & (PART_SIGNED | PART_CLEAR)) == PART_CLEAR)
        return prov_fail(
            err, PROV_E_CONTINUITY,
            "the tree %s and the archive %s are empty, though the secure root %s is not, so which "
            "lists phones hold is unknown and nothing is built; see whether both are mounted, or "
            "give --force to begin anew",
            settings->tftpboot, settings->archive != NULL ? settings->archive : "(none)",
            settings->secure);
    return PROV_OK;
}

/* --- looked at */

/* One that cannot be named for want of memory counts as there. */
static unsigned
find_parts(const struct run *run, const struct manifest *manifest)
{
    static const enum output_part each[] = {PART_ENCRYPTED, PART_SIGNED, PART_COPY, PART_CLEAR};
    unsigned stand = 0;
    for (size_t k = 0; k < sizeof each / sizeof each[0]; k++) {
        bool found = each[k] == PART_CLEAR && run->settings->secure == NULL;
        for (size_t i = 0; !found && i < manifest->count; i++) {
            if (!manifest->outputs[i].configuration)
                continue;
            char *path = output_path(&manifest->outputs[i], each[k], run->settings);
            if (path == NULL || stands_at(path, NULL)) {
                stand |= each[k];
                found = true;
            }
            free(path);
        }
    }
    return stand;
}

static bool
any_list(const struct lists *lists)
{
    for (size_t i = 0; i < lists->count; i++)
        if (lists->at[i].stands != NULL || lists->at[i].doubt != NULL)
            return true;
    return false;
}

int
tree_emptied_check(const struct run *run, const struct lists *lists,
                   const struct manifest *manifest, struct prov_error *err)
{
    const struct settings *settings = run->settings;
    struct tree_emptied facts = {
        .lists_lost = lists_lost(lists, run->published, settings->archive != NULL),
        .lists_wanted = run->wanted->list_count > 0,
        .lists_stand = any_list(lists),
        .no_certificates = settings->devices != NULL && manifest->devices.count == 0,
        .secure_filled = settings->secure != NULL && !folder_lacks(settings->secure, "")};
    if (tree_emptied_may_be(&facts))
        facts.parts_stand = find_parts(run, manifest);
    return tree_emptied_decide(&facts, settings, err);
}
