/* SPDX-License-Identifier: MIT */
/* Changes that take more than one run. Lists say which certificates phones trust, but not where the
 * key of the next one lies, nor which phones still need a list of their own after the tree was
 * emptied: so that is kept in the file `under-way` in the archive folder, for the next runs. */
#ifndef PROVBUILD_CHANGE_RECORD_H
#define PROVBUILD_CHANGE_RECORD_H

#include "provbuild/run/phones.h"
#include "settings/settings.h"

#include <stdbool.h>

enum record_change { RECORD_NONE, RECORD_SAST, RECORD_SIGNER };

struct record {
    enum record_change change;
    char *from, *to;       /* absolute paths; NULL without a change */
    char *from_is, *to_is; /* SHA-256 of these certificates in hexadecimal; NULL: not known */
    int64_t heard; /* newest request in the ledger when the change began, at least 1; 0 without */
    bool via_recovery;    /* SAST: the recovery key signs the list between */
    bool signs;           /* signer: the new one signs already */
    char *recovery;       /* a certificate that is to be the second SAST; NULL */
    bool recovery_listed; /* the settings name it by now, so that it need not be kept */
    bool release_all;
    struct phones own[LIST_KINDS]; /* behind, so that provbuild gave them a list of their own */
    struct phones forgotten;       /* until they have taken the list for all */
    struct phones unseen;          /* the ledger did not know them when it began */
    struct phones released;
    struct phones taken_back[LIST_KINDS]; /* whose list that released them is to go */
};

/* One that does not exist is empty. The record is to be released, also after a failure. */
int record_read(const char *archive, struct record *out, struct prov_error *err) PROV_CHECKED;
/* Written atomically, and removed where there is nothing to keep. */
int record_write(const char *archive, const struct record *record,
                 struct prov_error *err) PROV_CHECKED;
void record_release(struct record *record);

/* True if any phone has a list of its own because it is behind. */
bool record_owns(const struct record *record);

/* True if a recovery certificate is listed that the settings do not name. */
bool record_keeps_recovery(const struct record *record);

#endif
