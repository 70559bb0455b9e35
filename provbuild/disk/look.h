/* SPDX-License-Identifier: MIT */
/* What stands of one output, and how it compares with what is wanted: facts, without a judgement.
 * Each function may be called by several threads at once. */
#ifndef PROVBUILD_DISK_LOOK_H
#define PROVBUILD_DISK_LOOK_H

#include "provbuild/disk/compare.h"
#include "provbuild/source/manifest.h"

struct facts {
    unsigned stands;                         /* enum output_part: something is there */
    struct timespec modified[PART_BARE + 1]; /* of each of those */
    bool stub;                               /* the .sgn is the stub of a pair, */
    char stub_hash[STUB_HASH_SIZE];          /* encrypted to the certificate with this MD5 */
    bool
        fresh; /* all that is wanted is newer than what it is made of, and signed as it should be */
    struct prov_error source_error;   /* why source or certificate cannot be used; else PROV_OK */
    char device_hash[STUB_HASH_SIZE]; /* MD5 of the phone's certificate now */
    bool carries_signature;           /* the source does */
    const char *pair, *signed_file, *bare, *copy, *clear; /* why they are not as wanted; or NULL */
};

/* Sets `stands`, `modified`; `facts` begins with zeroes. False when memory is short. */
bool look_stands(const struct run *run, const struct output *output, struct facts *facts);
/* Sets `stub` and its hash. */
bool look_stub(const struct run *run, const struct output *output, struct facts *facts);
/* Sets `fresh`, after look_stands(): contents are not looked at. */
void look_fresh(const struct run *run, const struct devices *devices, const struct output *output,
                struct facts *facts);
/* Sets `source_error`, `device_hash`, `pair` and `clear` of an encrypted configuration. */
void look_pair(const struct run *run, const struct devices *devices, const struct output *output,
               struct facts *facts);
/* Sets `source_error`, `carries_signature`, `signed_file` or `copy` of any other. */
void look_clear(const struct run *run, const struct output *output, struct facts *facts);

/* Clear text of the phone's configuration was published encrypted, by what stands. */
bool facts_show_encrypted(const struct facts *facts);
/* Everybody can read it already. */
bool facts_show_clear(const struct facts *facts);

#endif
