/* SPDX-License-Identifier: MIT */
/* What the gatherers of this room share. Each fills its part of the facts. */
#ifndef PROVCHECK_WHY_READING_H
#define PROVCHECK_WHY_READING_H

#include "provcheck/why/gather.h"

/* --- files.c: which files stand for the phone, in which folders */
int why_read_files(const struct why_question *question, struct why_facts *facts,
                   struct prov_error *err) PROV_CHECKED;

/* --- given.c: what the ledger knows */
void why_read_ledger(const struct why_question *question, struct why_facts *facts);

/* --- held.c: the lists that stand, and those that the ledger says it was given */
void why_read_lists(const struct why_question *question, struct why_facts *facts);

/* --- config.c: what its configuration says, and whether what is served says the same */
void why_read_config(const struct why_question *question, struct why_facts *facts);

/* --- played.c: its boot, with the files that stand */
int why_play_boot(const struct why_question *question, struct why_facts *facts,
                  struct prov_error *err) PROV_CHECKED;

/* --- pbx.c: whether the servers of its configuration answer */
int why_ask_pbx(const struct why_question *question, struct why_facts *facts,
                struct prov_error *err) PROV_CHECKED;

/* --- served.c: what the server would answer */

/* Finds `name` below `folder` in any letter case, as the server does, and writes its path. */
bool why_find(const char *folder, const char *name, char out[static PATH_MAX]);

/* What it gives for a name over a transport; `*content` is set where it is FETCH_DELIVERED. `text`
 * says what happened, for people. */
enum fetch_outcome why_serve(const struct settings *settings, const struct fetch_request *request,
                             struct prov_bytes **content, char text[static WHY_TEXT_MAX]);

/* The clear text of a signed configuration, or all of a clear one. Borrowed. */
struct prov_span why_without_header(struct prov_span bytes);
/* True if it is the stub that leads to the encrypted file. */
bool why_is_stub(struct prov_span xml);

#endif
