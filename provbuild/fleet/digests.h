/* SPDX-License-Identifier: MIT */
/* A set of SHA-256 digests of lists. */
#ifndef PROVBUILD_FLEET_DIGESTS_H
#define PROVBUILD_FLEET_DIGESTS_H

#include "provbuild/lists/published.h"

struct digests {
    size_t count, room; /* in ascending order, each once, after digests_sort() */
    uint8_t (*at)[LIST_SHA256_LEN];
};

/* Before they are looked for or written, digests_sort(). */
int digests_add(struct digests *digests, const uint8_t sha256[static LIST_SHA256_LEN],
                struct prov_error *err) PROV_CHECKED;
void digests_sort(struct digests *digests);
bool digests_hold(const struct digests *digests, const uint8_t sha256[static LIST_SHA256_LEN]);
void digests_release(struct digests *digests);

/* As a file of lines, one for each. One that is not there is empty. */
int digests_read(const char *path, struct digests *out, struct prov_error *err) PROV_CHECKED;
/* `comment` says for whoever looks into it what they are. */
int digests_write(const char *path, const char *comment, const struct digests *digests,
                  struct prov_error *err) PROV_CHECKED;

#endif
