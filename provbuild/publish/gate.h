/* SPDX-License-Identifier: MIT */
/* The gate that every trust list passes on its way to the tree, whoever made it. It is judged with
 * the lists of the other kind that its phones are given beside it, what stands is kept, then the
 * list itself, and only then can phones see it. */
#ifndef PROVBUILD_PUBLISH_GATE_H
#define PROVBUILD_PUBLISH_GATE_H

#include "provbuild/fleet/fleet.h"
#include "provbuild/lists/draft.h"

/* A list in front of the gate. All of it is borrowed. */
struct gate {
    const struct lists *all;
    const char *name; /* in whose place it comes; what stands there is in `all` */
    const struct prov_trustlist *next;
    size_t held_count; /* lists of this kind that its phones may hold besides what stands */
    const struct prov_trustlist *const *held;
    /* What the same run publishes next in the place of the list of the other kind that the phone,
     * or those without lists of their own, are given; NULL: that stays. */
    const struct prov_trustlist *beside;
    bool released; /* it is meant to name no certificate for files */
};

/* PROV_E_CONTINUITY if phones that hold what stands, or nothing, could not come to hold the list
 * together with that of the other kind; if it takes the certificates for files away from phones
 * that had one; or if its recovery certificate is one that no phone verifies. What stands already
 * is no worse for being replaced by the like. Says how many phones of `fleet` are given it. */
int gate_judge(const struct gate *gate, const struct fleet *fleet,
               struct prov_error *err) PROV_CHECKED;

/* What stands and the list go to the archive, the inventory beside the tree follows where `draft`
 * (may be NULL) says who signs it, its phones are noted for a restart, and then it is written where
 * phones fetch it. */
int gate_publish(const struct run *run, const struct gate *gate, const struct list_draft *draft,
                 struct prov_error *err) PROV_CHECKED;

/* The same for a list that was published before and that its phones need again: what the gate finds
 * wrong with it is only told, since they hold it all the same. */
int gate_put_back(const struct run *run, const struct gate *gate,
                  struct prov_error *err) PROV_CHECKED;

#endif
