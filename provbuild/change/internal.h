/* SPDX-License-Identifier: MIT */
/* What the files of this room share: reading, orders, and the rules of each change. */
#ifndef PROVBUILD_CHANGE_INTERNAL_H
#define PROVBUILD_CHANGE_INTERNAL_H

#include "provbuild/change/model.h"

/* --- certificates.c: what is read for a change */

/* True if both mean one file. */
bool rotation_same_file(const char *recorded, const char *path);
/* True if the file at `path` holds the certificate of which the record has this digest. */
bool rotation_is_certificate(const char *path, const char *recorded);
/* The key at this path is not at hand. */
bool rotation_lacks_key(const char *path);
/* Sets `wanted` as the settings have it, with the paths of the record. */
int rotation_want_settings(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
/* Loads the new certificate, or finds it in a list that was published; with neither, a change that
 * had no effect yet is forgotten. */
int rotation_load_next(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
/* Reads the files that the rules ask for. */
int rotation_look(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
/* A change that this run begins: notes what later runs must know of it. */
int rotation_note_begin(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
void rotation_forget_change(struct rotation *rotation);

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
