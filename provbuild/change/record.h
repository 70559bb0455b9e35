/* SPDX-License-Identifier: MIT */
/* Changes that take more than one run. Lists say which certificates phones trust, but not where the
 * key of the next one lies, nor which phones still need a list of their own after the tree was
 * emptied: so that is kept in the file `under-way` in the archive folder, for the next runs. */
#ifndef PROVBUILD_CHANGE_RECORD_H
#define PROVBUILD_CHANGE_RECORD_H

#include <prov.h>

#include <stdbool.h>
#include <stdio.h>

enum record_change { RECORD_NONE, RECORD_SAST, RECORD_SIGNER };

struct record_names {
    size_t count;
    char **at;
};

struct record {
    enum record_change change;
    char *old, *new;       /* absolute paths; NULL without a change */
    char *old_is, *new_is; /* SHA-256 of these certificates in hexadecimal; NULL: not known */
    int64_t heard; /* newest request in the ledger when the change began, at least 1; 0 without */
    bool via_recovery; /* SAST: the recovery key signs the list between */
    bool signs;        /* signer: the new one signs already */
    char *recovery;    /* a certificate that is to be the second SAST; NULL */
    bool release_all;
    struct record_names own;        /* names of the lists that provbuild gave to phones behind */
    struct record_names forgotten;  /* SEP<MAC>: until they have taken the list for all */
    struct record_names unseen;     /* SEP<MAC>: the ledger did not know them when it began */
    struct record_names released;   /* SEP<MAC> */
    struct record_names taken_back; /* names of lists that released their phones and are to go */
};

/* One that does not exist is empty. The record is to be released, also after a failure. */
int record_read(const char *archive, struct record *out, struct prov_error *err) PROV_CHECKED;
/* Written atomically, and removed where there is nothing to keep. */
int record_write(const char *archive, const struct record *record,
                 struct prov_error *err) PROV_CHECKED;
void record_release(struct record *record);

bool record_has(const struct record_names *names, const char *name);
int record_add(struct record_names *names, const char *name, struct prov_error *err) PROV_CHECKED;
void record_drop(struct record_names *names, const char *name);

#endif
