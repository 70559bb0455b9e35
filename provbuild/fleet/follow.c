/* SPDX-License-Identifier: MIT */
/* Whether phones would follow from what they hold to a list, and whom it would lock out. */
#include "provbuild/fleet/follow.h"

#include <stdio.h>
#include <stdlib.h>

struct following {
    const struct fleet *fleet;
    const struct list *list;
    const struct prov_trustlist *given, *next;
    signed char *follows; /* for each list that was published; 0: not asked yet */
    bool generic_follow;  /* from each that was published for all */
};

/* From what was published then to the next; or not to what is given now either. */
static bool
follows_from(const struct following *following, const struct past_list *past)
{
    signed char *answer = &following->follows[past - following->fleet->published->at];
    if (*answer == 0)
        *answer = prov_trustlist_follows(past->list, following->next, NULL) == PROV_OK ||
                          (following->given != NULL &&
                           prov_trustlist_follows(past->list, following->given, NULL) != PROV_OK)
                      ? 1
                      : -1;
    return *answer > 0;
}

/* Counts the readable lists of this name from which phones would not follow. */
static size_t
count_refusing(const struct following *following, const char *name, const char **file)
{
    const struct published *published = following->fleet->published;
    size_t count = 0, end = 0;
    for (size_t i = published_range(published, name, &end); i < end; i++) {
        struct past_list *past = &published->at[i];
        if (past_list_read(past) == NULL || follows_from(following, past) ||
            published_twice(published, past))
            continue;
        count++;
        *file = past->file;
    }
    return count;
}

/* Phones that know nothing yet may hold any list that was ever published under the names that they
 * ask for. */
static bool
follows_unseen(const struct following *following, const struct prov_mac *phone)
{
    char own[LIST_NAME_SIZE];
    const char *file;
    list_name(following->list->wanted->kind, phone, own);
    return following->generic_follow && count_refusing(following, own, &file) == 0;
}

static bool
phone_follows(const struct following *following, const struct fleet_phone *phone)
{
    const struct fleet_held *held = &phone->held[following->list->wanted->kind];
    if (held->unknown)
        return false;
    if (held->list != NULL && !held->elsewhere)
        return follows_from(following, held->list);
    return follows_unseen(following, &phone->phone);
}

bool
fleet_gives(const struct lists *all, const struct list *list, const struct fleet_phone *phone)
{
    if (list->wanted->for_one)
        return phone_same(&list->wanted->phone, &phone->phone);
    const struct list *own = lists_of(all, list->wanted->kind, &phone->phone);
    if (phone->own[list->wanted->kind])
        return false;
    return own == NULL || (own->stands == NULL && own->wanted == NULL);
}

bool
fleet_may_leave(const struct published *published, const struct prov_trustlist *own,
                enum list_kind kind)
{
    char generic[LIST_NAME_SIZE];
    size_t end = 0;
    list_name(kind, NULL, generic);
    for (size_t i = published_range(published, generic, &end); i < end; i++) {
        const struct prov_trustlist *list = past_list_read(&published->at[i]);
        if (list != NULL && prov_trustlist_follows(own, list, NULL) == PROV_OK)
            return true;
    }
    return false;
}

static void
add_phones(const struct following *following, const struct phones *left_out,
           const struct lists *all, struct fleet_locked_out *out)
{
    const struct list *list = following->list;
    for (size_t i = 0; i < following->fleet->count; i++) {
        const struct fleet_phone *phone = &following->fleet->at[i];
        bool counts =
            !phone->forgotten && (list->wanted->for_one || !phones_hold(left_out, &phone->phone));
        if (!counts || !fleet_gives(all, list, phone) || phone_follows(following, phone))
            continue;
        out->unknown += phone->held[list->wanted->kind].unknown;
        fleet_name(&out->phones, &phone->phone);
    }
    fleet_names_end(&out->phones);
}

int
fleet_lock_out(const struct fleet *fleet, const struct phones *left_out, const struct lists *all,
               const struct list *list, const struct prov_trustlist *given,
               const struct prov_trustlist *next, struct fleet_locked_out *out,
               struct prov_error *err)
{
    char generic[LIST_NAME_SIZE];
    const char *file = NULL;
    *out = (struct fleet_locked_out){0};
    struct following following = {.fleet = fleet,
                                  .list = list,
                                  .given = given,
                                  .next = next,
                                  .follows = calloc(fleet->published->count + 1, 1)};
    if (following.follows == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    list_name(list->wanted->kind, NULL, generic);
    size_t refusing = count_refusing(&following, generic, &file);
    following.generic_follow = refusing == 0;
    add_phones(&following, left_out, all, out);
    if (!fleet->ledger) { /* a phone that nobody knows of may hold them, too */
        if (list->wanted->for_one)
            refusing += count_refusing(&following, list->name, &file);
        out->lists = refusing;
        out->file = file;
    }
    free(following.follows);
    return PROV_OK;
}

int
fleet_refuse(const struct fleet *fleet, const struct fleet_locked_out *locked_out,
             struct prov_error *err)
{
    char unknown[128] = "";
    if (locked_out->unknown > 0)
        snprintf(unknown, sizeof unknown,
                 " (%zu of them hold a list that the archive does not know)", locked_out->unknown);
    if (locked_out->unknown > 0 && locked_out->unknown == locked_out->phones.count)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%zu of %zu phones would be locked out, or may be, by what the ledger "
                         "knows: %s%s; put the archive back as it was, leave phones out with "
                         "--forget SEP<MAC>, or give --force and reset them by hand",
                         locked_out->phones.count, fleet->count, locked_out->phones.text, unknown);
    if (locked_out->phones.count > 0 && fleet->ledger)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%zu of %zu phones would be locked out, or may be, by what the ledger "
                         "knows: %s%s; rotate with --rotate-sast, leave phones out with --forget "
                         "SEP<MAC>, or give --force and reset them by hand",
                         locked_out->phones.count, fleet->count, locked_out->phones.text, unknown);
    if (locked_out->phones.count + locked_out->lists == 0)
        return PROV_OK;
    return prov_fail(err, PROV_E_CONTINUITY,
                     "phones that were off may still hold an older list (%zu in the archive, such "
                     "as %s), and would be locked out; without a ledger nobody knows: %zu of %zu "
                     "phones%s%s; keep the signer that they trust, set ledger in section paths and "
                     "rotate with --rotate-sast, or give --force and reset them by hand",
                     locked_out->lists, locked_out->file != NULL ? locked_out->file : "none",
                     locked_out->phones.count, fleet->count,
                     locked_out->phones.count > 0 ? ": " : "", locked_out->phones.text);
}
