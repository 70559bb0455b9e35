/* SPDX-License-Identifier: MIT */
/* Whether a trust list is published, decided over values: what phones hold is taken to be the list
 * in the tree and the newest in the archive, whatever is in doubt about those refuses a new list,
 * and
 * --force is the only way around. */
#ifndef PROVBUILD_PUBLISH_DECIDE_H
#define PROVBUILD_PUBLISH_DECIDE_H

#include "provbuild/fleet/follow.h"
#include "provbuild/lists/draft.h"
#include "provbuild/publish/abilities.h"

/* A list that phones may hold; borrowed. */
struct holding {
    const struct prov_trustlist *list;
    const char *place;
    bool unlisted; /* of a phone that is not given the list at hand as long as its own stands */
};

enum verdict {
    VERDICT_STANDS, /* what stands is as it is wanted */
    VERDICT_AGAIN,  /* the archive has it: phones that took it once have it already */
    VERDICT_NEXT    /* a list that was never published */
};

/* A list that is being decided on. */
struct decision {
    const struct lists *all;
    const struct list *list;
    const struct published *published;
    const struct prov_trustlist *archived; /* the newest there; NULL: none */
    const char *archived_path;
    const struct phones *forced_phones; /* --force SEP<MAC> */
    const struct phones *left_out;      /* --forget, of this run and of those before */
    bool forced;                        /* for this list */
    uint32_t now;
    size_t held_count; /* all lists whose phones are to take the one at hand */
    struct holding *held;
    enum verdict verdict;
    bool renews; /* what stands is published with a later timestamp */
};

/* An old list that cannot be read may differ from what phones hold. PROV_OK only by force. */
int decide_doubt(bool forced, const char *path, const char *why,
                 struct prov_error *err) PROV_CHECKED;
/* Sets `held`. */
int decide_held(struct decision *decision, struct prov_error *err) PROV_CHECKED;
/* Sets the verdict. */
int decide_verdict(struct decision *decision, const struct list_draft *draft,
                   struct prov_error *err) PROV_CHECKED;
/* The timestamp of the next list. With force `warning` says what would have refused it; else it is
 * PROV_OK. */
int decide_time(const struct decision *decision, uint32_t *out, struct prov_error *warning,
                struct prov_error *err) PROV_CHECKED;
/* PROV_E_CONTINUITY if phones would be locked out by `next`. With force `warning` says so.
 * `*place`: what all phones hold that would be; NULL if it is only some. */
int decide_phones(const struct decision *decision, const struct fleet *fleet,
                  const struct prov_trustlist *next, struct prov_error *warning, const char **place,
                  struct prov_error *err) PROV_CHECKED;
/* True if it matters which phones are old ones, that cannot verify `next`. */
bool decide_needs_old(const struct decision *decision, const struct prov_trustlist *next);
/* The same for those that are given it: who is old, and who may be. */
int decide_old(const struct decision *decision, const struct prov_trustlist *next,
               const struct abilities_names *phones, struct prov_error *warning,
               struct prov_error *err) PROV_CHECKED;

#endif
