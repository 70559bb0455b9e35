/* SPDX-License-Identifier: MIT */
/* Whom the administrator knows to be lost: the ladders that were published with --force, in the
 * file `forced-lists` in the archive. Who may hold an older list that they lead nowhere is told of
 * no more. */
#ifndef PROVBUILD_PUBLISH_KNOWN_LOST_H
#define PROVBUILD_PUBLISH_KNOWN_LOST_H

#include "provbuild/publish/scope.h"

#include "ladder/compare.h"

struct known_rung {
    bool for_one;
    struct prov_mac phone;
    enum list_kind kind;
    uint8_t sha256[LIST_SHA256_LEN];
    int64_t until; /* time of the newest list that its phones could hold by then */
};

struct known_lost {
    size_t count; /* of one ladder the newest last */
    struct known_rung *at;
};

/* A file that is missing or damaged knows nobody: all is told again then. To be released in any
 * case. */
int known_lost_read(const char *archive, struct known_lost *out,
                    struct prov_error *err) PROV_CHECKED;
int known_lost_write(const char *archive, const struct known_lost *known,
                     struct prov_error *err) PROV_CHECKED;
void known_lost_release(struct known_lost *known);

/* These ladders were forced on this phone, or on all (NULL), in the place of those before, when
 * they could hold these lists. */
int known_lost_put(struct known_lost *known, const struct prov_mac *phone,
                   const struct ladder_lists *rungs, const struct ladder_lists *held,
                   struct prov_error *err) PROV_CHECKED;
/* Those that were forced on this phone, else those on all; without rungs if there are none, or one
 * of them is in the archive no more. `*room` is what stands below, to be released, also after a
 * failure. */
int known_lost_ladder(const struct known_lost *known, const struct prov_mac *phone,
                      struct published *published, const struct prov_identity *proof,
                      struct ladder_known *out, struct values *room,
                      struct prov_error *err) PROV_CHECKED;

#endif
