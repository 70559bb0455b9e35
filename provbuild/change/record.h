/* SPDX-License-Identifier: MIT */
/* Changes that outlive a run. Lists say which certificates phones trust, but not where a key lies:
 * so that is kept in the file `under-way` in the archive folder, for the next runs. */
#ifndef PROVBUILD_CHANGE_RECORD_H
#define PROVBUILD_CHANGE_RECORD_H

#include "provbuild/run/phones.h"
#include "settings/settings.h"

#include <stdbool.h>

/* A certificate with its key. */
struct record_key {
    char *path; /* absolute, or a URI */
    char *is;   /* SHA-256 of the certificate in hexadecimal; NULL: not known */
};

struct record {
    unsigned long written; /* so often */
    size_t old_count;      /* SASTs of before, the oldest first: they sign bridges */
    struct record_key *old;
    struct record_key newest;   /* the SAST that signs, until the settings name it; else no path */
    struct record_key from, to; /* the signer of files, while it changes; else no paths */
    bool signs;                 /* the new one signs some files already */
    bool all_signed;            /* all of them */
    char *recovery;             /* a certificate that is to be the second SAST; NULL */
    bool recovery_listed;       /* the settings name it by now, so that it need not be kept */
    bool release_all;
    struct phones own[LIST_KINDS]; /* an earlier version gave them lists of their own */
    struct phones forgotten;       /* until they have taken the list for all */
    struct phones released;
    struct phones taken_back[LIST_KINDS]; /* whose list that released them is to go */
};

/* One that does not exist is empty. A change that an earlier version had begun is carried on as a
 * ladder. The record is to be released, also after a failure. */
int record_read(const char *archive, struct record *out, struct prov_error *err) PROV_CHECKED;
/* Written atomically, where it differs. Where there is nothing to keep it is removed, but not as
 * long as the inventory knows of it (`noted`): then it says that there is nothing. */
int record_write(const char *archive, struct record *record, bool noted,
                 struct prov_error *err) PROV_CHECKED;
void record_release(struct record *record);

/* Takes over both texts. */
void record_key_set(struct record_key *key, char *path, char *is);
void record_key_clear(struct record_key *key);
/* Takes over the key, as the newest of the old ones, and in the place of what was known of its
 * certificate. */
int record_add_old(struct record *record, struct record_key key,
                   struct prov_error *err) PROV_CHECKED;
void record_drop_old(struct record *record, size_t index);

/* True if a recovery certificate is listed that the settings do not name. */
bool record_keeps_recovery(const struct record *record);

#endif
