/* SPDX-License-Identifier: MIT */
/* Feeds the ledger, and keeps what it does not take until it does. */
#ifndef SERVER_DELIVERY_RECORDER_H
#define SERVER_DELIVERY_RECORDER_H

#include "server/delivery/queue.h"

struct delivery__recorder;

int delivery__recorder_new(const char *path, struct delivery__recorder **out,
                           struct prov_error *err) PROV_CHECKED;
/* Without writing what waits. */
void delivery__recorder_free(struct delivery__recorder *recorder);

/* These belong to one thread. Times are milliseconds of a clock that only goes forward. */
void delivery__recorder_add(struct delivery__recorder *recorder,
                            const struct delivery__entry *entry);
/* Milliseconds until delivery__recorder_write is worth a call; -1: nothing waits. */
int64_t delivery__recorder_due(const struct delivery__recorder *recorder, int64_t now);
/* One transaction; more may be due at once. */
void delivery__recorder_write(struct delivery__recorder *recorder, int64_t now);
/* Writes at once; says what is missing if that fails. */
void delivery__recorder_finish(struct delivery__recorder *recorder);

/* From any thread. An event was dropped on its way here: the ledger is to know that it lacks it.
 */
void delivery__recorder_missed(struct delivery__recorder *recorder,
                               const struct delivery_event *event);
/* Keeps the proof until it is written, which is tried with the next event. False: no room. */
bool delivery__recorder_prove(struct delivery__recorder *recorder,
                              const struct ledger_proof *proof);
/* False: the ledger cannot be written, and why. */
bool delivery__recorder_works(struct delivery__recorder *recorder, char *why, size_t size);
const char *delivery__recorder_path(const struct delivery__recorder *recorder);

#endif
