/* SPDX-License-Identifier: MIT */
/* Which address was given the newest list in which phone's name, so that whoever asks from there in
 * a later boot may be asked to show that it holds it. Remembers no more than so many addresses; a
 * newer one may push an older one out, which only puts its proof off. May be used by several
 * threads. */
#ifndef SERVER_TRANSPORT_GIVEN_H
#define SERVER_TRANSPORT_GIVEN_H

#include "ledger/ledger.h"

#include <sys/socket.h>

/* A boot takes less than that: what was given before it was given in an earlier one, and survived
 * the power being cut in between. */
#define GIVEN_BOOT_SECONDS 300

struct given;

/* NULL when memory is short. */
struct given *given_new(void);
void given_free(struct given *given);

/* That this list was delivered to that address in the phone's name, at `list->time`; `certificate`
 * does not count. */
void given_note(struct given *given, const struct sockaddr_storage *peer,
                const struct ledger_proof *list);
/* The same, out of a record: what was noted since then counts. */
void given_recall(struct given *given, const struct sockaddr_storage *peer,
                  const struct ledger_proof *list);
/* What was given there in an earlier boot, of both kinds (`*count` is 0 to 2). It is forgotten with
 * that: each delivery is good for one attempt, so that a phone without the list loses no more than
 * one connection. */
void given_take(struct given *given, const struct sockaddr_storage *peer, int64_t now,
                struct ledger_proof out[2], size_t *count);

#endif
