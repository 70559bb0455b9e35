/* SPDX-License-Identifier: MIT */
/* Whether a trust list is published: the rules, as functions over values. */
#include "provbuild/publish/decide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what phones hold */

/* No section describes it; it is one phone's, and of this kind. */
static bool
is_unlisted(const struct list *list, enum list_kind kind)
{
    enum list_kind own;
    struct prov_mac phone;
    return list->wanted == NULL && list_phone_of(list->name, &own, &phone) && own == kind;
}

static int
add_held(struct decision *decision, const struct prov_trustlist *list, const char *place,
         bool unlisted, struct prov_error *err)
{
    if (list == NULL)
        return PROV_OK;
    struct holding *at = reallocarray(decision->held, decision->held_count + 1, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    decision->held = at;
    at[decision->held_count++] = (struct holding){list, place, unlisted};
    return PROV_OK;
}

/* With its own list gone, a phone is given the generic one, and may have taken it, or a later one.
 */
static int
add_generic(struct decision *decision, struct prov_error *err)
{
    const struct list *list = decision->list;
    const struct list *generic = lists_generic(decision->all, list->wanted->kind);
    if (list->stands != NULL || generic == NULL || generic->stands == NULL ||
        (decision->archived != NULL &&
         !fleet_may_leave(decision->published, decision->archived, list->wanted->kind)))
        return PROV_OK;
    return add_held(decision, generic->stands, generic->path, false, err);
}

static bool
is_left_out(const struct decision *decision, const char *name)
{
    struct prov_mac phone;
    enum list_kind kind;
    return list_phone_of(name, &kind, &phone) && phones_hold(decision->left_out, &phone);
}

int
decide_held(struct decision *decision, struct prov_error *err)
{
    const struct list *list = decision->list;
    int rc = add_held(decision, list->stands, list->path, false, err);
    if (rc == PROV_OK)
        rc = add_held(decision, decision->archived, decision->archived_path, false, err);
    if (rc == PROV_OK && list->wanted->for_one)
        rc = add_generic(decision, err);
    for (size_t i = 0; rc == PROV_OK && !list->wanted->for_one && i < decision->all->count; i++) {
        const struct list *other = &decision->all->at[i];
        if (is_unlisted(other, list->wanted->kind) && !is_left_out(decision, other->name))
            rc = add_held(decision, other->stands, other->path, true, err);
    }
    return rc;
}

int
decide_doubt(bool forced, const char *path, const char *why, struct prov_error *err)
{
    return forced ? PROV_OK
                  : prov_fail(err, PROV_E_CONTINUITY,
                              "%s cannot be trusted (%s), so whether phones would take a new list "
                              "is unknown; put the right one back, or give --force if no phone "
                              "holds it",
                              path, why);
}

/* --- what is to be done */

static bool
follows_all(const struct decision *decision, const struct prov_trustlist *list, bool unlisted)
{
    for (size_t i = 0; i < decision->held_count; i++)
        if ((unlisted || !decision->held[i].unlisted) &&
            prov_trustlist_follows(decision->held[i].list, list, NULL) != PROV_OK)
            return false;
    return true;
}

/* What a phone is given as long as its own list does not stand: it may hold that instead of the
 * one in the archive. */
static const struct prov_trustlist *
given_instead(const struct decision *decision)
{
    const struct list *list = decision->list;
    const struct list *generic = lists_generic(decision->all, list->wanted->kind);
    return list->wanted->for_one && list->stands == NULL && generic != NULL ? generic->stands
                                                                            : NULL;
}

/* What phones that ask for this list are given without the next one; after the tree was emptied,
 * what they were given. NULL: nothing. */
static const struct prov_trustlist *
given_now(const struct decision *decision)
{
    const struct prov_trustlist *instead = given_instead(decision);
    if (decision->list->stands != NULL)
        return decision->list->stands;
    return instead != NULL ? instead : decision->archived;
}

/* Later than every list that is held. */
static int
later_than_held(const struct decision *decision, int64_t now, uint32_t *out, struct prov_error *err)
{
    const struct prov_trustlist *instead = given_instead(decision);
    int rc = prov_trustlist_next_timestamp(NULL, 0, decision->now, now, out, err);
    for (size_t i = 0; rc == PROV_OK && i < decision->held_count; i++)
        rc = prov_trustlist_next_timestamp(&decision->held[i].list, 1, *out, now, out, err);
    if (rc == PROV_OK && instead != NULL)
        rc = prov_trustlist_next_timestamp(&instead, 1, *out, now, out, err);
    return rc;
}

int
decide_time(const struct decision *decision, uint32_t *out, struct prov_error *warning,
            struct prov_error *err)
{
    *warning = (struct prov_error){.code = PROV_OK};
    int rc = later_than_held(decision, decision->now, out, warning);
    if (rc == PROV_E_CONTINUITY && decision->forced)
        return later_than_held(decision, UINT32_MAX, out, err);
    return rc == PROV_OK ? rc : prov_fail(err, rc, "%s", warning->text);
}

/* A list without a section is left for one with a later timestamp. */
static bool
renewal_helps(const struct decision *decision, const struct list_draft *draft)
{
    const struct prov_trustlist *stands = decision->list->stands;
    struct prov_trustlist *later = NULL;
    uint32_t time = 0;
    bool helps = false;
    if (follows_all(decision, stands, true) ||
        later_than_held(decision, decision->now, &time, NULL) != PROV_OK ||
        list_draft_sign(draft, time, &later, NULL) != PROV_OK)
        return false;
    for (size_t i = 0; !helps && i < decision->held_count; i++)
        helps = prov_trustlist_follows(decision->held[i].list, stands, NULL) != PROV_OK &&
                prov_trustlist_follows(decision->held[i].list, later, NULL) == PROV_OK;
    prov_trustlist_free(later);
    return helps;
}

int
decide_verdict(struct decision *decision, const struct list_draft *draft, struct prov_error *err)
{
    struct prov_trustlist *next = NULL;
    const struct list *list = decision->list;
    const struct prov_trustlist *instead = given_instead(decision);
    int rc = list_draft_sign(draft, decision->now, &next, err);
    if (rc != PROV_OK)
        return rc;
    decision->renews = list->stands != NULL && prov_trustlist_same(list->stands, next);
    bool stands = decision->renews && follows_all(decision, list->stands, false) &&
                  !renewal_helps(decision, draft);
    bool archived = decision->archived != NULL && prov_trustlist_same(decision->archived, next) &&
                    follows_all(decision, decision->archived, list->stands != NULL) &&
                    (instead == NULL || prov_trustlist_timestamp(decision->archived) >
                                            prov_trustlist_timestamp(instead));
    prov_trustlist_free(next);
    decision->verdict = stands ? VERDICT_STANDS : archived ? VERDICT_AGAIN : VERDICT_NEXT;
    return PROV_OK;
}

/* --- whether phones follow */

static int
check_held(const struct decision *decision, const struct prov_trustlist *next,
           struct holding *refuses, struct prov_error *why)
{
    int rc = prov_trustlist_check_limits(next, decision->now, why);
    for (size_t i = 0; rc == PROV_OK && i < decision->held_count; i++) {
        if ((decision->verdict == VERDICT_AGAIN || decision->renews) && decision->held[i].unlisted)
            continue;
        *refuses = decision->held[i];
        rc = prov_trustlist_follows(decision->held[i].list, next, why);
    }
    return rc;
}

static int
refuse_held(const struct decision *decision, const struct fleet *fleet,
            const struct holding *refuses, const struct fleet_locked_out *locked_out,
            const struct prov_error *why, struct prov_error *warning, struct prov_error *err)
{
    char names[512] = "";
    if (locked_out->phones.count > 0)
        snprintf(names, sizeof names, "; %zu of %zu phones: %s", locked_out->phones.count,
                 fleet->count, locked_out->phones.text);
    if (decision->forced) {
        (void)prov_fail(warning, why->code, "%.1000s%s", why->text, names);
        return PROV_OK;
    }
    return prov_fail(
        err, why->code,
        "all phones that hold %s would be locked out: %s%s; or give --force, and "
        "reset each of them by hand%s",
        refuses->place, why->text,
        refuses->unlisted ? "; leave that phone out with --forget SEP<MAC> if it is gone" : "",
        names);
}

int
decide_phones(const struct decision *decision, const struct fleet *fleet,
              const struct prov_trustlist *next, struct prov_error *warning, const char **place,
              struct prov_error *err)
{
    struct fleet_locked_out locked_out = {0};
    struct prov_error why = {.code = PROV_OK};
    struct holding refuses = {.place = decision->list->path};
    const struct prov_trustlist *given =
        decision->verdict == VERDICT_AGAIN ? next : given_now(decision);
    *warning = why;
    bool held = check_held(decision, next, &refuses, &why) == PROV_OK;
    int rc = fleet_lock_out(fleet, decision->forced_phones, decision->all, decision->list, given,
                            next, &locked_out, err);
    *place = held ? NULL : refuses.place;
    if (rc != PROV_OK)
        return rc;
    if (!held)
        return refuse_held(decision, fleet, &refuses, &locked_out, &why, warning, err);
    rc = fleet_refuse(fleet, &locked_out, decision->forced ? warning : err);
    return decision->forced ? PROV_OK : rc;
}

/* Who could not follow what stands either is not helped by keeping it. */
bool
decide_needs_old(const struct decision *decision, const struct prov_trustlist *next)
{
    const struct prov_trustlist *stands = decision->list->stands;
    return abilities_lack_of(next) != NULL && decision->verdict != VERDICT_AGAIN &&
           (stands == NULL || abilities_lack_of(stands) == NULL);
}

int
decide_old(const struct decision *decision, const struct prov_trustlist *next,
           const struct abilities_names *phones, struct prov_error *warning, struct prov_error *err)
{
    const char *lack = abilities_lack_of(next);
    bool old = phones->old.count > 0;
    const struct fleet_names *names = old ? &phones->old : &phones->unnamed;
    if (old && !decision->forced)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%zu phones would be locked out, by the loads of their configurations: "
                         "%s: %s, or give --force and reset them by hand",
                         names->count, names->text, lack);
    if (names->count > 0 && !decision->forced)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%zu phones may be locked out, since their configurations name no load "
                         "and 7900 ones may be meant: %s: %s, name their loads, or give --force",
                         names->count, names->text, lack);
    (void)prov_fail(warning, PROV_E_CONTINUITY, "%s%s%s", lack, names->count > 0 ? ": " : "",
                    names->text);
    return PROV_OK;
}
