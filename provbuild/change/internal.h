/* SPDX-License-Identifier: MIT */
/* What the files of this room share: certificates by their digests, orders, and the rules of each
 * change. */
#ifndef PROVBUILD_CHANGE_INTERNAL_H
#define PROVBUILD_CHANGE_INTERNAL_H

#include "provbuild/change/rotation.h"

/* --- keys.c: certificates, wherever they lie */

/* True if both are one path of the record; NULL is none. */
bool key_is_path(const struct record_key *key, const char *path);
/* True if the file is the key's, or holds its certificate. */
bool key_is_file(const struct record_key *key, const char *path);
bool key_is_certificate(const struct record_key *key, const struct prov_identity *certificate);
/* NULL if there is none that can be read; nothing is said. */
struct prov_identity *key_certificate(const char *path);
/* The key at this path is not at hand. */
bool key_is_lost(const char *path);
/* The absolute path and the digest of a file that may be missing. */
int key_of_file(const char *path, struct record_key *out, struct prov_error *err) PROV_CHECKED;
/* Its certificate stands in a list that was published. NULL: in none. To be freed. */
int key_published(const struct record_key *key, const struct published *published,
                  struct prov_identity **out, struct prov_error *err) PROV_CHECKED;

/* --- orders.c: what the command line asks for */

int rotation_take_orders(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;

/* --- recovery.c */

/* Makes the recovery key and its certificate in `path`, which is to be taken off the machine, and
 * the certificate alone in `*certificate` (PATH.crt), to be freed. Replaces nothing. */
int recovery_make(const struct run *run, const char *path, char **certificate,
                  struct prov_error *err) PROV_CHECKED;

/* --- the rules: each alters what is wanted */

int rotation_apply_sast(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
int rotation_apply_signer(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
int rotation_apply_recovery(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
int rotation_apply_release(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;

#endif
