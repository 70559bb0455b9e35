/* SPDX-License-Identifier: MIT */
/* Which phones that are given a list are old ones, or may be. */
#include "provbuild/publish/old_phones.h"

#include "provbuild/source/abilities.h"

/* The one for all is for those without their own. */
static bool
is_given(const struct lists *all, const struct list *list, const struct fleet_phone *phone)
{
    if (list->wanted->for_one)
        return phone_same(&list->wanted->phone, &phone->phone);
    const struct list *own = lists_of(all, list->wanted->kind, &phone->phone);
    return own == NULL || (own->stands == NULL && own->wanted == NULL);
}

void
old_phones_name(const struct run *run, const struct lists *all, const struct list *list,
                struct old_phones *out)
{
    *out = (struct old_phones){.old = {0}};
    for (size_t i = 0; i < run->fleet->count; i++) {
        const struct fleet_phone *phone = &run->fleet->at[i];
        if (phone->left_out || !is_given(all, list, phone))
            continue;
        enum abilities_age age = abilities_age(run, &phone->phone);
        if (age == ABILITIES_OLD)
            fleet_name(&out->old, &phone->phone);
        else if (age == ABILITIES_UNNAMED)
            fleet_name(&out->unnamed, &phone->phone);
    }
    fleet_names_end(&out->old);
    fleet_names_end(&out->unnamed);
}
