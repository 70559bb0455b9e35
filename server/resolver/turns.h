/* SPDX-License-Identifier: MIT */
/* Trust lists that are given in turns: which of a ladder's rungs a name is given now. What is
 * remembered of a name only shifts the odds; a name that is made up costs nothing and changes
 * nothing for others but these. All functions may be called from any thread. */
#ifndef SERVER_RESOLVER_TURNS_H
#define SERVER_RESOLVER_TURNS_H

#include <prov/error.h>

#include "ladder/rungs.h"

#include <stdbool.h>
#include <stdint.h>

#define TURNS_PATH_SIZE (sizeof LADDER_FOLDER + LADDER_FILE_SIZE) /* of a rung, below the root */

struct turns;

/* Draws its own secret. PROV_E_CRYPTO without random numbers, PROV_E_MEMORY. */
int turns_new(struct turns **out, struct prov_error *err) PROV_CHECKED;
void turns_free(struct turns *turns);

/* Reads the table below the root again where it changed. One that is not there gives no turns; one
 * that cannot be read leaves the old one in use, with PROV_E_… and a sentence, each time until
 * another one stands there. */
int turns_refresh(struct turns *turns, int root, struct prov_error *err) PROV_CHECKED;

/* The file, below the root, that is given for the list `name` now; false if it is not given in
 * turns. `who` is the phone that the request names ("SEP<MAC>"), or the list's own name. */
bool turns_draw(struct turns *turns, const char *name, const char *who, int64_t now,
                char out[static TURNS_PATH_SIZE]);

/* A rung of the list `name`, 0 being the newest; false if it has none of that number. */
bool turns_rung(struct turns *turns, const char *name, size_t from_newest,
                char out[static TURNS_PATH_SIZE]);

/* That the file was delivered in this name: the one after it is the likelier now. What is no rung
 * is passed over. */
void turns_note(struct turns *turns, const char *who, const char *file, int64_t now);

#endif
