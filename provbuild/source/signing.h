/* SPDX-License-Identifier: MIT */
/* Ways to sign: a certificate, a digest and a layout, and what a file's header must say to have
 * been signed in this way. */
#ifndef PROVBUILD_SOURCE_SIGNING_H
#define PROVBUILD_SOURCE_SIGNING_H

#include "cli/program.h"
#include "provbuild/run/phones.h"

#include "settings/settings.h"

#include <pthread.h>
#include <time.h>

#define SIGNING_KEY_SIZES 8 /* sizes of phones' keys */

struct signing {
    const char *certificate;  /* path */
    struct timespec modified; /* when its file last changed; 0 where it is on a token */
    struct prov_signing how;
    char *problem; /* why nothing new can be signed; NULL: nothing is wrong */
    struct prov_header *plain;
    pthread_mutex_t lock; /* for what follows */
    size_t encrypted_count;
    struct {
        unsigned key_bits;
        struct prov_header *header;
    } encrypted[SIGNING_KEY_SIZES];
};

/* Files that stay with an older signer while another takes its place (fleet/signers.h). */
struct signings_kept {
    const char *from, *to; /* paths, `to` as the sections have it; NULL: nothing is kept */
    bool common;           /* files of no phone of its own */
    struct phones phones;  /* configurations of these */
};

struct signings {
    const struct cli_common *common;
    const struct signings_kept *kept;
    size_t sign_count; /* as in struct settings_build */
    const struct settings_sign *signs;
    uint32_t now;
    size_t identity_count;
    struct {
        const char *path;
        struct prov_identity *identity;
    } * identities;
    size_t count;
    struct signing **at;
};

/* How the file `path` (and with `phone` not NULL that phone) is to be signed: the section for all
 * with what matching sections replace. PROV_E_UNFIT after a message where a key cannot be loaded.
 */
int signings_for(struct signings *signings, const char *path, const struct prov_mac *phone,
                 struct signing **out, struct prov_error *err) PROV_CHECKED;
/* Loads all certificates that the settings name for signing, those too that sign nothing now. */
int signings_load_all(struct signings *signings, struct prov_error *err) PROV_CHECKED;
/* True if the file is to be copied as it is. */
bool signings_exclude(const struct signings *signings, const char *path);
void signings_release(struct signings *signings);

/* What is wrong with the header of a file that stands, in a word ("signer", "digest", "name",
 * "layout", "timestamp": ahead of the clock); NULL if it is one that this way of signing gives to
 * `name`. `device` NULL: a .sgn. */
const char *signing_difference(struct signing *signing, const struct prov_header *header,
                               const struct prov_identity *device, const char *name);

#endif
